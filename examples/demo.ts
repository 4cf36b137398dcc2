/**
 * Loads a real data set through the official client while a node is killed and the cluster grows from three nodes to
 * five, then looks whether every acknowledged document is on every member of the database group, byte for byte.
 *
 *     npm run demo
 */
import { createServer } from 'node:net';
import { CreateDatabaseOperation, DocumentStore, GetDatabaseRecordOperation } from 'ravendb';
import { BulkLoader } from './demo/bulk-loader.ts';
import { compareCopies } from './demo/compare-copies.ts';
import { readDataSet } from './demo/data-set.ts';
import { LocalCluster, type NodeStatus } from './demo/local-cluster.ts';

const DATABASE = 'world';

/** Shares of the load after which things happen. */
const KILL_AT = 0.25;
const SCALE_AT = 0.4;

/** Longest wait for a node to come back, or for all copies to say the same, in milliseconds. */
const WAIT_MS = 120_000;

const started = performance.now();

function say(text: string): void {
  console.log(`[${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s] ${text}`);
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const seen = await look().catch(() => undefined);
    if (seen !== undefined) return seen;
    if (performance.now() > deadline) throw new Error(`Waited ${WAIT_MS / 1000} s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The first of a row of free ports: the nodes listen on consecutive ones. */
async function freePorts(count: number, from: number): Promise<number> {
  for (let first = from; first < 60_000; first += count) {
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`There are no ${count} free ports in a row from ${from} on.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Kills the process of a node, and waits until the operator has brought the node back. */
async function killAndAwaitReturn(cluster: LocalCluster, victim: NodeStatus): Promise<void> {
  const pid = await cluster.pidOf(victim.tag);
  process.kill(pid, 'SIGKILL');
  const killedAt = performance.now();
  say(`Killed node ${victim.tag} (process ${pid}, ${victim.role}) with SIGKILL.`);
  await until(`node ${victim.tag} to be back`, async () => {
    const isBack = (await cluster.nodes()).some(({ tag, ready }) => tag === victim.tag && ready);
    return isBack && (await cluster.pidOf(victim.tag)) !== pid ? true : undefined;
  });
  say(`Node ${victim.tag} is back after ${((performance.now() - killedAt) / 1000).toFixed(1)} s.`);
}

async function changeVector(url: string): Promise<string> {
  const stats = (await (await fetch(`${url}/databases/${DATABASE}/stats`)).json()) as {
    CountOfDocuments: number;
    DatabaseChangeVector: string;
  };
  return `${stats.CountOfDocuments} ${stats.DatabaseChangeVector.split(', ').sort().join(', ')}`;
}

async function run(): Promise<boolean> {
  const limit = Number(process.env.DEMO_DOCUMENTS ?? Number.POSITIVE_INFINITY);
  const documents = readDataSet().slice(0, limit);
  say(`Read ${documents.length} documents of two packages. Starting three nodes …`);
  const cluster = await LocalCluster.start(3, {
    http: await freePorts(5, 18_080),
    tcp: await freePorts(5, 48_888),
  });
  const store = new DocumentStore(cluster.url, DATABASE);
  try {
    say(`Three nodes are ready; the first one is at ${cluster.url}.`);
    store.initialize();
    await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: DATABASE }, 3));
    return await loadThroughTrouble(cluster, store, new BulkLoader(store, documents));
  } finally {
    store.dispose();
    await cluster.stop();
    say('Stopped the cluster and removed its data.');
  }
}

async function loadThroughTrouble(
  cluster: LocalCluster,
  store: DocumentStore,
  loader: BulkLoader,
): Promise<boolean> {
  say('Loading by bulk insert.');
  const loadedFrom = performance.now();
  const reached = (share: number) =>
    until(`${share * 100} % to be loaded`, async () => (loader.progress >= share ? true : undefined));
  const loading = loader.run().then(() => (performance.now() - loadedFrom) / 1000);

  await Promise.race([reached(KILL_AT), loading]);
  const preferred = (await store.getRequestExecutor().getPreferredNode()).currentNode.url;
  const victim = (await cluster.nodes()).find(({ url }) => url === preferred);
  if (victim === undefined) throw new Error(`${preferred} is not a node of the cluster.`);
  const returned = killAndAwaitReturn(cluster, victim);
  await Promise.race([reached(SCALE_AT), loading]);
  await cluster.edit(5);
  say('Edited the resource: nodes: 5.');
  const scaledFrom = performance.now();
  const grown = cluster.waitForReadyNodes(5).then(() => {
    say(`Five nodes are ready ${((performance.now() - scaledFrom) / 1000).toFixed(1)} s after the edit.`);
  });

  const seconds = await loading;
  const count = loader.acknowledged.length;
  const rate = Math.round(count / seconds);
  say(
    `All ${count} documents are acknowledged after ${seconds.toFixed(1)} s (${rate} a second); ${loader.broken} bulk inserts broke and were done again.`,
  );
  await Promise.all([returned, grown]);
  return compare(cluster, store, loader);
}

async function compare(cluster: LocalCluster, store: DocumentStore, loader: BulkLoader): Promise<boolean> {
  const record = await store.maintenance.server.send(new GetDatabaseRecordOperation(DATABASE));
  const tags = record.topology?.members ?? [];
  const members = (await cluster.nodes()).filter(({ tag }) => tags.includes(tag));
  const convergedFrom = performance.now();
  await until('all copies to say the same', async () => {
    const vectors = await Promise.all(members.map(({ url }) => changeVector(url)));
    return new Set(vectors).size === 1 ? true : undefined;
  });
  say(
    `The copies on ${tags.join(', ')} agree after ${((performance.now() - convergedFrom) / 1000).toFixed(1)} s.`,
  );
  const comparedFrom = performance.now();
  const { compared, bytes, problems } = await compareCopies(members, DATABASE, loader.acknowledged);
  const seconds = ((performance.now() - comparedFrom) / 1000).toFixed(1);
  for (const problem of problems) say(`WRONG: ${problem}`);
  if (problems.length === 0 && members.length === tags.length && tags.length > 0) {
    say(
      `Every one of ${compared} acknowledged documents is on ${tags.join(', ')}, byte for byte (${(bytes / 1e6).toFixed(0)} MB compared in ${seconds} s).`,
    );
    return true;
  }
  return false;
}

process.exitCode = (await run()) ? 0 : 1;
