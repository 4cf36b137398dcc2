import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const RAVENCLUSTER = new URL('../../operator/cli/main.ts', import.meta.url).pathname;

/** Longest wait for the cluster to reach a state, in milliseconds. */
const STATE_TIMEOUT_MS = 180_000;
const POLL_MS = 250;

/** Lines of the operator that are kept to explain a failure. */
const LINES_MAX = 100;

export interface NodeStatus {
  readonly tag: string;
  readonly url: string;
  readonly role: string;
  readonly ready: boolean;
}

/** A cluster as `ravencluster start` runs it, in a folder of its own that is removed in the end. */
export class LocalCluster {
  readonly #folder: string;
  readonly #httpPort: number;
  readonly #operator: ChildProcess;
  readonly #lines: string[] = [];

  private constructor(folder: string, httpPort: number, operator: ChildProcess) {
    this.#folder = folder;
    this.#httpPort = httpPort;
    this.#operator = operator;
    for (const stream of [operator.stdout, operator.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_MAX) this.#lines.shift();
        console.log(`  operator | ${line}`);
      });
    }
  }

  /** Writes a resource of `nodes` nodes and starts the operator on it. Resolves when all of them are ready. */
  static async start(
    nodes: number,
    ports: { readonly http: number; readonly tcp: number },
  ): Promise<LocalCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'ravencluster-demo-'));
    const resource = join(folder, 'cluster.yaml');
    await writeFile(resource, resourceText(nodes, ports));
    const operator = spawn(
      process.execPath,
      [RAVENCLUSTER, 'start', resource, '--state-dir', join(folder, 'state')],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const cluster = new LocalCluster(folder, ports.http, operator);
    await cluster.waitForReadyNodes(nodes);
    return cluster;
  }

  /** Of the first node; the client learns the others from it. */
  get url(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  /** Saves the resource with another number of nodes, as a person with an editor does. */
  async edit(nodes: number): Promise<void> {
    const resource = join(this.#folder, 'cluster.yaml');
    const text = await readFile(resource, 'utf8');
    await writeFile(resource, text.replace(/^ {2}nodes: \d+$/m, `  nodes: ${nodes}`));
  }

  /** What `ravencluster status` says of the nodes. */
  async nodes(): Promise<NodeStatus[]> {
    const args = [RAVENCLUSTER, 'status', '--json', '--state-dir', join(this.#folder, 'state')];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { nodes } = JSON.parse(stdout) as { nodes: { node: NodeStatus }[] };
    return nodes.map(({ node }) => node);
  }

  async waitForReadyNodes(count: number): Promise<readonly NodeStatus[]> {
    const deadline = performance.now() + STATE_TIMEOUT_MS;
    for (;;) {
      if (this.#operator.exitCode !== null) throw new Error(`The operator ended:\n${this.#lines.join('\n')}`);
      const nodes = await this.nodes().catch(() => []);
      if (nodes.length === count && nodes.every(({ ready }) => ready)) return nodes;
      if (performance.now() > deadline) throw new Error(`Waited in vain for ${count} ready nodes.`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** The process of a node, as the operator notes it. */
  async pidOf(tag: string): Promise<number> {
    const state = JSON.parse(await readFile(join(this.#folder, 'state', 'state.json'), 'utf8')) as {
      processes: Record<string, { pid: number }>;
    };
    const ordinal = tag.charCodeAt(0) - 'A'.charCodeAt(0);
    const pid = state.processes[ordinal]?.pid;
    if (pid === undefined) throw new Error(`There is no process for node ${tag}.`);
    return pid;
  }

  /** Stops everything as Ctrl-C does, and removes all data. */
  async stop(): Promise<void> {
    if (this.#operator.exitCode === null && this.#operator.signalCode === null) {
      const ended = once(this.#operator, 'exit');
      this.#operator.kill('SIGINT');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function resourceText(nodes: number, { http, tcp }: { readonly http: number; readonly tcp: number }): string {
  return `apiVersion: ravencluster.io/v1beta1
kind: RavenCluster
metadata:
  name: demo
spec:
  nodes: ${nodes}
  replicationFactor:
    mode: Auto
    target: 3
  networking:
    local:
      httpPort: ${http}
      tcpPort: ${tcp}
`;
}
