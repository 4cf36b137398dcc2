import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineCommand } from '../../node/documents/command.ts';
import { batch } from '../../node/documents/commands/batch.ts';
import { cleanTombstones } from '../../node/documents/commands/clean-tombstones.ts';
import { READ_DOCUMENTS_MAX } from '../../node/indexing/limits.ts';
import { definitionOf, type IndexedDatabase } from './indexed-database.ts';
import { IndexedDatabases } from './indexed-databases.ts';
import { seededNumbers } from './seeded-numbers.ts';

const databases = new IndexedDatabases();

const mapOf = (collection: string) => `map('${collection}', (d) => ({ of: '${collection}', n: d.n }))`;

const DEFINITIONS = [
  definitionOf('A', mapOf('A')),
  definitionOf('AB', [mapOf('A'), mapOf('B')]),
  definitionOf('All', mapOf('@all_docs')),
  definitionOf('Loads', "map('A', (a) => ({ n: load(a.to, 'B')?.n ?? null }))"),
  definitionOf('Sums', [mapOf('A'), mapOf('B')], {
    Reduce:
      'groupBy((d) => d.of).aggregate((g) => ({ of: g.key, n: g.values.reduce((n, d) => n + d.n, 0) }))',
  }),
];

type Collection = 'A' | 'B' | 'C';
interface Version {
  readonly collection: Collection;
  /** Null: a deletion. */
  readonly document: object | null;
}

/** As replication brings it: one version instead of all that is there, or several in conflict. */
const arrive = defineCommand(
  'Arrive',
  (transaction, { id, versions }: { readonly id: string; readonly versions: readonly Version[] }) => {
    const all = versions.map(({ collection, document }, at) => {
      const tag = at === 0 ? 'B' : 'C';
      const changeVector = `${tag}:${transaction.lastEtag + 1}-AAAAAAAAAAAAAAAAAAAAA${tag}`;
      transaction.mergeDatabaseChangeVector(changeVector);
      const body = document && Buffer.from(JSON.stringify(document));
      const content = body && { body, metadata: Buffer.from(JSON.stringify({ '@collection': collection })) };
      return { id, changeVector, collection, flags: 0, lastModified: 1n, content };
    });
    const [only] = all;
    if (all.length === 1 && only !== undefined) transaction.storeVersion(only);
    else transaction.storeConflict(all);
  },
);

type Write =
  /** Deleted before, in the same batch, where it is in another collection. */
  | { readonly kind: 'put'; readonly id: string; readonly version: Version & { readonly document: object } }
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'arrive'; readonly id: string; readonly versions: readonly Version[] };

async function write({ database }: IndexedDatabase, one: Write): Promise<void> {
  const { id } = one;
  if (one.kind === 'arrive') return database.execute(arrive, one);
  const gone = { type: 'DELETE', id, changeVector: null } as const;
  if (one.kind === 'delete') {
    await database.execute(batch, { commands: [gone] });
    return;
  }
  const { collection, document } = one.version;
  const bytes = Buffer.from(JSON.stringify({ ...document, '@metadata': { '@collection': collection } }));
  const isThere = database.read((reader) => !reader.isConflicted(id) && reader.get(id));
  const isMoved = isThere && isThere.collection !== collection;
  const put = { type: 'PUT', id, changeVector: null, document: bytes } as const;
  await database.execute(batch, { commands: [...(isMoved ? [gone] : []), put] });
}

/** Removes what the indexes need no more; what they have is never forgotten from then on. */
async function clean(indexed: IndexedDatabase): Promise<void> {
  const upToEtag = await indexed.indexes.settle();
  while (!(await indexed.database.execute(cleanTombstones, { upToEtag })).isDone);
}

const movesOf = (indexed: IndexedDatabase) =>
  [...indexed.database.collections().values()].reduce((sum, { moves }) => sum + moves, 0);

