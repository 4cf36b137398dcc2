import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf } from './readme-commands.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** Commands of the README that are run elsewhere: by whoever runs these tests, or by tests of their own. */
const RUN_ELSEWHERE = [
  'npm ci',
  'npm test',
  // The end-to-end tests are this command, and build the image by the other.
  'npm run test:kubernetes',
  'npm run image',
  // test/kubernetes/api/readme.test.ts
  'helm install ravencluster-operator charts/ravencluster-operator --namespace ravencluster-system --create-namespace',
  'kubectl apply --server-side -f charts/install.yaml',
  'kubectl apply -f examples/ravencluster.yaml',
  'kubectl scale ravencluster example --replicas=5',
  'kubectl get ravenclusters',
];

/** A folder as a clone of the repository would be after `npm ci`, so that nothing is left in the real one. */
async function cloneLike(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'raven-readme-'));
  for (const name of ['package.json', 'examples'])
    await cp(join(root, name), join(folder, name), { recursive: true });
  for (const name of ['node_modules', 'dist', 'node']) await symlink(join(root, name), join(folder, name));
  return folder;
}

/** The first of several free ports in a row. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  // Far enough from the range that systems hand out by themselves for the ports after it to be free as well.
  return 12_000 + (port % 8_000);
}

function lineOf(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        seen.push(line);
        const match = pattern.exec(line);
        if (match !== null) resolve(match);
      });
    }
    child.once('exit', (code) =>
      reject(new Error(`ended with ${code} before ${pattern}:\n${seen.join('\n')}`)),
    );
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  // npm and what it runs, as Ctrl-C in a terminal reaches them all.
  process.kill(-child.pid, 'SIGINT');
  await ended;
}

describe('the README', () => {
  let folder: string;
  let urls: string;
  let cluster: ChildProcess;
  const inFolder = (command: string, ...args: string[]) =>
    run(command, args, { cwd: folder, env: { ...process.env, RAVENCLUSTER_URLS: urls } });

  beforeAll(async () => {
    folder = await cloneLike();
    const port = await freePort();
    const resource = join(folder, 'examples', 'ravencluster.yaml');
    const local = `  networking:\n    local:\n      httpPort: ${port}\n      tcpPort: ${port + 100}\n`;
    await writeFile(resource, (await readFile(resource, 'utf8')) + local);
    urls = [0, 1, 2].map((i) => `http://127.0.0.1:${port + i}`).join(',');
    cluster = spawn('npm', ['start'], { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    await lineOf(cluster, /The cluster is ready/);
  });

  afterAll(async () => {
    await end(cluster);
    await rm(folder, { recursive: true, force: true });
  });

  it('names no command that is not run by a test', async () => {
    const commands = commandsOf(await readFile(join(root, 'README.md'), 'utf8'));
    const runHere = [
      'npm start',
      'node examples/tour.js',
      'npm run cluster -- status',
      'npm run node -- --ServerUrl=http://127.0.0.1:9090 --DataDir=./data --Setup.Mode=None',
    ];
    expect(commands.filter((command) => ![...RUN_ELSEWHERE, ...runHere].includes(command))).toEqual([]);
  });

  it('takes its tour through the cluster that npm start made', async () => {
    const { stdout } = await inFolder(process.execPath, 'examples/tour.js');
    expect(stdout).toMatch(/lives on nodes [A-C], [A-C], [A-C]/);
    expect(stdout).toMatch(/Stored users\/ada and users\/\d+-[A-C], each on three disks/);
    expect(stdout).toContain('ConcurrencyException');
    expect(stdout).toContain('numbers/99, numbers/990');
  });

  it('shows the cluster', async () => {
    const { stdout } = await inFolder('npm', 'run', '-s', 'cluster', '--', 'status');
    expect(stdout).toMatch(/3 of 3 nodes ready/);
    expect(stdout).toMatch(/Leader/);
  });

  it('runs a single node', async () => {
    const args = ['--ServerUrl=http://127.0.0.1:0', '--DataDir=./data', '--Setup.Mode=None'];
    const node = spawn('npm', ['run', '-s', 'node', '--', ...args], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [, url] = await lineOf(node, /Server available on: (\S+)/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    await end(node);
  });

  it('lists the settings of a node', async () => {
    const { stdout } = await inFolder('npm', 'run', '-s', 'node', '--', '--help');
    expect(stdout).toContain('--ServerUrl=');
  });

  it('measures', async () => {
    const args = ['dist/bench/run.js', '--seconds', '0.3', '--skip-cluster', '--json', 'figures.json'];
    const { stdout } = await inFolder(process.execPath, ...args);
    expect(stdout).toMatch(/bulk insert .*×/);
    expect(JSON.parse(await readFile(join(folder, 'figures.json'), 'utf8'))).toHaveProperty('lines');
  });
});
