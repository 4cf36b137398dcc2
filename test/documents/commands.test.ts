import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BatchCommand, batch } from '../../node/documents/commands/batch.ts';
import { bulkInsert } from '../../node/documents/commands/bulk-insert.ts';
import { hiloNext, hiloReturn } from '../../node/documents/commands/hilo.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import type { Database } from '../../node/documents/database.ts';
import { REMEMBERED_REQUEST_MS, REMEMBERED_REQUESTS_MAX } from '../../node/documents/limits.ts';
import { documentOf, TemporaryDatabases } from './temporary-database.ts';

let databases: TemporaryDatabases;
let database: Database;
let wall = 1_000_000;
beforeEach(async () => {
  databases = await TemporaryDatabases.create();
  database = await databases.open({ clock: () => wall });
});
afterEach(() => databases.dispose());

const run = (commands: readonly BatchCommand[], requestId?: string) =>
  database.execute(batch, requestId === undefined ? { commands } : { commands, requestId });
const PUT = (id: string | null, body: object, changeVector: string | null = null): BatchCommand => ({
  type: 'PUT',
  id,
  changeVector,
  document: documentOf(body, 'Users'),
});
const DELETE = (id: string, changeVector: string | null = null, isPrefix = false): BatchCommand => ({
  type: 'DELETE',
  id,
  changeVector,
  isPrefix,
});
const allIds = () => database.read((reader) => [...reader.startsWith({ prefix: '' })].map(({ id }) => id));

describe('a batch', () => {
  it('runs its commands in order and answers each', async () => {
    const { results, lastEtag, changeVector } = await run([
      PUT('users/1', { a: 1 }),
      PUT('users/', {}),
      PUT(null, {}),
      DELETE('users/1'),
      DELETE('users/1'),
    ]);
    expect(results).toMatchObject([
      { type: 'PUT', id: 'users/1', collection: 'Users', changeVector: `A:1-${database.id}` },
      { type: 'PUT', id: 'users/0000000000000000002-A' },
      { type: 'PUT', id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) },
      { type: 'DELETE', id: 'users/1', deleted: true },
      { type: 'DELETE', id: 'users/1', deleted: false },
    ]);
    expect([lastEtag, changeVector]).toEqual([4, `A:4-${database.id}`]);
  });

  it('does all or nothing', async () => {
    await run([PUT('a', {})]);
    await expect(run([PUT('b', {}), DELETE('a'), PUT('c', {}, 'A:9-x')])).rejects.toMatchObject({ id: 'c' });
    expect(allIds()).toEqual(['a']);
    await expect(run([PUT('b', {}), { type: 'Unsupported', name: 'PATCH' }])).rejects.toMatchObject({
      name: 'UnsupportedCommandError',
      commandType: 'PATCH',
    });
    expect(allIds()).toEqual(['a']);
  });

  it('tells no details of a deletion that expects a missing document', async () => {
    await expect(run([DELETE('none', 'A:1-x')])).rejects.toMatchObject({
      message:
        "Document none does not exist, but delete was called with change vector 'A:1-x'. Optimistic concurrency violation, transaction will be aborted.",
      id: null,
      expectedChangeVector: null,
      actualChangeVector: null,
    });
  });

  it('deletes by prefix, also what it has just written', async () => {
    await run([PUT('a/1', {}), PUT('a/2', {}), PUT('b/1', {})]);
    const { results } = await run([PUT('A/3', {}), DELETE('a/', null, true)]);
    expect(results[1]).toEqual({ type: 'DELETE', id: 'a/', deleted: true });
    expect(allIds()).toEqual(['b/1']);
    await expect(run([DELETE('', null, true)])).rejects.toMatchObject({ name: 'InvalidCommandError' });
  });

  it('verifies the documents that a session has read', async () => {
    const { results } = await run([PUT('a', {})]);
    const changeVector = results[0]?.type === 'PUT' ? results[0].changeVector : '';
    const track = (trackedEntities: Record<string, string | null>) =>
      run([{ type: 'BatchTrackChanges', trackedEntities }]);
    expect((await track({ a: changeVector, none: null })).results).toEqual([
      { type: 'BatchTrackChanges', count: 2 },
    ]);
    await expect(track({ a: 'A:9-x' })).rejects.toMatchObject({
      message: `Document 'a' has been modified since it was loaded. The expected change vector 'A:9-x' does not match the current change vector '${changeVector}'.`,
      name: 'ConcurrencyError',
      id: 'a',
      expectedChangeVector: 'A:9-x',
      actualChangeVector: changeVector,
    });
  });

  it('with a request id is run once and answered alike, also after a restart', async () => {
    const first = await run([PUT('a/', {})], 'request-1');
    expect(await run([PUT('a/', {})], 'request-1')).toEqual(first);
    await database.close();
    database = await databases.open({ clock: () => wall });
    expect(await run([PUT('a/', {})], 'request-1')).toEqual(first);
    expect(allIds()).toHaveLength(1);
    wall += REMEMBERED_REQUEST_MS + 1;
    expect((await run([PUT('a/', {})], 'request-1')).lastEtag).toBe(2);
  });

  it('remembers a bounded number of request ids', async () => {
    const requests = Array.from({ length: REMEMBERED_REQUESTS_MAX + 1 }, (_, i) => `request-${i}`);
    await Promise.all(requests.map((requestId) => run([PUT('x', {})], requestId)));
    const before = database.lastEtag;
    expect((await run([PUT('x', {})], 'request-1')).lastEtag).toBe(2);
    expect((await run([PUT('x', {})], 'request-0')).lastEtag).toBe(before + 1);
  });

  it('of which a command fails is not remembered', async () => {
    await expect(run([PUT('a', {}, 'A:9-x')], 'request')).rejects.toThrow();
    expect((await run([PUT('a', {})], 'request')).results).toHaveLength(1);
  });
});

