import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineCommand } from '../../node/documents/command.ts';
import { deleteDocument } from '../../node/documents/commands/delete-document.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import type { Database } from '../../node/documents/database.ts';
import { decodeCollection } from '../../node/documents/database-state.ts';
import type { DocumentTransaction } from '../../node/documents/document-transaction.ts';
import { splitDocument } from '../../node/json/document-json.ts';
import { auditStorage } from './audit.ts';
import { documentOf, TemporaryDatabases } from './temporary-database.ts';

let databases: TemporaryDatabases;
let database: Database;
beforeEach(async () => {
  databases = await TemporaryDatabases.create();
  database = await databases.open();
});
afterEach(() => databases.dispose());

const put = (collection: string, id = 'x') =>
  database.execute(putDocument, { id, expectedChangeVector: null, document: documentOf({}, collection) });
const remove = (id = 'x') => database.execute(deleteDocument, { id, expectedChangeVector: null });

interface Arrival {
  readonly id: string;
  /** Of each version; a deletion where `isDeletion`. Several are in conflict. */
  readonly collections: readonly string[];
  readonly isDeletion: boolean;
}

function store(transaction: DocumentTransaction, { id, collections, isDeletion }: Arrival): void {
  const versions = collections.map((collection, at) => {
    const tag = at === 0 ? 'B' : 'C';
    const changeVector = `${tag}:${transaction.lastEtag + 1}-${tag.repeat(22)}`;
    transaction.mergeDatabaseChangeVector(changeVector);
    const content = isDeletion ? null : splitDocument(documentOf({}, collection));
    return { id, changeVector, collection, flags: 0, lastModified: 1n, content };
  });
  const [only] = versions;
  if (versions.length === 1 && only !== undefined) transaction.storeVersion(only);
  else transaction.storeConflict(versions);
}

const arrive = defineCommand('TestArrive', (transaction, arrival: Arrival) => store(transaction, arrival));
const fail = defineCommand('TestFail', (transaction, arrival: Arrival) => {
  store(transaction, arrival);
  throw new Error('asked to fail');
});
const arrives = (...collections: readonly string[]) =>
  database.execute(arrive, { id: 'x', collections, isDeletion: false });

/** Etags at which documents have left a collection, as its indexes see it. */
const left = (collection: string) =>
  database.read((reader) =>
    [...reader.deletionsByCollection(collection, { fromEtag: 0 })].map(({ etag }) => etag),
  );
const figuresOf = (collection: string) => database.collections().get(collection.toLowerCase());

describe('a collection that a document has left without a tombstone', () => {
  it('has it among its deletions, and nobody else has it', async () => {
    await put('A');
    await remove();
    await put('B');
    expect(left('A')).toEqual([2]);
    expect(figuresOf('A')).toMatchObject({ documents: 0, tombstones: 0, moves: 1, lastEtag: 2 });
    expect(database.statistics().tombstones).toBe(0);
    const all = database.read((reader) => ({
      tombstones: [...reader.tombstones()],
      items: [...reader.byEtag()].map(({ kind, etag }) => [kind, etag]),
    }));
    expect(all).toEqual({ tombstones: [], items: [['document', 3]] });
  });

  it.each([
    ['another document', ['B'], false],
    ['a deletion elsewhere', ['B'], true],
    ['versions in conflict', ['A', 'A'], false],
  ])('changes when %s takes the place of a document', async (_, collections, isDeletion) => {
    await put('A');
    await database.execute(arrive, { id: 'x', collections, isDeletion });
    expect(left('A')).toEqual([2]);
    expect(figuresOf('A')).toMatchObject({ documents: 0, tombstones: 0, moves: 1, lastEtag: 2 });
  });

  it('does not have it when it stays, in whatever case the name is written', async () => {
    await put('A');
    await arrives('a');
    await remove();
    await put('a');
    expect(left('A')).toEqual([]);
    expect(figuresOf('A')).toMatchObject({ documents: 1, moves: 0 });
  });

  it('has it no more when the command fails', async () => {
    await put('A');
    const arrival = { id: 'x', collections: ['B'], isDeletion: false };
    await expect(database.execute(fail, arrival)).rejects.toThrow('asked to fail');
    expect(left('A')).toEqual([]);
    expect(figuresOf('A')).toMatchObject({ documents: 1, moves: 0, lastEtag: 1 });
  });

  it('keeps it until nobody holds what came up to then, and no tombstone is there to count', async () => {
    await put('A');
    await arrives('B');
    await arrives('C');
    let held = 2;
    const release = database.holdTombstones(() => held);
    expect(await database.cleanTombstones()).toBe(0);
    expect([left('A'), left('B')]).toEqual([[], [3]]);
    held = 3;
    await remove();
    expect(await database.cleanTombstones()).toBe(0);
    expect([left('B'), left('C')]).toEqual([[], [4]]);
    release();
    expect(await database.cleanTombstones()).toBe(1);
    expect(left('C')).toEqual([]);
  });

  it('is known after a restart; a version that did not count them had none', async () => {
    await put('A');
    await arrives('B');
    const before = [...database.collections()];
    await database.close();
    database = await databases.open();
    expect([...database.collections()]).toEqual(before);
    const row = { name: 'A', documents: 1, tombstones: 2, lastEtag: 3 };
    expect(decodeCollection(Buffer.from(JSON.stringify(row)))).toEqual({ ...row, moves: 0 });
  });
});

const id = fc.constantFrom('x', 'y', 'z');
const collection = fc.constantFrom('A', 'a', 'B', 'C');
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put' as const), id, collection }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('arrive' as const),
      id,
      collections: fc.array(collection, { minLength: 1, maxLength: 2 }),
      isDeletion: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clean' as const), part: fc.nat({ max: 2 }) }) },
);

it('whatever comes and goes, counts are what a scan finds, and cleaning leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const own = await TemporaryDatabases.create();
      try {
        const filled = await own.open({ durable: false });
        for (const one of steps) {
          if (one.kind === 'put') {
            const document = documentOf({}, one.collection);
            // Fails where it is in another collection.
            await filled
              .execute(putDocument, { id: one.id, expectedChangeVector: null, document })
              .catch(() => undefined);
          } else if (one.kind === 'delete') {
            await filled.execute(deleteDocument, { id: one.id, expectedChangeVector: null });
          } else if (one.kind === 'arrive') await filled.execute(arrive, one);
          else {
            const release = filled.holdTombstones(() => filled.lastEtag - 3 * one.part);
            await filled.cleanTombstones();
            release();
          }
        }
        await filled.close();
        await auditStorage(own.path, own.writer);
        const reopened = await own.open({ durable: false });
        await reopened.cleanTombstones();
        const isLeft = [...reopened.collections().values()].filter(
          ({ name, tombstones, moves }) =>
            tombstones + moves > 0 ||
            reopened.read((reader) => [...reader.deletionsByCollection(name, { fromEtag: 0 })]).length > 0,
        );
        expect(isLeft).toEqual([]);
        await reopened.close();
        await auditStorage(own.path, own.writer);
      } finally {
        await own.dispose();
      }
    }),
    { numRuns: 20 },
  );
});
