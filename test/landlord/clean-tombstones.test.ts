import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deleteDocument } from '../../node/documents/commands/delete-document.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { IndexHost } from '../../node/index-thread/index-host.ts';
import { DatabaseLandlord } from '../../node/landlord/database-landlord.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { NoLeaderError } from '../../node/rachis/rachis-error.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { Knowledge } from './knowledge.ts';

let folder: string;
let writer: StorageWriter;
let indexHost: IndexHost;
let landlord: DatabaseLandlord;
let knowledge: Knowledge;

/** Node A has the only copy as far as it knows, and a tombstone that nobody else needs then. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raven-landlord-'));
  writer = new StorageWriter();
  indexHost = new IndexHost({ logger: silentLogger });
  knowledge = new Knowledge();
  knowledge.found();
  knowledge.regroup({ Members: ['A'] });
  landlord = new DatabaseLandlord({
    dataDirectory: folder,
    writer,
    indexHost,
    durable: false,
    cluster: knowledge.view,
    logger: silentLogger,
    tombstoneCleanupIntervalMs: 60_000,
    deploymentModes: { static: 'Parallel', auto: 'Parallel' },
    retirement: { idleAfterMs: 1_800_000, deleteAfterMs: 259_200_000, supersededAfterMs: 15_000 },
  });
  const { database } = await landlord.get('shop');
  const document = Buffer.from('{"Name":"old"}');
  await database.execute(putDocument, { id: 'users/1', expectedChangeVector: null, document });
  await database.execute(deleteDocument, { id: 'users/1', expectedChangeVector: null });
});
afterEach(async () => {
  await landlord.close();
  await indexHost.stop();
  await writer.stop();
  await rm(folder, { recursive: true, force: true });
});

it('tombstones go when a majority confirms the group', async () => {
  const loaded = await landlord.get('shop');
  expect(await loaded.cleanTombstones()).toBe(1);
});

it('they stay while no majority says who is in the group', async () => {
  knowledge.onBarrier = () => Promise.reject(new NoLeaderError('nobody leads'));
  const loaded = await landlord.get('shop');
  await expect(loaded.cleanTombstones()).rejects.toThrow('nobody leads');
  expect(loaded.database.statistics().tombstones).toBe(1);
});

it('they stay for a copy that this node only hears of when it asks', async () => {
  knowledge.onBarrier = async () => knowledge.regroup({ Members: ['A'], Promotables: ['B'] });
  const loaded = await landlord.get('shop');
  expect(await loaded.cleanTombstones()).toBe(0);
  expect(loaded.database.statistics().tombstones).toBe(1);
});

it('they stay while a crash can take this node back to a former group', async () => {
  const loaded = await landlord.get('shop');
  knowledge.onFlush = () => Promise.reject(new Error('the disk is full'));
  await expect(loaded.cleanTombstones()).rejects.toThrow('the disk is full');
  expect(loaded.database.statistics().tombstones).toBe(1);
  // The group that is followed by then is not the one that has been written.
  const before = loaded.record();
  knowledge.onFlush = async () => {
    knowledge.regroup({ Members: ['A'] });
    await expect.poll(() => loaded.record()).not.toBe(before);
  };
  expect(await loaded.cleanTombstones()).toBe(0);
  knowledge.onFlush = async () => {};
  expect(await loaded.cleanTombstones()).toBe(1);
});
