import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OperatorReport } from '../../../../operator/platform/local/control-server.ts';
import { askOperator, findOperator } from '../../../../operator/platform/local/operator-lock.ts';
import { requireFreePort } from '../../../../operator/platform/local/port-check.ts';
import { isAlive } from '../../../../operator/platform/local/process-identity.ts';
import { StateFolder } from '../../../../operator/platform/local/state-folder.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', '..', '..', 'operator', 'cli', 'main.ts');
const NODES_MAX = 5;

/** For a condition that takes node processes to start, elections and copies to fill: generous, since it only ends a hang. */
const PATIENCE = { timeout: 120_000, interval: 100 };

/** The operator as people run it, with its resource file and its state folder in a folder of the test. */
class RunningOperator {
  readonly path: string;
  readonly httpPort: number;
  readonly folder: StateFolder;
  #process: ChildProcess | undefined;

  constructor(path: string, httpPort: number) {
    this.path = path;
    this.httpPort = httpPort;
    this.folder = new StateFolder(join(path, '.ravencluster'));
  }

  async write(spec: string): Promise<void> {
    const { httpPort } = this;
    const text = `apiVersion: ravencluster.io/v1beta1
kind: RavenCluster
metadata: { name: test }
spec:
  networking: { local: { httpPort: ${httpPort}, tcpPort: ${httpPort + NODES_MAX} } }
  tls: { mode: Disabled }
  ${spec}
`;
    await writeFile(join(this.path, 'cluster.yaml'), text);
  }

  start(): void {
    this.#process = spawn(process.execPath, [PROGRAM, 'start', 'cluster.yaml'], {
      cwd: this.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(join(this.path, 'operator.log'), { flags: 'a' });
    this.#process.stdout?.pipe(log, { end: false });
    this.#process.stderr?.pipe(log, { end: false });
  }

  get log(): string {
    return readFileSync(join(this.path, 'operator.log'), 'utf8');
  }

  /** Ends the operator and waits until it is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const running = this.#process;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return null;
    const exit = once(running, 'exit');
    running.kill(signal);
    const [code] = await exit;
    return code as number | null;
  }

  async status(): Promise<NonNullable<OperatorReport['status']>> {
    const address = await findOperator(this.folder);
    if (address === undefined) throw new Error('the operator does not answer yet');
    const { status } = (await askOperator(address, 'GET', '/status')) as OperatorReport;
    if (status === null) throw new Error('the operator has no status yet');
    return status;
  }

  async untilReady(nodes: number): Promise<void> {
    await vi.waitFor(async () => {
      const status = await this.status();
      expect({ phase: status.phase, members: status.topology?.members.length }, this.log).toEqual({
        phase: 'Ready',
        members: nodes,
      });
    }, PATIENCE);
  }

  pids(): readonly number[] {
    const { processes } = JSON.parse(readFileSync(this.folder.stateFile, 'utf8')) as {
      processes: Record<string, { pid: number }>;
    };
    return Object.values(processes).map(({ pid }) => pid);
  }

  url(ordinal: number): string {
    return `http://127.0.0.1:${this.httpPort + ordinal}`;
  }
}

/** Ports in a row that nobody uses just now. */
async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const checks = await Promise.allSettled(ports.map((port) => requireFreePort('127.0.0.1', port, '', '')));
    if (checks.every(({ status }) => status === 'fulfilled')) return first;
  }
  throw new Error(`no ${count} free ports in a row`);
}

async function send(method: string, url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
}

async function documentCount(url: string): Promise<number> {
  const response = await fetch(`${url}/databases/shop/stats`);
  return ((await response.json()) as { CountOfDocuments: number }).CountOfDocuments;
}

let operator: RunningOperator;
beforeEach(async () => {
  const path = await mkdtemp(join(tmpdir(), 'ravencluster-operator-'));
  operator = new RunningOperator(path, await freePorts(2 * NODES_MAX));
});
afterEach(async () => {
  await operator.end('SIGTERM');
  await rm(operator.path, { recursive: true, force: true });
});

