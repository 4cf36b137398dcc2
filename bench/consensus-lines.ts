import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDatabase, leaderOf, startCluster, until } from './cluster-setup.ts';
import { buildLoad, EtcdCluster, putTo } from './etcd-cluster.ts';
import { blankLine, type Line } from './line.ts';
import { type BenchServer, runLoad } from './node-process.ts';
import { cpuMicroseconds } from './process-usage.ts';
import { median } from './statistics.ts';

const run = promisify(execFile);

const CLIENTS = [1, 32, 128];
const VALUE_BYTES = 256;

/** For both, so that neither finds a dead leader sooner by a setting, in milliseconds. */
const ELECTION_TIMEOUT_MS = 1_000;

const FAILOVERS = 5;
const PROBE_TIMEOUT_MS = 500;

const putsName = (clients: number) => `durable puts, 3 nodes, ${clients} clients`;
const FAILOVER_NAME = 'kill -9 of the leader to the next put';

/**
 * Puts of new keys that a majority has on its disks: compare-exchange here, kv there, all to the leader.
 *
 * @param etcd path of its program
 */
export async function measureConsensus(etcd: string, durationMs: number): Promise<Line[]> {
  const directory = await mkdtemp(join(tmpdir(), 'etcd-load-'));
  try {
    const load = buildLoad(directory);
    return [...(await measureEtcd(etcd, load, durationMs)), ...(await measureOurs(durationMs))];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measureOurs(durationMs: number): Promise<Line[]> {
  const nodes = await startNodes();
  const lines: Line[] = [];
  try {
    for (const clients of CLIENTS) lines.push(await ourPuts(nodes, clients, durationMs));
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
  const times: number[] = [];
  for (let i = 0; i < FAILOVERS; i++) times.push(await ourFailover(i));
  return [...lines, failoverLine('ours', times)];
}

async function startNodes(): Promise<readonly BenchServer[]> {
  const nodes = await startCluster(3, [`--Cluster.ElectionTimeoutInMs=${ELECTION_TIMEOUT_MS}`]);
  await createDatabase((nodes[0] as BenchServer).url, 'consensus', 3);
  return nodes;
}

async function ourPuts(nodes: readonly BenchServer[], clients: number, durationMs: number): Promise<Line> {
  const leader = await leaderOf(nodes);
  const pids = nodes.map(({ pid }) => pid);
  const before = cpuOf(pids);
  const result = await runLoad({
    url: leader.url,
    method: 'PUT',
    path: `/databases/consensus/cmpxchg?key=bench/${clients}/{n}&index=0`,
    body: JSON.stringify({ Object: 'v'.repeat(VALUE_BYTES) }),
    connections: clients,
    durationMs,
  });
  return putsLine('ours', clients, result, cpuOf(pids) - before);
}

async function ourFailover(round: number): Promise<number> {
  const nodes = await startNodes();
  const leader = await leaderOf(nodes);
  const survivors = nodes.filter((node) => node !== leader);
  const [survivor] = survivors as [BenchServer];
  try {
    process.kill(leader.pid, 'SIGKILL');
    const killed = performance.now();
    let attempt = 0;
    await until('a new leader', async () => {
      const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
      const url = `${survivor.url}/databases/consensus/cmpxchg?key=failover/${round}/${attempt++}&index=0`;
      const answer = await fetch(url, { method: 'PUT', body: '{"Object":"x"}', signal });
      await answer.arrayBuffer();
      return answer.ok ? true : null;
    });
    return performance.now() - killed;
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
}

async function measureEtcd(program: string, load: string, durationMs: number): Promise<Line[]> {
  const cluster = await EtcdCluster.start(program, ELECTION_TIMEOUT_MS);
  const lines: Line[] = [];
  try {
    const pids = cluster.members.map(({ pid }) => pid);
    for (const clients of CLIENTS) {
      const { url } = await cluster.leader();
      const before = cpuOf(pids);
      const args = [url, String(clients), String(durationMs), String(VALUE_BYTES), String(clients * 1e9)];
      const { stdout } = await run(load, args);
      lines.push(putsLine('peer', clients, JSON.parse(stdout), cpuOf(pids) - before));
    }
  } finally {
    await cluster.stop();
  }
  const times: number[] = [];
  for (let i = 0; i < FAILOVERS; i++) times.push(await etcdFailover(program));
  return [...lines, failoverLine('peer', times)];
}

async function etcdFailover(program: string): Promise<number> {
  const cluster = await EtcdCluster.start(program, ELECTION_TIMEOUT_MS);
  try {
    const leader = await cluster.leader();
    const survivor = cluster.members.find((member) => member !== leader);
    if (survivor === undefined) throw new Error('There is no other member');
    process.kill(leader.pid, 'SIGKILL');
    const killed = performance.now();
    await until('a new leader of etcd', async () => {
      await putTo(survivor, 'failover', AbortSignal.timeout(PROBE_TIMEOUT_MS));
      return true;
    });
    return performance.now() - killed;
  } finally {
    await cluster.stop();
  }
}

function putsLine(
  subject: 'ours' | 'peer',
  clients: number,
  result: {
    readonly operations: number;
    readonly seconds: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
  },
  cpu: number,
): Line {
  return {
    name: putsName(clients),
    subject,
    perSecond: result.operations / result.seconds,
    cpuMicroseconds: cpu / result.operations,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  };
}

/** Its ratio to the peer is that of rates: above 1 is faster. */
function failoverLine(subject: 'ours' | 'peer', times: readonly number[]): Line {
  const typical = median(times);
  const worst = Math.max(...times);
  return {
    ...blankLine(FAILOVER_NAME),
    subject,
    perSecond: 1_000 / typical,
    p50Ms: typical,
    p99Ms: worst,
    value: `${(typical / 1000).toFixed(2)} s`,
  };
}

function cpuOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
}