async function expectAsRebuilt(indexed: IndexedDatabase): Promise<void> {
  const rebuilt = await indexed.rebuilt();
  for (const { Name } of DEFINITIONS) {
    expect([Name, indexed.entries(Name)]).toEqual([Name, rebuilt.get(Name)]);
    expect([Name, indexed.index(Name).isStale()]).toEqual([Name, false]);
  }
}

/** Writes of one id, each with a number of its own; `index`: all indexes catch up. */
type Step =
  | Collection
  | `arrives ${Collection | `deleted ${Collection}` | `${Collection}|${Collection}`}`
  | 'deleted'
  | 'index';

const versionOf = (text: string, n: number): Version =>
  text.startsWith('deleted ')
    ? { collection: text.slice(8) as Collection, document: null }
    : { collection: text as Collection, document: { n } };

async function take(indexed: IndexedDatabase, step: Step, n: number): Promise<void> {
  const id = 'docs/1';
  if (step === 'index') await indexed.catchUp();
  else if (step === 'deleted') await write(indexed, { kind: 'delete', id });
  else if (step.startsWith('arrives ')) {
    const versions = step
      .slice(8)
      .split('|')
      .map((text) => versionOf(text, n));
    await write(indexed, { kind: 'arrive', id, versions });
  } else
    await write(indexed, { kind: 'put', id, version: { collection: step as Collection, document: { n } } });
}

/** Where the document is in the end, with the number of its last write; null: nowhere. */
const CASES: readonly [string, readonly Step[], readonly [Collection, number] | null][] = [
  ['deleted and written again in one batch', ['A', 'index', 'B'], ['B', 2]],
  ['deleted and written again', ['A', 'index', 'deleted', 'B'], ['B', 3]],
  ['moved to a collection that nobody follows', ['A', 'index', 'C'], ['C', 2]],
  ['moved away and deleted', ['A', 'index', 'B', 'deleted'], null],
  ['moved away and back', ['A', 'index', 'B', 'A'], ['A', 3]],
  ['moved away and back, the index in between', ['A', 'index', 'B', 'index', 'A'], ['A', 4]],
  ['moved away, back and away', ['A', 'index', 'B', 'A', 'B'], ['B', 4]],
  ['moved away and back twice', ['A', 'B', 'index', 'A', 'B', 'A', 'C', 'A'], ['A', 7]],
  ['moved on', ['A', 'index', 'B', 'C'], ['C', 3]],
  ['moved before it was indexed', ['A', 'B'], ['B', 1]],
  ['replaced by a version of another collection', ['A', 'index', 'arrives B'], ['B', 2]],
  ['replaced by one that nobody follows', ['A', 'index', 'arrives C'], ['C', 2]],
  ['replaced by a deletion in another collection', ['A', 'index', 'arrives deleted B'], null],
  ['replaced twice', ['A', 'index', 'arrives B', 'arrives A'], ['A', 3]],
  ['deleted, which is replaced', ['A', 'index', 'deleted', 'arrives C'], ['C', 3]],
  ['deleted, which is replaced by a deletion', ['A', 'index', 'deleted', 'arrives deleted C'], null],
  ['in conflict', ['A', 'index', 'arrives A|B'], null],
  ['in conflict, which a deletion resolves', ['A', 'index', 'arrives A|B', 'deleted'], null],
  ['in conflict, which a version elsewhere resolves', ['A', 'index', 'arrives A|B', 'C'], ['C', 3]],
  ['in conflict, which a version there resolves', ['A', 'index', 'arrives A|B', 'A'], ['A', 3]],
  ['deleted, then in conflict', ['A', 'index', 'deleted', 'arrives B|C', 'arrives C'], ['C', 4]],
];

