import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterCommand } from '../../node/cluster/cluster-command.ts';
import { compareExchangeValues } from '../../node/cluster/compare-exchange-values.ts';
import { transactionQueue } from '../../node/cluster/transaction-queue.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { IndexHost } from '../../node/index-thread/index-host.ts';
import type { ClusterView } from '../../node/landlord/cluster-view.ts';
import { DatabaseLandlord } from '../../node/landlord/database-landlord.ts';
import { DatabaseLoadTimeoutError } from '../../node/landlord/landlord-error.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { Machine } from '../cluster-layer/state/machine.ts';

/** What node A knows of the cluster: the real commands, applied as they are told to it. */
class Knowledge {
  readonly machine = new Machine();
  readonly #listeners = new Set<() => void>();

  readonly view: ClusterView = {
    nodeTag: () => 'A',
    serverId: 'node-a',
    clusterId: () => 'the-cluster',
    records: () => [this.machine.record('shop')].filter((record) => record !== undefined),
    record: (name) => this.machine.record(name),
    tcpAddressOf: () => '127.0.0.1:1',
    consistent: {
      transactions: (name) => transactionQueue(this.machine.reader, name),
      onTransactions: () => () => {},
      values: (name) => compareExchangeValues(this.machine.reader, name),
      onValues: () => () => {},
    },
    onRecordsChanged: (listener) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    },
    onTopologyChanged: () => () => {},
    changeIndexes: async () => {},
    confirmDeletion: async () => {},
  };

  apply(command: ClusterCommand): void {
    this.machine.apply(command);
    for (const listener of this.#listeners) listener();
  }

  /** The group of A and B, as it was made. */
  found(): void {
    const Topology = { Members: ['A', 'B'], DatabaseTopologyIdBase64: 'g'.repeat(22) };
    this.apply({ type: 'AddDatabase', record: { DatabaseName: 'shop', Topology }, expectedEtag: null });
  }

  /** The cluster changes who is in the group. */
  regroup(parts: {
    Members: readonly string[];
    Rehabs?: readonly string[];
    Promotables?: readonly string[];
  }): void {
    const before = this.machine.record('shop')?.record.Topology;
    if (before === undefined) throw new Error('There is no record.');
    const topology = { ...before, Promotables: [], Rehabs: [], ...parts };
    this.apply({ type: 'UpdateTopology', name: 'shop', topology, expectedEtag: null });
  }

  expire(): void {
    const expectedEtag = this.machine.record('shop')?.etag ?? 0;
    const observed = { reason: 'away for too long', round: 1 };
    this.apply({ type: 'ExpireCopy', name: 'shop', node: 'A', expectedEtag, observed });
  }
}

let folder: string;
let writer: StorageWriter;
let indexHost: IndexHost;
let landlord: DatabaseLandlord;

function start(knowledge: Knowledge, loadTimeoutMs = 60_000): void {
  landlord = new DatabaseLandlord({
    dataDirectory: folder,
    writer,
    indexHost,
    durable: false,
    cluster: knowledge.view,
    logger: silentLogger,
    loadTimeoutMs,
    tombstoneCleanupIntervalMs: 60_000,
    deploymentModes: { static: 'Parallel', auto: 'Parallel' },
    retirement: { idleAfterMs: 1_800_000, deleteAfterMs: 259_200_000, supersededAfterMs: 15_000 },
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raven-landlord-'));
  writer = new StorageWriter();
  indexHost = new IndexHost({ logger: silentLogger });
});

afterEach(async () => {
  await landlord.close();
  await indexHost.stop();
  await writer.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The copy gets a document; gives the id of its database. */
async function write(): Promise<string> {
  const { database } = await landlord.get('shop');
  const document = Buffer.from('{"Name":"old"}');
  await database.execute(putDocument, { id: 'users/1', expectedChangeVector: null, document });
  return database.id;
}

/** What the copy that serves now holds. */
async function state() {
  const { database, copySince } = await landlord.get('shop');
  return { id: database.id, documents: database.statistics().documents, copySince };
}

const setAside = () => readdir(join(folder, 'Databases', '.quarantine')).catch(() => []);

describe('a copy that is found on disk when its node starts', () => {
  it('is opened as it was when the node has held it all along', async () => {
    const knowledge = new Knowledge();
    knowledge.found();
    start(knowledge);
    const id = await write();
    await landlord.close();
    knowledge.regroup({ Members: ['B'], Rehabs: ['A'] });
    knowledge.regroup({ Members: ['B', 'A'] });
    start(knowledge);
    expect(await state()).toEqual({ id, documents: 1, copySince: 1 });
    expect(await setAside()).toEqual([]);
  });

  it('is set aside when it was given up and given back meanwhile, and a new one is begun', async () => {
    const knowledge = new Knowledge();
    knowledge.found();
    start(knowledge);
    const id = await write();
    await landlord.close();
    knowledge.regroup({ Members: ['B'] });
    knowledge.regroup({ Members: ['B'], Promotables: ['A'] });
    start(knowledge);
    const begun = await state();
    expect(begun).toMatchObject({ documents: 0, copySince: 3 });
    expect(begun.id).not.toBe(id);
    expect(await setAside()).toHaveLength(1);
  });

  it('waits while the node knows less than when it was given the copy', async () => {
    const knowledge = new Knowledge();
    knowledge.found();
    knowledge.regroup({ Members: ['B'] });
    knowledge.regroup({ Members: ['B', 'A'] });
    start(knowledge);
    const id = await write();
    await landlord.close();
    // A crash took the end of what the node had applied; its log has it still.
    const behind = new Knowledge();
    behind.found();
    start(behind, 50);
    await expect(landlord.get('shop')).rejects.toThrow(DatabaseLoadTimeoutError);
    expect(await setAside()).toEqual([]);
    await landlord.close();
    start(behind);
    behind.regroup({ Members: ['B'] });
    behind.regroup({ Members: ['B', 'A'] });
    expect(await state()).toEqual({ id, documents: 1, copySince: 3 });
  });
});

describe('a copy that is open', () => {
  it('is set aside as soon as the node learns that it is not trusted any more', async () => {
    const knowledge = new Knowledge();
    knowledge.found();
    start(knowledge);
    const id = await write();
    knowledge.regroup({ Members: ['B'], Rehabs: ['A'] });
    expect(await state()).toMatchObject({ id, documents: 1 });
    knowledge.expire();
    await expect.poll(async () => (await state()).copySince).toBe(3);
    expect(await state()).toMatchObject({ documents: 0, id: expect.not.stringContaining(id) });
    expect(await setAside()).toHaveLength(1);
  });
});
