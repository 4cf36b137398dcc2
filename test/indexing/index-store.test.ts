import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DurableView } from '../../node/documents/key-value-view.ts';
import type { IndexField } from '../../node/indexing/definitions/index-field.ts';
import { BLOCK_ENTRIES_MAX } from '../../node/indexing/limits.ts';
import { indexRange, POSTINGS } from '../../node/indexing/store/index-columns.ts';
import { NOTHING_STORED } from '../../node/indexing/store/index-entry.ts';
import { IndexReader } from '../../node/indexing/store/index-reader.ts';
import { IndexWriter } from '../../node/indexing/store/index-writer.ts';
import { mergePostings } from '../../node/indexing/store/merge-postings.ts';
import { numberKey, numberOfKey } from '../../node/indexing/store/number-key.ts';
import { termOfPrefix, termPrefix } from '../../node/indexing/store/posting-key.ts';
import { EXISTS, NULL, NUMBER_TERM, TEXT_TERM, textTerm } from '../../node/indexing/store/term.ts';
import { Turns } from '../../node/indexing/turns.ts';
import type { FieldValues, IndexValue } from '../../node/indexing/values/index-value.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';
import { IndexStorage } from './written-index.ts';

const FIELDS: readonly IndexField[] = [
  { id: 1, name: 'v', source: 0, analysis: 'default' },
  { id: 2, name: 'exact(v)', source: 0, analysis: 'exact' },
  { id: 3, name: 'search(v)', source: 0, analysis: { analyzer: 'StandardAnalyzer' } },
];

let storage: IndexStorage;
let nextIndex = 1;

beforeAll(async () => {
  storage = await IndexStorage.open();
});

afterAll(() => storage.close());

/** An index, and beside it what should be in it. */
class TestIndex {
  readonly number = nextIndex++;
  readonly reader = new IndexReader(new DurableView(storage.environment), this.number);
  readonly documents = new Map<string, readonly FieldValues[]>();
  readonly entryOf = new Map<string, number[]>();
  #nextEntry = 0;

  async write(changes: ReadonlyMap<string, readonly FieldValues[]>): Promise<void> {
    const batch = new WriteBatch();
    const view = new DurableView(storage.environment);
    const index = new IndexWriter({
      view,
      batch,
      index: this.number,
      fields: () => FIELDS,
      nextEntry: this.#nextEntry,
    });
    for (const [id, outputs] of changes) {
      index.put(
        id,
        id,
        outputs.map((values) => ({ values: [values], stored: NOTHING_STORED })),
      );
      if (outputs.length === 0) this.documents.delete(id);
      else this.documents.set(id, outputs);
    }
    await index.finish(new Turns());
    this.#nextEntry = index.nextEntry;
    await storage.environment.commit(batch);
  }

  /** Ids of the documents with an output that passes. */
  expected(passes: (values: FieldValues) => boolean): string[] {
    return [...this.documents]
      .filter(([, outputs]) => outputs.some(passes))
      .map(([id]) => id)
      .sort();
  }

  ids(entries: Uint32Array): string[] {
    const rows = this.reader.entryRows([...entries]);
    return [...new Set(rows.map((row) => row?.id ?? 'missing'))].sort();
  }
}

const value: fc.Arbitrary<IndexValue> = fc.oneof(
  fc.constantFrom<IndexValue>(null, true, false, '', 'Foo', 'foo', 'foo bar', 'The quick fox', 'null'),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom<IndexValue>(1.5, -0.25, 9007199254740993n, 2n ** 63n - 1n),
);
const outputs = fc.array(fc.array(value, { maxLength: 3 }), { maxLength: 2 });
const batches = fc.array(
  fc.array(fc.tuple(fc.constantFrom(...'abcdefgh'), outputs), { minLength: 1, maxLength: 6 }),
  { minLength: 1, maxLength: 12 },
);

