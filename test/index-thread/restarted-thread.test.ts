import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QueryOutcome } from '../../node/index-thread/thread-protocol.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';
import { BY_NAME, ThreadedDatabase } from './threaded-database.ts';

/** Of the thread, for objects. */
const HEAP_MEGABYTES = 24;
const DOCUMENTS = 200;

let one: ThreadedDatabase;

beforeEach(async () => {
  one = await ThreadedDatabase.open({ heapMegabytesMax: HEAP_MEGABYTES });
  one.indexes.define(BY_NAME);
  await one.put(0, DOCUMENTS);
});
afterEach(() => one.close());

/** More than the thread may have. */
const exhausting = (): Promise<QueryOutcome> =>
  one.ask('from Users where name in ($names)', {
    names: Array.from({ length: 250_000 }, (_, n) => `a name that nobody has, number ${n}`),
  });

describe('an index thread that runs out of memory', () => {
  it('fails what was asked of it, and another one goes on from what is stored', async () => {
    expect(await one.idsOf("from Users where name = 'name 7'")).toEqual(['users/7']);
    const before = await one.indexes.statistics();
    const meanwhile = one.ask("from Users where name = 'name 8'").catch((error: unknown) => error);
    await expect(exhausting()).rejects.toMatchObject({ kind: 'ThreadEndedError' });
    await meanwhile;
    expect(one.errors).toEqual([expect.stringContaining('The index thread failed')]);
    expect(one.host.health.isOk).toBe(false);
    // Writes don't need it.
    await one.put(DOCUMENTS, 1);
    await waitUntil('the next thread', () => one.host.health.isOk);
    expect(one.host.lives).toBe(2);
    expect(await one.idsOf(`from Users where name = 'name ${DOCUMENTS}'`)).toEqual([`users/${DOCUMENTS}`]);
    expect(await one.idsOf("from Users where name = 'name 7'")).toEqual(['users/7']);
    const after = await one.indexes.statistics();
    expect(before.map(({ mapAttempts }) => mapAttempts)).toEqual([DOCUMENTS]);
    expect(after.map(({ mapAttempts }) => mapAttempts)).toEqual([DOCUMENTS + 1]);
    expect(after.map(({ createdAt }) => createdAt)).toEqual(before.map(({ createdAt }) => createdAt));
  });

  it('leaves no stream that looks as if it had ended', async () => {
    const query = { query: 'from Users', parameters: {}, start: 0, pageSize: 1000 };
    const open = () => one.indexes.openStream({ ...query, waitMs: null, knownEtag: null, extras: [] });
    const before = await open();
    await expect(exhausting()).rejects.toMatchObject({ kind: 'ThreadEndedError' });
    await waitUntil('the next thread', () => one.host.health.isOk);
    const after = await open();
    if (before.kind !== 'stream' || after.kind !== 'stream') throw new Error('There is no stream.');
    expect(after.stream).not.toBe(before.stream);
    await expect(one.indexes.readStream(before.stream, 1)).rejects.toThrow('closed before its end');
    expect(await one.indexes.readStream(after.stream, 1)).toHaveLength(1);
  });

  it('keeps no database from being closed, and what was paused stays paused', async () => {
    await one.indexes.setPaused(null, true);
    await expect(exhausting()).rejects.toMatchObject({ kind: 'ThreadEndedError' });
    await waitUntil('the next thread', () => one.host.health.isOk);
    expect((await one.indexes.statistics()).map(({ isPaused }) => isPaused)).toEqual([true]);
    await expect(exhausting()).rejects.toMatchObject({ kind: 'ThreadEndedError' });
    await one.indexes.close();
    expect(() => one.database.storageProperty('rocksdb.estimate-num-keys')).not.toThrow();
  });
});
