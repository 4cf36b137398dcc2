import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareChangeVectors, etagOf } from '../../node/documents/change-vector.ts';
import { defineCommand } from '../../node/documents/command.ts';
import { deleteDocument } from '../../node/documents/commands/delete-document.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import type { Database } from '../../node/documents/database.ts';
import type { NewVersion } from '../../node/documents/document-transaction.ts';
import { documentOf, TemporaryDatabases } from './temporary-database.ts';

let databases: TemporaryDatabases;
let database: Database;
beforeEach(async () => {
  databases = await TemporaryDatabases.create();
  database = await databases.open();
});
afterEach(() => databases.dispose());

const put = (id: string, body: object, collection = 'Users', expectedChangeVector: string | null = null) =>
  database.execute(putDocument, { id, expectedChangeVector, document: documentOf(body, collection) });
const remove = (id: string, expectedChangeVector: string | null = null) =>
  database.execute(deleteDocument, { id, expectedChangeVector });
const bodyOf = (id: string) => database.read((reader) => reader.get(id)?.body.toString());
const ids = (items: Iterable<{ readonly id: string }>) => [...items].map(({ id }) => id);

const OTHER = 'B:7-bbbbbbbbbbbbbbbbbbbbbb';
const storeVersion = defineCommand('TestStoreVersion', (transaction, version: NewVersion) => {
  transaction.storeVersion(version);
});
const storeConflict = defineCommand('TestStoreConflict', (transaction, versions: readonly NewVersion[]) => {
  transaction.storeConflict(versions);
});
const mergeVector = defineCommand('TestMergeVector', (transaction, changeVector: string) => {
  transaction.mergeDatabaseChangeVector(changeVector);
});
const versionOf = (id: string, changeVector: string, body: string | null): NewVersion => ({
  id,
  changeVector,
  collection: 'Users',
  flags: 0,
  lastModified: 1n,
  content: body === null ? null : { body: Buffer.from(body), metadata: Buffer.from('{}') },
});