describe('the postings of an index', () => {
  it('are those of the last versions, whatever the order of writes, changes and deletions', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (writes) => {
        const index = new TestIndex();
        for (const changes of writes) await index.write(new Map(changes));
        const { reader } = index;
        expect(index.ids(reader.allEntries())).toEqual(index.expected(() => true));
        for (const word of ['foo', 'bar']) {
          const blocks = reader.postings(3, textTerm(word, true));
          const { entries, times } = reader.frequencies(3, textTerm(word, true));
          expect([...entries]).toEqual(blocks.flatMap((block) => [...block.entries]));
          expect(Array.from(entries, (_, at) => times?.[at] ?? 1)).toEqual(
            blocks.flatMap(({ positions = [] }) => positions.map(({ length }) => length)),
          );
        }
        expect(index.ids(reader.entries(1, EXISTS))).toEqual(index.expected((values) => values.length > 0));
        expect(index.ids(reader.entries(1, NULL))).toEqual(index.expected((values) => values.includes(null)));
        for (const text of ['foo', 'foo bar', '', 'null', '1', 'true']) {
          expect(index.ids(reader.entries(1, textTerm(text, false)))).toEqual(
            index.expected((values) =>
              values.some((one) => one !== null && String(one).toLowerCase() === text),
            ),
          );
        }
        expect(index.ids(reader.entries(2, textTerm('Foo', true)))).toEqual(
          index.expected((values) => values.includes('Foo')),
        );
        expect(index.ids(reader.entries(3, textTerm('fox', false)))).toEqual(
          index.expected((values) => values.includes('The quick fox')),
        );
        const above = { from: { bytes: numberKey(1), inclusive: false } };
        const found = [...reader.terms(1, NUMBER_TERM, above)].flatMap(({ entries }) => [...entries]);
        expect(index.ids(Uint32Array.from(found).sort())).toEqual(
          index.expected((values) =>
            values.some((one) => (typeof one === 'number' || typeof one === 'bigint') && one > 1),
          ),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('are split into blocks that never overlap, in big batches and small ones', async () => {
    const index = new TestIndex();
    const many = Array.from({ length: 3000 }, (_, at) => `d${String(at).padStart(5, '0')}`);
    await index.write(new Map(many.map((id) => [id, [['foo']]])));
    await index.write(new Map(many.filter((_, at) => at % 7 === 0).map((id) => [id, [['bar']]])));
    for (let at = 0; at < 40; at++)
      await index.write(
        new Map([
          [`e${at}`, [['foo']]],
          [many[at * 3] as string, [['foo']]],
        ]),
      );
    await index.write(new Map(many.filter((_, at) => at % 5 === 0).map((id) => [id, []])));
    const entries = index.reader.entries(1, textTerm('foo', false));
    expect(Array.from(entries)).toEqual(Array.from(entries).sort((a, b) => a - b));
    expect(new Set(entries).size).toBe(entries.length);
    expect(index.ids(entries)).toEqual(index.expected((values) => values.includes('foo')));
    expect(index.reader.count(1, textTerm('foo', false))).toBe(entries.length);
  });

  it('are the same in fewer blocks when those are merged, and can be changed as before', async () => {
    const index = new TestIndex();
    const documents = Array.from({ length: 1200 }, (_, at) => [
      `d${at}`,
      [[at % 5, at % 3 === 0 ? 'the quick fox' : 'foo', at % 2 === 0 ? 'bar' : `only ${at}`]],
    ]) as [string, FieldValues[]][];
    for (let at = 0; at < documents.length; at += 20)
      await index.write(new Map(documents.slice(at, at + 20)));
    await index.write(new Map(documents.slice(100, 160).map(([id]) => [id, [['foo']]])));
    const blocks = () => [...storage.environment.scan(POSTINGS, indexRange(index.number))].length;
    const postings = () =>
      [1, 2, 3].flatMap((field) =>
        [TEXT_TERM, NUMBER_TERM].flatMap((kind) =>
          [...index.reader.terms(field, kind)].map(({ bytes, entries }) => {
            const positions = index.reader
              .postings(field, { kind, bytes })
              .flatMap((block) => (block.positions ?? []).map((places) => [...places]));
            return [field, kind, bytes.toString('hex'), [...entries], positions];
          }),
        ),
      );
    const [before, blocksBefore] = [postings(), blocks()];
    let from: Buffer | null = null;
    let saved = 0;
    let read = 0;
    do {
      const batch = new WriteBatch();
      let asked = 0;
      const isOver = () => ++asked === 5;
      const turn = mergePostings(new DurableView(storage.environment), batch, index.number, from, isOver);
      from = turn.next;
      saved += turn.blocksSaved;
      read += turn.blocksRead;
      expect(asked).toBeLessThanOrEqual(5);
      expect(batch.count).toBeLessThanOrEqual(5 * BLOCK_ENTRIES_MAX);
      await storage.environment.commit(batch);
    } while (from !== null);
    expect(postings()).toEqual(before);
    expect([read, saved]).toEqual([blocksBefore, blocksBefore - blocks()]);
    expect(blocks()).toBeLessThan(blocksBefore - 1000);
    await index.write(new Map(documents.slice(300, 700).map(([id]) => [id, []])));
    await index.write(new Map(documents.slice(650, 800).map(([id]) => [id, [['bar', 'foo']]])));
    for (const text of ['foo', 'bar', '3']) {
      expect(index.ids(index.reader.entries(1, textTerm(text, false)))).toEqual(
        index.expected((values) => values.some((one) => String(one) === text)),
      );
    }
  });

  it('give the terms of a field in order, forwards and backwards', async () => {
    const index = new TestIndex();
    const texts = ['b', 'a', 'a\u0000b', 'a\u0000', 'ab', 'é', ''];
    await index.write(new Map(texts.map((text, at) => [`d${at}`, [[text]]])));
    const forwards = [...index.reader.terms(1, TEXT_TERM)].map(({ bytes }) => bytes.toString());
    expect(forwards).toEqual([...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    const backwards = [...index.reader.terms(1, TEXT_TERM, { reverse: true })].map(({ bytes }) =>
      bytes.toString(),
    );
    expect(backwards).toEqual(forwards.toReversed());
    expect(
      [...index.reader.termsWithPrefix(1, textTerm('a', false))].map(({ bytes }) => bytes.toString()),
    ).toEqual(['a', 'a\u0000', 'a\u0000b', 'ab']);
    const range = {
      from: { bytes: Buffer.from('a'), inclusive: false },
      to: { bytes: Buffer.from('b'), inclusive: true },
    };
    expect([...index.reader.terms(1, TEXT_TERM, range)].map(({ bytes }) => bytes.toString())).toEqual([
      'a\u0000',
      'a\u0000b',
      'ab',
      'b',
    ]);
  });
});

describe('a number as a key', () => {
  it('sorts as numbers do, doubles and 64-bit integers together', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.integer(),
    );
    fc.assert(
      fc.property(number, number, (a, b) => {
        const order = a < b ? -1 : a > b ? 1 : 0;
        expect(Math.sign(Buffer.compare(numberKey(a), numberKey(b)))).toBe(order);
      }),
      { numRuns: 2000 },
    );
    expect(numberOfKey(numberKey(-1.5))).toBe(-1.5);
  });
});

describe('the key of a term', () => {
  it('gives the term back, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const prefix = termPrefix(1, 2, { kind: 1, bytes: Buffer.from(bytes) });
        expect(Buffer.from(bytes).equals(termOfPrefix(prefix))).toBe(true);
      }),
    );
  });
});