describe('the operator on this machine', () => {
  it('forms a cluster, follows edits of its file, restarts what is killed and finds all data again', async () => {
    await operator.write('nodes: 3');
    operator.start();
    await operator.untilReady(3);
    await send('PUT', `${operator.url(0)}/admin/databases?name=shop&replicationFactor=1`, {
      DatabaseName: 'shop',
    });
    for (let index = 0; index < 50; index += 1) {
      const id = `things/${index}`;
      const address = await databaseUrl();
      await send('PUT', `${address}/databases/shop/docs?id=${id}`, { index, '@metadata': {} });
    }
    await vi.waitFor(
      async () => expect((await operator.status()).replicationFactor?.effective).toBe(3),
      PATIENCE,
    );

    await operator.write('nodes: 5');
    await operator.untilReady(5);
    expect(operator.pids().length).toBe(5);

    await operator.write('nodes: 0');
    await vi.waitFor(() => expect(operator.log).toContain('spec.nodes: must be >= 1 (got 0)'), PATIENCE);
    expect((await operator.status()).topology?.members.length).toBe(5);

    const [victim] = operator.pids();
    if (victim === undefined) throw new Error('no process to kill');
    process.kill(victim, 'SIGKILL');
    await vi.waitFor(() => expect(operator.pids()).not.toContain(victim), PATIENCE);
    await vi.waitFor(() => expect(operator.pids().length).toBe(5), PATIENCE);

    await operator.write('nodes: 3');
    await operator.untilReady(3);
    await vi.waitFor(() => expect(operator.pids().length).toBe(3), PATIENCE);
    const pids = operator.pids();

    expect(await operator.end('SIGTERM')).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);

    operator.start();
    await operator.untilReady(3);
    for (const ordinal of [0, 1, 2]) {
      await vi.waitFor(async () => expect(await documentCount(operator.url(ordinal))).toBe(50), PATIENCE);
    }
  });

  it('takes over running nodes after it was killed, and refuses a second operator beside it', async () => {
    await operator.write('nodes: 1');
    operator.start();
    await operator.untilReady(1);
    const pids = operator.pids();
    await operator.end('SIGKILL');
    expect(pids.every(isAlive)).toBe(true);

    operator.start();
    await operator.untilReady(1);
    expect(operator.pids()).toEqual(pids);

    const second = new RunningOperator(operator.path, operator.httpPort);
    second.start();
    await vi.waitFor(() => expect(operator.log).toContain('is already at work in'), PATIENCE);
    expect(await operator.end('SIGTERM')).toBe(0);
    expect(pids.some(isAlive)).toBe(false);
  });

  it('replaces a node whose disk was wiped by a new one of the same name', async () => {
    await operator.write('nodes: 3');
    operator.start();
    await operator.untilReady(3);
    const { clusterId } = await operator.status();
    const [, victim] = operator.pids();
    if (victim === undefined) throw new Error('no process to kill');
    process.kill(victim, 'SIGKILL');
    await rm(operator.folder.nodeFolder(1), { recursive: true, force: true });
    await vi.waitFor(
      () => expect(operator.log).toContain('Removing node B from the cluster: its disk was wiped'),
      PATIENCE,
    );
    await operator.untilReady(3);
    expect((await operator.status()).clusterId).toBe(clusterId);
  });

  it('ends with a sentence when a port is taken, and has started nothing', async () => {
    const holder = new RunningOperator(
      await mkdtemp(join(tmpdir(), 'ravencluster-holder-')),
      operator.httpPort,
    );
    await holder.write('nodes: 1');
    holder.start();
    await holder.untilReady(1);
    await operator.write('nodes: 1');
    operator.start();
    await vi.waitFor(() => {
      expect(operator.log).toContain(`Port ${operator.httpPort} on 127.0.0.1, for HTTP of node A, is taken`);
    }, PATIENCE);
    await holder.end('SIGTERM');
    await rm(holder.path, { recursive: true, force: true });
  });
});

/** A node that has the database by now: its copies are still being added. */
async function databaseUrl(): Promise<string> {
  const response = await fetch(`${operator.url(0)}/topology?name=shop`);
  const { Nodes } = (await response.json()) as { Nodes: readonly { Url: string; ServerRole: string }[] };
  const member = Nodes.find((node) => node.ServerRole === 'Member');
  if (member === undefined) throw new Error('the database has no member');
  return member.Url;
}