describe('bulk insert', () => {
  const insert = (items: readonly (readonly [string | null, object])[], skipOverwriteIfUnchanged = false) =>
    database.execute(bulkInsert, {
      items: items.map(([id, body]) => ({ id, document: documentOf(body, 'Users') })),
      skipOverwriteIfUnchanged,
    });

  it('overwrites, and the last of equal ids wins', async () => {
    expect(
      await insert([
        ['a', { n: 1 }],
        ['b', {}],
        ['A', { n: 2 }],
      ]),
    ).toEqual({ stored: 3, unchanged: 0, lastId: 'A' });
    expect(database.read((reader) => reader.get('a')?.body.toString())).toBe('{"n":2}');
  });

  it('leaves unchanged documents alone when asked to', async () => {
    await insert([
      ['a', { n: 1 }],
      ['b', { n: 1 }],
    ]);
    expect(
      await insert(
        [
          ['a', { n: 1 }],
          ['b', { n: 2 }],
        ],
        true,
      ),
    ).toEqual({ stored: 1, unchanged: 1, lastId: 'b' });
    expect(database.lastEtag).toBe(3);
  });

  it('makes ids up, but takes no identities', async () => {
    const { lastId } = await insert([
      [null, {}],
      ['users/', {}],
    ]);
    expect(lastId).toBe('users/0000000000000000002-A');
    await expect(insert([['users|', {}]])).rejects.toMatchObject({ name: 'DocumentIdError' });
    expect(allIds()).toHaveLength(2);
  });
});

describe('HiLo', () => {
  const next = (change: object = {}) =>
    database.execute(hiloNext, {
      tag: 'users',
      lastBatchSize: 0,
      lastRangeAt: null,
      identityPartsSeparator: '/',
      lastMax: 0,
      ...change,
    });

  it('gives ranges that never overlap, whatever the case of the tag', async () => {
    const ranges = await Promise.all([next(), next({ tag: 'Users' }), next({ lastMax: 500 }), next()]);
    expect(ranges.map(({ low, high }) => [low, high])).toEqual([
      [1, 32],
      [33, 64],
      [501, 532],
      [533, 564],
    ]);
    expect(ranges[1]).toMatchObject({ prefix: 'Users/', serverTag: 'A', lastSize: 32 });
    const stored = database.read((reader) => reader.get('raven/hilo/USERS'));
    expect([stored?.collection, stored?.body.toString()]).toEqual(['@hilo', '{"Max":564}']);
  });

  it('gives more to a client that comes back soon, and less to one that takes its time', async () => {
    const { lastRangeAt } = await next();
    expect((await next({ lastBatchSize: 100, lastRangeAt })).lastSize).toBe(200);
    wall += 45_000;
    expect((await next({ lastBatchSize: 100, lastRangeAt })).lastSize).toBe(100);
    wall += 30_000;
    expect((await next({ lastBatchSize: 100, lastRangeAt })).lastSize).toBe(50);
    expect((await next({ lastBatchSize: 100, lastRangeAt: 'nonsense' })).lastSize).toBe(100);
    expect((await next({ lastBatchSize: 2 ** 22, lastRangeAt: '2000-01-01' })).lastSize).toBe(2 ** 20);
  });

  it('takes back the unused end of the last range only', async () => {
    await next();
    await database.execute(hiloReturn, { tag: 'users', end: 32, last: 7 });
    expect((await next()).low).toBe(8);
    await database.execute(hiloReturn, { tag: 'users', end: 32, last: 1 });
    expect((await next()).low).toBe(40);
    await database.execute(hiloReturn, { tag: 'nobody', end: 32, last: 1 });
    expect(allIds()).toEqual(['Raven/Hilo/users']);
  });

  it('survives a document that people have edited', async () => {
    await database.execute(putDocument, {
      id: 'Raven/Hilo/users',
      expectedChangeVector: null,
      document: documentOf({ Max: 'many' }, '@hilo'),
    });
    expect((await next()).low).toBe(1);
  });
});