describe('a document that is in another collection than before is in the indexes of that one only', () => {
  it.each(CASES)('%s', async (_, steps, last) => {
    await databases.use(DEFINITIONS, async (indexed) => {
      for (const [n, step] of steps.entries()) await take(indexed, step, n);
      await indexed.catchUp();
      const shown = (name: string) =>
        indexed.entries(name).map((entry) => {
          const { of, n } = JSON.parse(entry)[1];
          return [of?.[0], n?.[0]];
        });
      const [collection, n] = last ?? [];
      const isIn = (...followed: Collection[]) =>
        collection !== undefined && followed.includes(collection) ? [[collection, n]] : [];
      expect(shown('A')).toEqual(isIn('A'));
      expect(shown('AB')).toEqual(isIn('A', 'B'));
      expect(shown('Sums')).toEqual(isIn('A', 'B'));
      expect(shown('All')).toEqual(collection === undefined ? [] : [['@all_docs', n]]);
      await expectAsRebuilt(indexed);
      await clean(indexed);
      expect(movesOf(indexed)).toBe(0);
      expect(indexed.database.statistics().tombstones).toBe(0);
    });
  });
});

const id = fc.constantFrom('docs/1', 'docs/2', 'docs/3', 'docs/4');
const collection = fc.constantFrom<Collection>('A', 'A', 'B', 'C');
const document = fc.record({ n: fc.integer({ min: 0, max: 9 }), to: id });
const version = fc.record({ collection, document });
const arriving = fc.record({ collection, document: fc.option(document, { freq: 3 }) });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), id, version }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('arrive' as const), id, versions: fc.tuple(arriving) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('arrive' as const),
      id,
      versions: fc.tuple(arriving, arriving),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('index' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('clean' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remember' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
);

describe('documents that move while indexes read ahead of them', () => {
  it.each([1, 2, 3])('are in the end where they have come to (seed %i)', async (seed) => {
    const DOCUMENTS = 6 * READ_DOCUMENTS_MAX;
    await databases.use(DEFINITIONS, async (indexed) => {
      const next = seededNumbers(seed);
      const upTo = (max: number) => Math.floor((next.next().value / 2 ** 31) * max);
      const move = async (n: number): Promise<void> => {
        const collection = (['A', 'B', 'C'] as const)[upTo(3)] ?? 'A';
        const moved = { collection, document: { n, to: `docs/${upTo(DOCUMENTS)}` } };
        if (upTo(4) === 0) await write(indexed, { kind: 'delete', id: `docs/${n}` });
        else if (upTo(2) === 0) await write(indexed, { kind: 'put', id: `docs/${n}`, version: moved });
        else await write(indexed, { kind: 'arrive', id: `docs/${n}`, versions: [moved] });
      };
      await Promise.all(Array.from({ length: DOCUMENTS }, (_, n) => move(n)));
      const moveSome = async (): Promise<void> => {
        for (let count = 0; count < READ_DOCUMENTS_MAX / 2; count++) await move(upTo(DOCUMENTS));
      };
      for (let round = 0; round < 6; round++) await Promise.all([indexed.step(), moveSome()]);
      await indexed.catchUp();
      await expectAsRebuilt(indexed);
      await clean(indexed);
      expect(movesOf(indexed)).toBe(0);
    });
  });
});

describe('whatever is written, moved, replicated and cleaned, and whatever a crash takes', () => {
  it('indexes are in the end as if they were made anew, and nothing is left of moves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) =>
        databases.use(DEFINITIONS, async (indexed) => {
          let crash = async (): Promise<void> => undefined;
          for (const one of steps) {
            if (one.kind === 'index') await indexed.step();
            else if (one.kind === 'crash') await crash();
            else if (one.kind === 'remember') crash = await indexed.remember();
            else if (one.kind === 'clean') {
              // What lets deletions go is durable.
              crash = await indexed.remember();
              await clean(indexed);
            } else await write(indexed, one);
          }
          await indexed.catchUp();
          await expectAsRebuilt(indexed);
          await clean(indexed);
          expect(movesOf(indexed)).toBe(0);
          expect(indexed.database.statistics().tombstones).toBe(0);
        }),
      ),
      { numRuns: 12 },
    );
  });
});
