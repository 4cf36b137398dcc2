import { createDatabase, leaderOf, startCluster, until } from './cluster-setup.ts';
import { blankLine as blank, type Line } from './line.ts';
import { type BenchServer, runLoad } from './node-process.ts';
import { cpuMicroseconds, residentMegabytes } from './process-usage.ts';
import { SAMPLE_DOCUMENT } from './sample-document.ts';
import { median, percentile } from './statistics.ts';

const LAG_SAMPLES = 200;
const FAILOVERS = 3;
const PROBE_TIMEOUT_MS = 500;

/** Lines that need three nodes: Rachis commits, replication lag, failover, memory of an idle node. */
export async function measureCluster(durationMs: number): Promise<Line[]> {
  const nodes = await startCluster(3);
  const alive = new Set(nodes);
  try {
    const [first] = nodes as [BenchServer];
    await createDatabase(first.url, 'pair', 3);
    const lines: Line[] = [
      { ...blank('memory of an idle node'), value: `${residentMegabytes(first.pid).toFixed(0)} MB` },
    ];
    lines.push(await replicationLag(nodes));
    for (const connections of [1, 32, 128]) lines.push(await rachisCommits(nodes, connections, durationMs));
    lines.push(await failover(nodes, alive));
    return lines;
  } finally {
    await Promise.all([...alive].map((node) => node.stop()));
  }
}

/** From the acknowledgement of a write on one node until a read on another sees it; one document at a time. */
async function replicationLag(nodes: readonly BenchServer[]): Promise<Line> {
  const [source, target] = nodes as [BenchServer, BenchServer];
  const lags: number[] = [];
  for (let i = 0; i < LAG_SAMPLES; i++) {
    const path = `/databases/pair/docs?id=lag/${i}`;
    const put = await fetch(source.url + path, { method: 'PUT', body: SAMPLE_DOCUMENT });
    await put.arrayBuffer();
    const acknowledged = performance.now();
    for (;;) {
      const got = await fetch(target.url + path, { method: 'HEAD' });
      await got.arrayBuffer();
      if (got.status === 200) break;
    }
    lags.push(performance.now() - acknowledged);
  }
  lags.sort((a, b) => a - b);
  return {
    ...blank('replication lag, idle pair'),
    value: `${percentile(lags, 0.5).toFixed(1)} ms`,
    p50Ms: percentile(lags, 0.5),
    p99Ms: percentile(lags, 0.99),
  };
}

async function rachisCommits(
  nodes: readonly BenchServer[],
  connections: number,
  durationMs: number,
): Promise<Line> {
  const leader = await leaderOf(nodes);
  const before = nodes.map((node) => cpuMicroseconds(node.pid));
  const path = '/databases/pair/identity/next?name=bench';
  const result = await runLoad({ url: leader.url, method: 'POST', path, body: '', connections, durationMs });
  const cpu = nodes.reduce((sum, node, i) => sum + cpuMicroseconds(node.pid) - (before[i] ?? 0), 0);
  return {
    name: `Rachis commits, 3 nodes, ${connections} connections`,
    subject: 'ours',
    perSecond: result.operations / result.seconds,
    cpuMicroseconds: cpu / result.operations,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  };
}

/** From kill -9 of the leader until another node acknowledges a Rachis command. */
async function failover(nodes: readonly BenchServer[], alive: Set<BenchServer>): Promise<Line> {
  const times: number[] = [];
  for (let i = 0; i < FAILOVERS; i++) {
    const group = i === 0 ? [...nodes] : [...(await replacement(alive))];
    const leader = await leaderOf(group);
    const survivor = group.find((node) => node !== leader) as BenchServer;
    process.kill(leader.pid, 'SIGKILL');
    alive.delete(leader);
    const killed = performance.now();
    await until('a new leader', async () => {
      const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
      const url = `${survivor.url}/databases/pair/identity/next?name=failover`;
      return (await fetch(url, { method: 'POST', signal })).ok ? true : null;
    });
    times.push(performance.now() - killed);
    // It is dead already; its data directory goes now.
    await leader.stop();
  }
  return { ...blank('failover, kill -9 of the leader'), value: `${(median(times) / 1000).toFixed(2)} s` };
}

/** A cluster of three again, all new: what was killed stays dead. */
async function replacement(alive: Set<BenchServer>): Promise<readonly BenchServer[]> {
  for (const node of alive) await node.stop();
  alive.clear();
  const nodes = await startCluster(3);
  for (const node of nodes) alive.add(node);
  await createDatabase((nodes[0] as BenchServer).url, 'pair', 3);
  return nodes;
}
