import * as ravendb from 'ravendb';
import { afterEach, expect, it } from 'vitest';
import { waitForConvergence } from './harness/compare-members.ts';
import { requestJson, requestText } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import type { RavenNode } from './harness/raven-node.ts';
import { waitUntil } from './harness/wait-until.ts';

const WRITERS = 4;
/** Documents acknowledged before, between and after the restarts. */
const PROGRESS = 100;
/** What Kubernetes gives a container by default before it kills it, in milliseconds. */
const STOP_MS_MAX = 30_000;

let cluster: RavenCluster | undefined;

afterEach(() => cluster?.dispose());

class Note {
  id?: string;
  readonly text: string;

  constructor(text = '') {
    this.text = text;
  }
}

/** Writers over the official client, each with one session after the other, and what they were told. */
class ClientWriters {
  readonly acknowledged: string[] = [];
  readonly failures: string[] = [];
  longestMs = 0;
  readonly #store: ravendb.DocumentStore;
  readonly #writers: Promise<void>[];
  #isStopped = false;

  constructor(store: ravendb.DocumentStore, writers: number) {
    this.#store = store;
    this.#writers = Array.from({ length: writers }, (_, writer) => this.#write(writer));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#writers);
  }

  async #write(writer: number): Promise<void> {
    for (let n = 0; !this.#isStopped; n++) {
      const id = `notes/${writer}-${n}`;
      const startedMs = performance.now();
      try {
        const session = this.#store.openSession();
        await session.store(new Note(id), id);
        await session.saveChanges();
        this.acknowledged.push(id);
      } catch (error) {
        this.failures.push(`${id}: ${String(error)}`);
      }
      this.longestMs = Math.max(this.longestMs, performance.now() - startedMs);
    }
  }
}

/** It serves its database again, and is connected to the others both ways: what a rolling update waits for. */
async function isBack(node: RavenNode, database: string): Promise<boolean> {
  await requestText('GET', `${node.url}/readyz`);
  const { IncomingConnections, OutgoingConnections } = await requestJson<{
    IncomingConnections: readonly unknown[];
    OutgoingConnections: readonly unknown[];
  }>('GET', `${node.url}/databases/${database}/replication/active-connections`);
  return IncomingConnections.length === 2 && OutgoingConnections.length === 2;
}

it('restarts all nodes one by one by SIGTERM: no acknowledged write is lost, and the official client sees no failure', async () => {
  cluster = await RavenCluster.start(3);
  const { nodes } = cluster;
  const database = 'rolling';
  await cluster.createDatabase(database, 3);
  const store = new ravendb.DocumentStore(
    nodes.map((node) => node.url),
    database,
  );
  store.initialize();
  const writers = new ClientWriters(store, WRITERS);
  const progress = async (what: string) => {
    const target = writers.acknowledged.length + PROGRESS;
    await waitUntil(what, () => writers.acknowledged.length >= target);
  };
  const stops: number[] = [];
  for (const node of nodes) {
    await progress('writes before a restart');
    const startedMs = performance.now();
    await node.process.stop('SIGTERM');
    stops.push(Math.round(performance.now() - startedMs));
    expect(node.process.exitCode).toBe(0);
    await progress('writes while a node is down');
    await node.start();
    await waitUntil('the node to be back', () => isBack(node, database));
  }
  await progress('writes after the last restart');
  await writers.stop();
  store.dispose();
  console.log(
    `rolling restart: ${writers.acknowledged.length} writes, the longest took ${Math.round(writers.longestMs)} ms; the nodes stopped within ${stops.join(', ')} ms`,
  );
  expect(writers.failures).toEqual([]);
  expect(Math.max(...stops)).toBeLessThan(STOP_MS_MAX);
  await waitForConvergence(nodes, database);
  for (const node of nodes) {
    const { CountOfDocuments } = await requestJson<{ CountOfDocuments: number }>(
      'GET',
      `${node.url}/databases/${database}/stats`,
    );
    expect(CountOfDocuments).toBe(writers.acknowledged.length);
  }
});

it('hands leadership over before it stops, so that nobody has to find out by silence', async () => {
  cluster = await RavenCluster.start(3);
  const old = await cluster.leader();
  const others = cluster.nodes.filter((node) => node !== old);
  await old.process.stop('SIGTERM');
  expect(old.process.exitCode).toBe(0);
  const [, stopping = ''] = old.process.output.split('Stopping: SIGTERM');
  expect(stopping).toMatch(/Follower in term \d+/);
  await cluster.leader(others);
});
