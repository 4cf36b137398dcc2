import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TransactionDocument } from '../../node/cluster/cluster-command.ts';
import { type TransactionQueue, transactionQueue } from '../../node/cluster/transaction-queue.ts';
import { etagOf } from '../../node/documents/change-vector.ts';
import { Database } from '../../node/documents/database.ts';
import { TransactionExecutor } from '../../node/landlord/transaction-executor.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { Machine } from '../cluster-layer/state/machine.ts';

const GROUP = 'GGGGGGGGGGGGGGGGGGGGGG';
const WAIT_MS = 10_000;

let folder: string;
let writer: StorageWriter;
let database: Database;
let machine: Machine;
let executor: TransactionExecutor;
let mayBegin: boolean;
const errors: string[] = [];

const open = () =>
  Database.open({
    name: 'shop',
    nodeTag: 'A',
    path: folder,
    writer,
    durable: false,
    logger: silentLogger,
  });
const executing = () =>
  new TransactionExecutor({
    database,
    logger: { ...silentLogger, error: (message: string) => errors.push(message) },
    group: () => GROUP,
    queue: (): TransactionQueue => transactionQueue(machine.reader, 'shop'),
    mayBegin: () => mayBegin,
    retryDelayMs: 1,
  });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raven-executor-'));
  writer = new StorageWriter();
  machine = new Machine();
  mayBegin = true;
  errors.length = 0;
  const Topology = {
    Members: ['A'],
    DatabaseTopologyIdBase64: GROUP,
    ClusterTransactionIdBase64: 'CCCCCCCCCCCCCCCCCCCCCC',
  };
  machine.apply({ type: 'AddDatabase', record: { DatabaseName: 'shop', Topology }, expectedEtag: null });
  database = await open();
  executor = executing();
});

afterEach(async () => {
  await executor.close();
  await database.close();
  await writer.stop();
  await rm(folder, { recursive: true, force: true });
});

function transact(...documents: readonly TransactionDocument[]): void {
  machine.apply({
    type: 'ClusterTransaction',
    database: 'shop',
    values: [],
    documents,
    reads: [],
    hasGuards: false,
  });
}

const put = (id: string, content: object): TransactionDocument => ({
  type: 'PUT',
  id,
  document: JSON.stringify(content),
  changeVector: null,
  expires: null,
});
const bodyOf = (id: string) => database.read((reader) => reader.get(id))?.body.toString();
const unwritable = put('bad', { '@metadata': { '@collection': 'x'.repeat(2000) } });

