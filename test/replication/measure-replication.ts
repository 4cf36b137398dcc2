/**
 * Prints how fast replication is: `node test/replication/measure-replication.ts`. All members run in this one process
 * and share its thread and its writer thread, so real nodes are faster. Not a test: nothing depends on the figures.
 */
import { bulkInsert } from '../../node/documents/commands/bulk-insert.ts';
import { ReplicatedGroup, type ReplicatedNode } from './replicated-node.ts';

const LAG_WRITES = 300;
const FILL_DOCUMENTS = 60_000;
const STEADY_WRITES = 30_000;
const STEADY_WRITERS = 128;
const filler = 'x'.repeat(900);

function until(isReached: () => boolean, node: ReplicatedNode): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isReached()) return;
      stop();
      resolve();
    };
    const stop = node.database.onCommit(look);
    look();
  });
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

async function measureLag(): Promise<void> {
  const group = await ReplicatedGroup.open(2);
  const [a, b] = group.nodes as [ReplicatedNode, ReplicatedNode];
  group.connect();
  await a.put('warm/up', {});
  const lags: number[] = [];
  for (let i = 0; i < LAG_WRITES; i++) {
    const id = `things/${i}`;
    await a.put(id, { filler });
    const acknowledgedAt = performance.now();
    await until(() => b.get(id) !== undefined, b);
    lags.push(performance.now() - acknowledgedAt);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  lags.sort((x, y) => x - y);
  const figures = [0.5, 0.95, 0.99].map((share) => percentile(lags, share).toFixed(2));
  console.log(`lag after the acknowledgement, ms: p50 ${figures[0]}, p95 ${figures[1]}, p99 ${figures[2]}`);
  await group.close();
}

async function measureFill(): Promise<void> {
  const group = await ReplicatedGroup.open(2);
  const [a, b] = group.nodes as [ReplicatedNode, ReplicatedNode];
  for (let at = 0; at < FILL_DOCUMENTS; at += 1000) {
    const items = Array.from({ length: 1000 }, (_, i) => ({
      id: `things/${at + i}`,
      document: Buffer.from(JSON.stringify({ n: at + i, filler, '@metadata': { '@collection': 'Things' } })),
    }));
    await a.database.execute(bulkInsert, { items, skipOverwriteIfUnchanged: false });
  }
  const started = performance.now();
  const cpu = process.cpuUsage();
  group.connect();
  await until(() => b.database.lastEtag >= FILL_DOCUMENTS, b);
  report('filling a replica', FILL_DOCUMENTS, started, cpu);
  await group.close();
}

async function measureSteady(size: number): Promise<void> {
  const group = await ReplicatedGroup.open(size);
  const [a] = group.nodes as [ReplicatedNode];
  group.connect();
  await a.put('warm/up', {});
  const started = performance.now();
  const cpu = process.cpuUsage();
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < STEADY_WRITES) await a.put(`things/${next++}`, { filler });
  };
  await Promise.all(Array.from({ length: STEADY_WRITERS }, writer));
  const written = performance.now();
  for (const node of group.nodes) await until(() => node.database.lastEtag > STEADY_WRITES, node);
  report(`${size} members, ${STEADY_WRITERS} writers at one`, STEADY_WRITES, started, cpu);
  const sent = group.nodes.map((node) => node.replication.status().outgoing.map((each) => each.sentItems));
  const behindMs = (performance.now() - written).toFixed(0);
  console.log(
    `  behind at the end of the writes ${behindMs} ms; items sent by each member ${JSON.stringify(sent)}`,
  );
  await group.close();
}

function report(what: string, documents: number, started: number, cpu: NodeJS.CpuUsage): void {
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const rate = Math.round((documents / ms) * 1000);
  console.log(`${what}: ${rate} documents/s, ${((user + system) / documents).toFixed(1)} µs CPU each`);
}

await measureLag();
await measureFill();
await measureSteady(1);
await measureSteady(2);
await measureSteady(3);
