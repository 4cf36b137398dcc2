import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseIndexes } from '../../node/index-thread/database-indexes.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';
import { BY_NAME, queryOf, ThreadedDatabase } from './threaded-database.ts';

const DOCUMENTS = 500;

/** Takes some milliseconds for each document, and so seconds in all. */
const SLOW = `declare function isLong(user) {
    let sum = 0;
    for (let n = 0; n < 3000000; n++) sum += n % 7;
    return sum > user.name.length;
  }
  from Users as user where user.name >= 'name' filter isLong(user)`;

let one: ThreadedDatabase;

beforeEach(async () => {
  one = await ThreadedDatabase.open();
  one.indexes.define(BY_NAME);
  await one.put(0, DOCUMENTS);
  expect(await one.idsOf("from Users where name = 'name 7'")).toEqual(['users/7']);
});
afterEach(() => one.close());

/** What became of it: undefined as long as it is not answered. */
function watched(asked: Promise<unknown>): {
  readonly outcome: () => unknown;
  readonly ended: Promise<void>;
} {
  let outcome: unknown;
  const settle = (value: unknown): void => {
    outcome = value;
  };
  return { outcome: () => outcome, ended: asked.then(settle, settle) };
}

describe('a query that takes long', () => {
  it('lets others have their turns, is among those that run, and ends when it is killed', async () => {
    const slow = watched(one.ask(SLOW));
    expect(await one.idsOf("from Users where name = 'name 8'")).toEqual(['users/8']);
    await one.put(DOCUMENTS, 1);
    expect(await one.idsOf(`from Users where name = 'name ${DOCUMENTS}'`)).toEqual([`users/${DOCUMENTS}`]);
    expect(slow.outcome()).toBeUndefined();
    const [running, ...others] = one.indexes.running.all;
    if (running === undefined) throw new Error('No query is running.');
    expect(others).toEqual([]);
    expect(running).toMatchObject({ isStreaming: false, query: { query: SLOW } });
    expect(one.indexes.indexNameOf(running.query)).toBe('Auto/Users/Byname');
    expect(one.indexes.running.kill(running.id)).toBe(true);
    await slow.ended;
    expect(slow.outcome()).toMatchObject({ kind: 'QueryKilledError' });
    expect(await one.idsOf("from Users where name = 'name 9'")).toEqual(['users/9']);
    await waitUntil('the thread to leave it', () => one.indexes.running.all.length === 0);
    expect(one.indexes.running.kill(running.id)).toBe(false);
  });

  it('that holds the thread ends, too, when it is killed', async () => {
    const slow = watched(one.ask(SLOW.replace("where user.name >= 'name'", '')));
    const [running] = one.indexes.running.all;
    expect(one.indexes.running.kill(running?.id ?? 0)).toBe(true);
    await slow.ended;
    expect(slow.outcome()).toMatchObject({ kind: 'QueryKilledError' });
    expect(await one.idsOf("from Users where name = 'name 9'")).toEqual(['users/9']);
    await waitUntil('the thread to leave it', () => one.indexes.running.all.length === 0);
  });

  it('is planned again when its index is deleted, or made anew, in the middle of it', async () => {
    const slow = watched(one.ask(SLOW));
    expect(await one.idsOf("from Users where name = 'name 8'")).toEqual(['users/8']);
    one.indexes.define({ auto: [], static: [] });
    await slow.ended;
    expect(slow.outcome()).toMatchObject({ kind: 'needsIndex', definition: { Name: 'Auto/Users/Byname' } });
  });
});

describe('a stream that takes long', () => {
  it('lets others have their turns while it finds nothing, and ends when it is killed', async () => {
    const nothing = SLOW.replace('sum > user.name.length', 'false');
    const opened = await one.indexes.openStream(queryOf(nothing));
    if (opened.kind !== 'stream') throw new Error('There is no stream.');
    const read = watched(one.indexes.readStream(opened.stream, 1));
    expect(await one.idsOf("from Users where name = 'name 8'")).toEqual(['users/8']);
    expect(read.outcome()).toBeUndefined();
    const [running] = one.indexes.running.all;
    expect(running).toMatchObject({ isStreaming: true });
    expect(one.indexes.running.kill(running?.id ?? 0)).toBe(true);
    await read.ended;
    expect(read.outcome()).toMatchObject({ kind: 'QueryKilledError' });
    await one.indexes.closeStream(opened.stream);
    expect(one.indexes.running.all).toEqual([]);
  });
});

describe('a query that waits for an index', () => {
  const asked = "from Users where name = 'name 5'";

  /** One that nothing but what happens to the index can end. */
  async function waiting(): Promise<Promise<Awaited<ReturnType<DatabaseIndexes['query']>>>[]> {
    await one.indexes.setPaused(null, true);
    await one.put(DOCUMENTS, 1);
    return [one.ask(asked)];
  }

  it('is planned again when that is deleted', async () => {
    const [query] = await waiting();
    one.indexes.define({ auto: [], static: [] });
    expect(await query).toMatchObject({ kind: 'needsIndex', definition: { Name: 'Auto/Users/Byname' } });
  });

  it('waits for the one that takes its place', async () => {
    const [query] = await waiting();
    await one.indexes.reset('Auto/Users/Byname', false);
    await one.indexes.setPaused(null, false);
    const outcome = await query;
    if (outcome?.kind !== 'answer') throw new Error(`It was answered by ${outcome?.kind}.`);
    const body = JSON.parse(Buffer.from(outcome.body).toString('utf8'));
    expect(body).toMatchObject({ TotalResults: 1, IsStale: false });
  });
});