describe('a database', () => {
  it('finds a document whatever the case of its id and gives the id as written', async () => {
    const { changeVector } = await put('Users/1-Ä', { a: 1 });
    const stored = database.read((reader) => reader.get('uSERS/1-ä'));
    expect(stored).toMatchObject({ id: 'Users/1-Ä', changeVector, collection: 'Users', etag: 1 });
    expect(stored?.body.toString()).toBe('{"a":1}');
    expect(changeVector).toBe(`A:1-${database.id}`);
    expect(database.id).toMatch(/^[A-Za-z0-9+/]{22}$/);
  });

  it('completes an id that ends in a slash by etag and node tag', async () => {
    expect((await put('users/', {})).id).toBe('users/0000000000000000001-A');
    expect((await put('users/', {})).id).toBe('users/0000000000000000002-A');
  });

  it('refuses ids that are empty, too long or not resolved yet', async () => {
    await expect(put('', {})).rejects.toThrow('must not be empty');
    await expect(put('users|', {})).rejects.toThrow("'users|' asks for an identity");
    await expect(put('x'.repeat(513), {})).rejects.toThrow(
      'Document ID cannot exceed 512 bytes, but the ID was 513 bytes.',
    );
  });

  it('checks the expected change vector, with the messages of the protocol', async () => {
    const { changeVector } = await put('users/1', {}, 'Users', '');
    const end = 'Optimistic concurrency violation, transaction will be aborted.';
    const wrong = `A:99-${database.id}`;
    await expect(put('users/1', {}, 'Users', '')).rejects.toMatchObject({
      name: 'ConcurrencyError',
      message: `Document users/1 has change vector ${changeVector}, but Put was called with expecting new document. ${end}`,
      id: 'users/1',
      expectedChangeVector: '',
      actualChangeVector: changeVector,
    });
    await expect(put('users/1', {}, 'Users', wrong)).rejects.toThrow(
      `Document users/1 has change vector ${changeVector}, but Put was called with change vector ${wrong}. ${end}`,
    );
    await expect(put('users/2', {}, 'Users', wrong)).rejects.toThrow(
      `Document users/2 does not exist, but Put was called with change vector: ${wrong}. ${end}`,
    );
    await expect(remove('users/1', wrong)).rejects.toThrow(
      `Document users/1 has change vector ${changeVector}, but Delete was called with change vector '${wrong}'. ${end}`,
    );
    await expect(remove('users/2', wrong)).rejects.toThrow(
      `Document users/2 does not exist, but delete was called with change vector '${wrong}'. ${end}`,
    );
    await put('users/1', { a: 2 }, 'users', changeVector);
    expect(bodyOf('users/1')).toBe('{"a":2}');
  });

  it('refuses another collection for a document until it was deleted', async () => {
    await put('x', {}, 'Users');
    await expect(put('x', {}, 'People')).rejects.toThrow(
      "Changing 'x' from 'Users' to 'People' via update is not supported. Delete it and recreate the document 'x'.",
    );
    await remove('x');
    await put('x', {}, 'People');
    expect(database.read((reader) => reader.get('x')?.collection)).toBe('People');
  });

  it('leaves a tombstone for a deleted document, until it is written again', async () => {
    await put('x', {});
    expect((await remove('X')).changeVector).toBe(`A:2-${database.id}`);
    expect((await remove('x')).changeVector).toBeNull();
    expect(database.read((reader) => [reader.get('x'), reader.getTombstone('x')?.etag])).toEqual([
      undefined,
      2,
    ]);
    expect(database.statistics()).toMatchObject({ documents: 0, tombstones: 1, lastEtag: 2 });
    await put('x', {});
    expect(database.read((reader) => reader.getTombstone('x'))).toBeUndefined();
    expect(database.statistics()).toMatchObject({ documents: 1, tombstones: 0, lastEtag: 3 });
  });

  it('lists by prefix, by etag and by collection', async () => {
    for (const id of ['items/2', 'items/10', 'items/1', 'other/1', 'Items/3'])
      await put(id, {}, id.slice(0, 5));
    await put('items/1', { changed: true }, 'items');
    await remove('other/1');
    database.read((reader) => {
      expect(ids(reader.startsWith({ prefix: 'ITEMS/' }))).toEqual([
        'items/1',
        'items/10',
        'items/2',
        'Items/3',
      ]);
      expect(ids(reader.startsWith({ prefix: 'items/', startAfter: 'items/10', pageSize: 1 }))).toEqual([
        'items/2',
      ]);
      expect(ids(reader.startsWith({ prefix: 'items/', matches: '1*|3', exclude: '10' }))).toEqual([
        'items/1',
        'Items/3',
      ]);
      expect(ids(reader.startsWith({ prefix: '', start: 1, pageSize: 2 }))).toEqual(['items/10', 'items/2']);
      expect(ids(reader.documentsByEtagDescending({ start: 1, pageSize: 2 }))).toEqual([
        'Items/3',
        'items/10',
      ]);
      expect(ids(reader.documentsByEtag({ fromEtag: 2 }))).toEqual(['items/10', 'Items/3', 'items/1']);
      expect(ids(reader.byCollection('ITEMS', { fromEtag: 2 }))).toEqual(['items/10', 'Items/3', 'items/1']);
      expect(ids(reader.byCollection('items', { descending: true, pageSize: 1 }))).toEqual(['items/1']);
      expect([...reader.byEtag()].map(({ kind, etag, version }) => [kind, etag, version.id])).toEqual([
        ['document', 1, 'items/2'],
        ['document', 2, 'items/10'],
        ['document', 5, 'Items/3'],
        ['document', 6, 'items/1'],
        ['tombstone', 7, 'other/1'],
      ]);
      expect(ids(reader.tombstones())).toEqual(['other/1']);
      expect(reader.getMany(['items/1', 'none']).map((found) => found?.etag)).toEqual([6, undefined]);
    });
    expect([...database.collections().values()]).toEqual([
      { name: 'items', documents: 4, tombstones: 0, moves: 0, lastEtag: 6 },
      { name: 'other', documents: 0, tombstones: 1, moves: 0, lastEtag: 7 },
    ]);
  });

  it('starts the vector of a new document from that of the database', async () => {
    await database.execute(mergeVector, OTHER);
    const { changeVector } = await put('here', {});
    expect(etagOf(changeVector, database.id)).toBe(1);
    expect(compareChangeVectors(OTHER, changeVector)).toBe('AlreadyMerged');
    expect(database.changeVector).toBe(changeVector);
  });

  it('keeps the vector of a version from elsewhere, and replaces its own entry when the document is written', async () => {
    await database.execute(storeVersion, versionOf('there', OTHER, '{}'));
    expect(database.read((reader) => reader.get('there')?.changeVector)).toBe(OTHER);
    expect(database.changeVector).toBe(`A:1-${database.id}`);
    expect((await put('there', {})).changeVector).toBe(`${OTHER}, A:2-${database.id}`);
    expect((await put('there', {})).changeVector).toBe(`${OTHER}, A:3-${database.id}`);
  });

  it('lets a document written over a tombstone include the deletion', async () => {
    await database.execute(storeVersion, versionOf('gone', OTHER, null));
    expect(compareChangeVectors(OTHER, (await put('gone', {})).changeVector)).toBe('AlreadyMerged');
  });

  it('keeps versions in conflict apart until somebody writes the document, and then as revisions', async () => {
    const versions = [versionOf('x', `A:1-${database.id}`, '{"a":1}'), versionOf('x', OTHER, null)];
    await put('x', { a: 1 });
    await database.execute(storeConflict, versions);
    expect(database.statistics()).toMatchObject({ documents: 0, conflicts: 2, conflictedDocuments: 1 });
    expect(() => bodyOf('X')).toThrow(
      expect.objectContaining({ name: 'DocumentConflictError', id: 'x', largestEtag: 3 }),
    );
    await expect(put('x', {}, 'Users', OTHER)).rejects.toThrow('Conflict detected');
    expect(database.read((reader) => reader.getConflicts('x').map(({ kind }) => kind))).toEqual([
      'document',
      'tombstone',
    ]);

    const { changeVector } = await put('x', { a: 2 });
    for (const version of versions)
      expect(compareChangeVectors(version.changeVector, changeVector)).toBe('AlreadyMerged');
    expect(bodyOf('x')).toBe('{"a":2}');
    expect(database.statistics()).toMatchObject({
      documents: 1,
      conflicts: 0,
      conflictedDocuments: 0,
      revisions: 2,
    });
    expect(database.read((reader) => [...reader.revisions('x')].length)).toBe(2);
  });

  it('resolves a conflict by deleting the document', async () => {
    await database.execute(storeConflict, [
      versionOf('x', OTHER, '{}'),
      versionOf('x', `C:1-${'c'.repeat(22)}`, '{}'),
    ]);
    const { changeVector } = await remove('x');
    expect(compareChangeVectors(OTHER, changeVector ?? '')).toBe('AlreadyMerged');
    expect(database.statistics()).toMatchObject({ documents: 0, tombstones: 1, conflicts: 0, revisions: 2 });
  });

  it('is after a restart what it was, and its clock and etags go on', async () => {
    let wall = 5_000_000;
    await database.close();
    database = await databases.open({ clock: () => wall });
    const first = await put('x', {});
    await remove('x');
    await put('y', {});
    const before = [database.statistics(), [...database.collections()], database.id, database.changeVector];
    await database.close();
    wall = 1_000_000;
    database = await databases.open({ clock: () => wall });
    expect([database.statistics(), [...database.collections()], database.id, database.changeVector]).toEqual(
      before,
    );
    const next = await put('z', {});
    expect(next.etag).toBe(4);
    expect(next.lastModified).toBeGreaterThan(first.lastModified);
  });

  it('tells listeners of each durable batch, after which it can be read', async () => {
    const heard: (readonly [number, string | undefined])[] = [];
    const stop = database.onCommit((lastEtag) => heard.push([lastEtag, bodyOf('x')]));
    await put('x', {});
    stop();
    await put('x', { a: 1 });
    expect(heard).toEqual([[1, '{}']]);
  });

  it('removes tombstones as far as every holder has come', async () => {
    for (const id of ['a', 'b', 'c']) {
      await put(id, {});
      await remove(id);
    }
    let held = 4;
    const release = database.holdTombstones(() => held);
    expect(await database.cleanTombstones()).toBe(2);
    expect(database.read((reader) => ids(reader.tombstones()))).toEqual(['c']);
    held = 0;
    expect(await database.cleanTombstones()).toBe(0);
    release();
    expect(await database.cleanTombstones()).toBe(1);
    expect(database.statistics()).toMatchObject({ tombstones: 0, lastEtag: 6 });
  });

  it('refuses reads and writes once closed, and answers what it had accepted', async () => {
    const accepted = put('x', {});
    await database.close();
    expect((await accepted).etag).toBe(1);
    await expect(put('y', {})).rejects.toThrow("The database 'shop' is closed.");
    expect(() => bodyOf('x')).toThrow("The database 'shop' is closed.");
  });
});
