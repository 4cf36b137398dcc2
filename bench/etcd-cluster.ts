import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './cluster-setup.ts';

const HOST = '127.0.0.1';

/** One member of an etcd cluster, in a process of its own. */
export interface EtcdMember {
  readonly url: string;
  readonly pid: number;
}

/** Three members with the timeouts of the nodes they are compared with; everything else as etcd has it by default. */
export class EtcdCluster {
  readonly members: readonly EtcdMember[];
  readonly #processes: readonly ChildProcess[];
  readonly #directory: string;

  private constructor(members: readonly EtcdMember[], processes: readonly ChildProcess[], directory: string) {
    this.members = members;
    this.#processes = processes;
    this.#directory = directory;
  }

  static async start(program: string, electionTimeoutMs: number): Promise<EtcdCluster> {
    const directory = await mkdtemp(join(tmpdir(), 'etcd-bench-'));
    const ports = await freePorts(6);
    const names = ['a', 'b', 'c'];
    const url = (port: number | undefined) => `http://${HOST}:${port}`;
    const initial = names.map((name, i) => `${name}=${url(ports[i + 3])}`).join(',');
    const processes = names.map((name, i) =>
      spawn(
        program,
        [
          `--name=${name}`,
          `--data-dir=${join(directory, name)}`,
          `--listen-client-urls=${url(ports[i])}`,
          `--advertise-client-urls=${url(ports[i])}`,
          `--listen-peer-urls=${url(ports[i + 3])}`,
          `--initial-advertise-peer-urls=${url(ports[i + 3])}`,
          `--initial-cluster=${initial}`,
          '--initial-cluster-state=new',
          `--heartbeat-interval=${electionTimeoutMs / 10}`,
          `--election-timeout=${electionTimeoutMs}`,
          '--log-level=error',
        ],
        { stdio: 'ignore' },
      ),
    );
    const members = processes.map(({ pid }, i) => ({ url: url(ports[i]), pid: pid ?? 0 }));
    const cluster = new EtcdCluster(members, processes, directory);
    await cluster.leader();
    return cluster;
  }

  async leader(): Promise<EtcdMember> {
    return until('etcd to have a leader', async () => {
      for (const member of this.members) {
        const status = await post(member, 'maintenance/status', {}).catch(() => undefined);
        const { leader, header } = (status ?? {}) as { leader?: string; header?: { member_id: string } };
        if (leader !== undefined && leader !== '0' && leader === header?.member_id) return member;
      }
      return null;
    });
  }

  async stop(): Promise<void> {
    for (const child of this.#processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** One put, by the HTTP face of a member. */
export async function putTo(member: EtcdMember, key: string, signal: AbortSignal): Promise<void> {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  await post(member, 'kv/put', { key: base64(key), value: base64('x') }, signal);
}

/** Builds the program that puts, beside this file, and gives its path. */
export function buildLoad(directory: string): string {
  const program = join(directory, 'etcd-load');
  const sources = new URL('../bench/etcd-load/', import.meta.url).pathname.replace('/dist/bench/', '/bench/');
  execFileSync('go', ['build', '-o', program, '.'], {
    cwd: sources,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return program;
}

async function post(member: EtcdMember, path: string, body: object, signal?: AbortSignal): Promise<unknown> {
  const response = await fetch(`${member.url}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, HOST);
      await once(server, 'listening');
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const { port } = server.address() as { port: number };
      server.close();
      await once(server, 'close');
      return port;
    }),
  );
}