describe('the executor of cluster transactions', () => {
  it('executes what waits, in order, and knows how far it is after a restart', async () => {
    for (let i = 1; i <= 200; i++) transact(put('counter', { n: i }), put(`each/${i}`, {}));
    expect(await executor.waitFor(400, WAIT_MS)).toBe(true);
    expect(bodyOf('counter')).toBe('{"n":200}');
    expect(database.statistics().documents).toBe(201);
    const { lastEtag } = database;
    await executor.close();
    await database.close();
    database = await open();
    executor = executing();
    executor.wake();
    transact(put('counter', { n: 201 }));
    expect(await executor.waitFor(401, WAIT_MS)).toBe(true);
    expect(database.lastEtag).toBe(lastEtag + 1);
    expect(executor.isCurrent).toBe(true);
  });

  it('leaves out what can not be executed, after some tries, says so, and goes on', async () => {
    transact(put('before', {}));
    transact(put('with', {}), unwritable);
    transact(put('after', {}));
    expect(await executor.waitFor(4, WAIT_MS)).toBe(true);
    expect([bodyOf('before'), bodyOf('with'), bodyOf('after')]).toEqual(['{}', undefined, '{}']);
    expect(executor.wasLeftOut(3)).toBe(true);
    expect(executor.wasLeftOut(4)).toBe(false);
    expect(errors).toHaveLength(1);
  });

  it('waits with a copy that was added later, until it is filled', async () => {
    mayBegin = false;
    transact(put('a', {}));
    expect(await executor.waitFor(1, 20)).toBe(false);
    expect(bodyOf('a')).toBeUndefined();
    // What a member says when the copy has everything of it.
    await database.execute(
      { type: 'claim', execute: (transaction) => transaction.mergeDatabaseChangeVector(`RAFT:1-${GROUP}`) },
      null,
    );
    transact(put('b', {}));
    expect(await executor.waitFor(2, WAIT_MS)).toBe(true);
    expect([bodyOf('a'), bodyOf('b')]).toEqual([undefined, '{}']);
  });

  it('leaves to replication what is forgotten, and goes on behind it', async () => {
    transact(put('a', {}));
    transact(put('b', {}));
    const space = transactionQueue(machine.reader, 'shop').since;
    machine.apply({ type: 'PruneTransactions', database: 'shop', space, upTo: 1 });
    expect(await executor.waitFor(1, 20)).toBe(false);
    await database.execute(
      { type: 'claim', execute: (transaction) => transaction.mergeDatabaseChangeVector(`RAFT:1-${GROUP}`) },
      null,
    );
    expect(await executor.waitFor(2, WAIT_MS)).toBe(true);
    expect(bodyOf('b')).toBe('{}');
  });

  it('goes on behind what is given up, and says so', async () => {
    for (const id of ['a', 'b', 'c']) transact(put(id, {}));
    const space = transactionQueue(machine.reader, 'shop').since;
    machine.apply({ type: 'PruneTransactions', database: 'shop', space, upTo: 2 });
    expect(await executor.waitFor(1, 20)).toBe(false);
    machine.apply({ type: 'AbandonTransactions', database: 'shop', space, from: 0, upTo: 2 });
    expect(await executor.waitFor(3, WAIT_MS)).toBe(true);
    expect(['a', 'b', 'c'].map(bodyOf)).toEqual([undefined, undefined, '{}']);
    expect(errors).toEqual([expect.stringContaining('are lost with all copies that had them')]);
  });

  it('keeps a version that the transaction did not know as a revision, and none that it knew', async () => {
    transact(put('a', { n: 1 }));
    await executor.waitFor(1, WAIT_MS);
    const write = (n: number) =>
      database.execute(
        {
          type: 'write',
          execute: (transaction) =>
            transaction.putDocument(
              'a',
              { collection: '@empty', metadata: Buffer.from('{}'), body: Buffer.from(`{"n":${n}}`) },
              null,
            ).changeVector,
        },
        null,
      );
    const seen = await write(2);
    transact({ ...put('a', { n: 3 }), changeVector: seen });
    await executor.waitFor(2, WAIT_MS);
    expect(database.statistics().revisions).toBe(0);
    await write(4);
    transact(put('a', { n: 5 }));
    await executor.waitFor(3, WAIT_MS);
    expect(bodyOf('a')).toBe('{"n":5}');
    expect(
      database.read((reader) =>
        [...reader.revisions('a')].map((one) => 'body' in one && one.body.toString()),
      ),
    ).toEqual(['{"n":4}']);
  });

  it('does not tell a tombstone from one that nobody needs before it has executed what wrote the document', async () => {
    transact(put('a', {}));
    transact(put('b', {}));
    mayBegin = false;
    // The deletion came by replication, before the transaction was executed here.
    const changeVector = `RAFT:1-${GROUP}, B:7-BBBBBBBBBBBBBBBBBBBBBB`;
    await database.execute(
      {
        type: 'arrival',
        execute: (transaction) => {
          transaction.storeVersion({
            id: 'a',
            changeVector,
            collection: '@empty',
            flags: 0,
            lastModified: 1n,
            content: null,
          });
          transaction.mergeDatabaseChangeVector('B:7-BBBBBBBBBBBBBBBBBBBBBB');
        },
      },
      null,
    );
    expect(await database.cleanTombstones()).toBe(0);
    mayBegin = true;
    expect(await executor.waitFor(2, WAIT_MS)).toBe(true);
    expect([bodyOf('a'), bodyOf('b')]).toEqual([undefined, '{}']);
    expect(etagOf(database.changeVector, GROUP)).toBe(2);
    expect(await database.cleanTombstones()).toBe(1);
  });

  /** As replication stores it, before its source said that all up to there has come. */
  const arrives = (id: string, changeVector: string, n: number) =>
    database.execute(
      {
        type: 'arrival',
        execute: (transaction) => {
          const content = { metadata: Buffer.from('{}'), body: Buffer.from(`{"n":${n}}`) };
          transaction.storeVersion({
            id,
            changeVector,
            collection: '@empty',
            flags: 0,
            lastModified: 1n,
            content,
          });
        },
      },
      null,
    );

  it('does not write what came by replication, nor over what somebody wrote on top of it', async () => {
    await arrives('a', `RAFT:1-${GROUP}, B:7-BBBBBBBBBBBBBBBBBBBBBB`, 7);
    await arrives('b', `RAFT:3-${GROUP}`, 3);
    transact(put('a', { n: 1 }), put('b', { n: 2 }));
    expect(await executor.waitFor(2, WAIT_MS)).toBe(true);
    expect([bodyOf('a'), bodyOf('b')]).toEqual(['{"n":7}', '{"n":3}']);
  });

  it('leaves a tombstone of what it deletes though it is not here, for versions that are on their way', async () => {
    transact({ type: 'DELETE', id: 'a', document: null, changeVector: null, expires: null });
    expect(await executor.waitFor(1, WAIT_MS)).toBe(true);
    expect(database.read((reader) => reader.getTombstone('a'))?.changeVector).toBe(`RAFT:1-${GROUP}`);
  });
});
