import { describe, expect, it } from 'vitest';
import { bulkInsert } from '../../node/documents/commands/bulk-insert.ts';
import { BACKGROUND_ROWS_MIN } from '../../node/indexing/limits.ts';
import type { BatchWriter, WriteOptions } from '../../node/storage/batch-writer.ts';
import { OverlappingWriter } from '../../node/storage/overlapping-writer.ts';
import { definitionOf, IndexedDatabase } from './indexed-database.ts';
import { IndexedDatabases } from './indexed-databases.ts';
import { seededNumbers } from './seeded-numbers.ts';

const databases = new IndexedDatabases();

/** Enough for several batches, all of them written in the background. */
const DOCUMENTS = 3 * BACKGROUND_ROWS_MIN;
const ROUNDS = 12;

const DEFINITIONS = [
  definitionOf('Words', "map('Docs', (d) => ({ words: d.words, n: d.n }))"),
  definitionOf('Sums', "map('Docs', (d) => ({ kind: d.kind, n: d.n }))", {
    Reduce:
      'groupBy((d) => d.kind).aggregate((g) => ({ kind: g.key, n: g.values.reduce((sum, d) => sum + d.n, 0) }))',
  }),
  definitionOf('Loads', "map('Docs', (d) => ({ of: load(d.next, 'Docs')?.n ?? null }))"),
];

const document = (n: number, version: number) => ({
  id: `docs/${n}`,
  document: Buffer.from(
    JSON.stringify({
      n: version,
      kind: `kind ${(n + version) % 40}`,
      words: [`word ${n % 97}`, `version ${version}`, `of ${n}`],
      next: `docs/${(n + version) % DOCUMENTS}`,
      '@metadata': { '@collection': 'Docs' },
    }),
  ),
});

async function store(indexed: IndexedDatabase, ids: Iterable<number>, version: number): Promise<void> {
  const items = [...ids].map((n) => document(n, version));
  await indexed.database.execute(bulkInsert, { items, skipOverwriteIfUnchanged: false });
}

const sorted = (entries: readonly string[] | undefined): readonly string[] => [...(entries ?? [])].sort();

async function expectAsRebuilt(indexed: IndexedDatabase): Promise<void> {
  const rebuilt = await indexed.rebuilt();
  for (const { Name } of DEFINITIONS)
    expect(sorted(indexed.entries(Name))).toEqual(sorted(rebuilt.get(Name)));
}

/** While the first batches are being written. What `body` leaves is caught up, and compared. */
async function inTheMiddle(body: (indexed: IndexedDatabase) => Promise<void>): Promise<void> {
  await databases.use(DEFINITIONS, async (indexed) => {
    await store(indexed, Array(DOCUMENTS).keys(), 0);
    await indexed.step();
    expect(indexed.indexes.isWriting).toBe(true);
    await body(indexed);
    await indexed.catchUp();
    await expectAsRebuilt(indexed);
  });
}

describe('batches that are written while the next one is mapped', () => {
  it.each([1, 2, 3])('leave the index as it is when made anew (seed %i)', async (seed) => {
    await databases.use(DEFINITIONS, async (indexed) => {
      const next = seededNumbers(seed);
      await store(indexed, Array(DOCUMENTS).keys(), 0);
      let wasWriting = false;
      for (let round = 1; round <= ROUNDS; round++) {
        await indexed.step();
        wasWriting ||= indexed.indexes.isWriting;
        const changed = Array.from({ length: BACKGROUND_ROWS_MIN / 4 }, () => next.next().value % DOCUMENTS);
        await store(indexed, new Set(changed), round);
        await indexed.delete(`docs/${next.next().value % DOCUMENTS}`);
      }
      await indexed.catchUp();
      expect(wasWriting).toBe(true);
      expect(indexed.indexes.isWriting).toBe(false);
      await expectAsRebuilt(indexed);
    });
  });

  it('are there when the database is closed in the middle', async () => {
    await inTheMiddle(async (indexed) => {
      const { progress } = indexed.index('Words').state;
      await indexed.restart(DEFINITIONS);
      expect(indexed.index('Words').state.progress).toEqual(progress);
    });
  });

  it('leave nothing when their index is deleted in the middle', async () => {
    await inTheMiddle(async (indexed) => {
      await indexed.define([]);
      while (await indexed.indexes.sweep());
      await indexed.define(DEFINITIONS);
    });
  });
});

/** Fails once it is told to, without writing. */
class FailingWriter implements BatchWriter {
  readonly #writer = new OverlappingWriter();
  isFailing = false;

  attach(...known: Parameters<BatchWriter['attach']>): Promise<number> {
    return this.#writer.attach(...known);
  }

  async write(environment: number, frame: Uint8Array<ArrayBuffer>, options: WriteOptions): Promise<void> {
    if (this.isFailing && options.inBackground === true) throw new Error('No space left on device');
    await this.#writer.write(environment, frame, options);
  }

  detach(environment: number): Promise<void> {
    return this.#writer.detach(environment);
  }
}

it('an index whose batch could not be written is stale and goes no further, until it is opened again', async () => {
  const indexWriter = new FailingWriter();
  const { writer, scripts } = databases;
  const folder = databases.newFolder();
  const indexed = await IndexedDatabase.open({
    folder,
    writer,
    scripts,
    definitions: DEFINITIONS,
    indexWriter,
  });
  try {
    await store(indexed, Array(DOCUMENTS).keys(), 0);
    await indexed.step();
    indexWriter.isFailing = true;
    await expect(indexed.catchUp()).rejects.toThrow('No space left');
    const index = indexed.index('Words');
    expect(index.isStale()).toBe(true);
    indexWriter.isFailing = false;
    await expect(index.indexSome()).rejects.toThrow('No space left');
    // Deletions that it claims to have followed are kept.
    await expect(indexed.indexes.settle()).rejects.toThrow('No space left');
    await indexed.restart(DEFINITIONS);
    await indexed.catchUp();
    await expectAsRebuilt(indexed);
  } finally {
    await indexed.close();
  }
});
