import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestJson, requestText } from './harness/http-json.ts';
import { RavenProcess } from './harness/raven-process.ts';
import { waitUntil } from './harness/wait-until.ts';

let directory: string;
let started: RavenProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'node-program-'));
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((each) => each.kill()));
  await rm(directory, { recursive: true, force: true });
});

function run(args: readonly string[], environment: Record<string, string> = {}): RavenProcess {
  const program = new RavenProcess(args, environment);
  started.push(program);
  return program;
}

const BASE = ['--ServerUrl=http://127.0.0.1:0', '--License.Eula.Accepted=true', '--Setup.Mode=None'];

async function ended(program: RavenProcess): Promise<number | null> {
  await waitUntil('the program to end', () => program.hasExited);
  return program.exitCode;
}

describe('the node program', () => {
  it('serves on a free port, says where, and stops cleanly on SIGTERM', async () => {
    const program = run([...BASE, `--DataDir=${directory}`]);
    const url = await program.served();
    expect(await requestJson('GET', `${url}/build/version`)).toMatchObject({
      ProductVersion: expect.any(String),
    });
    expect(await requestText('GET', `${url}/metrics`)).toContain('ravencluster_rachis_term');
    // A node that belongs to no cluster yet works, but has nothing to serve.
    await expect(requestText('GET', `${url}/readyz`)).rejects.toMatchObject({ status: 503 });
    await requestText('POST', `${url}/admin/cluster/bootstrap`);
    await waitUntil('readiness', async () => (await requestText('GET', `${url}/readyz`)) !== undefined);
    expect(await requestText('GET', `${url}/healthz`)).toBeDefined();
    await program.stop('SIGTERM');
    expect(program.exitCode).toBe(0);
  });

  it('stops on the line of embedded launchers at standard input, and finds its data again', async () => {
    const first = run([...BASE, `--DataDir=${directory}`]);
    const url = await first.served();
    await requestText('PUT', `${url}/admin/databases?name=kept&replicationFactor=1`, {
      body: { DatabaseName: 'kept' },
    });
    await requestText('PUT', `${url}/databases/kept/docs?id=a`, { body: { N: 1 } });
    await first.stop('stdin');
    expect(first.exitCode).toBe(0);
    const second = run([...BASE, `--DataDir=${directory}`]);
    const again = await second.served();
    const text = await waitUntil('the document', () =>
      requestText('GET', `${again}/databases/kept/docs?id=a`),
    );
    expect(JSON.parse(text).Results[0].N).toBe(1);
  });

  it('takes settings from the environment, under the command line', async () => {
    const program = run(BASE, { RAVEN_DataDir: directory, RAVEN_ServerUrl: 'http://127.0.0.1:1' });
    expect(await program.served()).toMatch(/^http:\/\/127\.0\.0\.1:\d{2,}$/);
  });

  it('runs in memory: nothing of it is there after a restart', async () => {
    const args = [...BASE, '--RunInMemory=true', `--DataDir=${directory}`];
    const first = run(args);
    const url = await first.served();
    await requestText('PUT', `${url}/admin/databases?name=gone&replicationFactor=1`, {
      body: { DatabaseName: 'gone' },
    });
    await requestText('PUT', `${url}/databases/gone/docs?id=a`, { body: { N: 1 } });
    await first.stop();
    const second = run(args);
    expect(await requestText('GET', `${await second.served()}/databases?namesOnly=true`)).not.toContain(
      'gone',
    );
    // It removes its files when it stops in order.
    await second.stop();
  });

  it('refuses a wrong key with the nearest one, without a stack, and ends with 2', async () => {
    const program = run(['--ServerUlr=http://127.0.0.1:0']);
    expect(await ended(program)).toBe(2);
    expect(program.output).toContain('Did you mean ServerUrl?');
    expect(program.output).not.toMatch(/^\s+at /m);
  });

  it('refuses a certificate that it could not serve with, with file and reason, and ends with 2', async () => {
    const path = join(directory, 'tls.crt');
    const secured = ['--ServerUrl=https://127.0.0.1:0', `--Security.Certificate.Path=${path}`];
    const missing = run(secured);
    expect(await ended(missing)).toBe(2);
    expect(missing.output).toContain(`The file ${path} can't be read: ENOENT`);
    await writeFile(path, '-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n');
    const broken = run(secured);
    expect(await ended(broken)).toBe(2);
    expect(broken.output).toContain(`${path} can't be used`);
    expect(broken.output).not.toMatch(/^\s+at /m);
  });

  it('says which port is taken, and ends with 1', async () => {
    const first = run([...BASE, `--DataDir=${directory}`]);
    const url = await first.served();
    const second = run([`--ServerUrl=${url}`, `--DataDir=${join(directory, 'other')}`]);
    expect(await ended(second)).toBe(1);
    expect(second.output).toContain(new URL(url).port);
    expect(second.output).not.toMatch(/^\s+at /m);
  });

  it('refuses a data directory that another node uses', async () => {
    const first = run([...BASE, `--DataDir=${directory}`]);
    await first.served();
    const second = run([...BASE, `--DataDir=${directory}`]);
    expect(await ended(second)).toBe(1);
    expect(second.output).toContain(directory);
  });

  it('ends when the process that started it is gone', async () => {
    const parent = run([...BASE, `--DataDir=${join(directory, 'parent')}`]);
    await parent.served();
    const child = run([
      ...BASE,
      `--DataDir=${join(directory, 'child')}`,
      `--Testing.ParentProcessId=${parent.pid}`,
    ]);
    await child.served();
    await parent.kill();
    await ended(child);
  });

  it('answers --help and --version and ends with 0', async () => {
    const help = run(['--help']);
    expect(await ended(help)).toBe(0);
    expect(help.output).toContain('--Cluster.ElectionTimeoutInMs=');
    const version = run(['--version']);
    expect(await ended(version)).toBe(0);
    expect(version.output).toMatch(/^\d+\.\d+/m);
  });
});
