import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IndexField } from '../../node/indexing/definitions/index-field.ts';
import {
  CHANGED_SINCE_DROPPED_MAX,
  CHANGED_SINCE_MAX,
  TABLE_BLOCKS_AT_ONCE,
  TABLE_BLOCKS_MIN,
} from '../../node/indexing/limits.ts';
import type { IndexReader } from '../../node/indexing/store/index-reader.ts';
import { numberKey } from '../../node/indexing/store/number-key.ts';
import { NUMBER_TERM, TEXT_TERM, textTerm } from '../../node/indexing/store/term.ts';
import type { TermRange } from '../../node/indexing/store/term-range.ts';
import type { IndexValue } from '../../node/indexing/values/index-value.ts';
import { IndexStorage, type WrittenIndex } from './written-index.ts';

const FIELDS: readonly IndexField[] = [{ id: 1, name: 'v', source: 0, analysis: 'default' }];
const KINDS = [TEXT_TERM, NUMBER_TERM];

let storage: IndexStorage;

beforeAll(async () => {
  storage = await IndexStorage.open();
});
afterAll(() => storage.close());

/** As if queries had scanned the field in vain. */
function want({ remembering }: WrittenIndex, blocks = TABLE_BLOCKS_AT_ONCE): void {
  for (const kind of KINDS) remembering.wantTerms(1, kind, blocks);
}

function termsOf(reader: IndexReader, kind: number, range: TermRange): unknown {
  return Array.from(reader.terms(1, kind, range), ({ bytes, entries }) => [
    bytes.toString('latin1'),
    [...entries],
  ]);
}

const value: fc.Arbitrary<IndexValue> = fc.oneof(
  fc.constantFrom<IndexValue>(null, '', 'a', 'A', 'ab', 'a\0', 'a\0b', 'é', true),
  fc.integer({ min: -4, max: 4 }),
);
const outputs = fc.array(fc.tuple(fc.array(value, { maxLength: 3 })), { maxLength: 2 });
const step = fc.record({
  changes: fc.array(fc.tuple(fc.constantFrom(...'abcdefghij'), outputs), { minLength: 1, maxLength: 6 }),
  wants: fc.boolean(),
});
const edge = (kind: number): fc.Arbitrary<{ bytes: Buffer; inclusive: boolean } | undefined> =>
  fc.option(
    fc.record({
      bytes:
        kind === NUMBER_TERM
          ? fc.integer({ min: -5, max: 5 }).map(numberKey)
          : fc.constantFrom('', 'a', 'a\0', 'ab', 'b', '1').map((text) => Buffer.from(text)),
      inclusive: fc.boolean(),
    }),
    { nil: undefined },
  );
const range = (kind: number): fc.Arbitrary<TermRange> =>
  fc.record({ from: edge(kind), to: edge(kind), reverse: fc.boolean() }) as fc.Arbitrary<TermRange>;

describe('terms in memory', () => {
  it('are those of the storage, whatever is written after and while they are read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        range(TEXT_TERM),
        range(NUMBER_TERM),
        async (steps, texts, numbers) => {
          const index = storage.newIndex(FIELDS);
          const { remembering, plain } = index;
          for (const { changes, wants } of steps) {
            await index.write(changes);
            if (wants) want(index);
            for (const [kind, asked] of [
              [TEXT_TERM, texts],
              [NUMBER_TERM, numbers],
            ] as const) {
              expect(termsOf(remembering, kind, asked)).toEqual(termsOf(plain, kind, asked));
              expect([...remembering.entriesIn(1, kind, asked)]).toEqual([
                ...plain.entriesIn(1, kind, asked),
              ]);
            }
            for (const text of ['a', 'ab', 'a\0', 'b', '']) {
              const term = textTerm(text, true);
              expect([...remembering.entries(1, term)]).toEqual([...plain.entries(1, term)]);
              expect([...remembering.entriesWithPrefix(1, term)]).toEqual([
                ...plain.entriesWithPrefix(1, term),
              ]);
            }
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it('are read piece by piece, and are there when queries have scanned as much', async () => {
    const index = storage.newIndex(FIELDS);
    const documents = Array.from({ length: 1000 }, (_, at) => [`d${at}`, [[[at]]]] as const);
    await index.write(documents.slice(0, 900));
    const isKnown = (): boolean => index.remembering.knownTerms(1, NUMBER_TERM) !== undefined;
    index.remembering.wantTerms(1, NUMBER_TERM, TABLE_BLOCKS_MIN - 1);
    index.remembering.wantTerms(1, NUMBER_TERM, 400);
    expect(isKnown()).toBe(false);
    // What is written in between is behind what was read, before it, and new.
    await index.write([['d1', [[[899]]]], ['d800', []], ...documents.slice(900, 990)]);
    index.remembering.wantTerms(1, NUMBER_TERM, 700);
    expect(isKnown()).toBe(true);
    expect(termsOf(index.remembering, NUMBER_TERM, {})).toEqual(termsOf(index.plain, NUMBER_TERM, {}));
  });

  it('take in what was written once that is much, and are dropped when it is too much', async () => {
    const index = storage.newIndex(FIELDS);
    await index.write(Array.from({ length: 500 }, (_, at) => [`d${at}`, [[[at]]]] as const));
    want(index);
    const known = () => index.remembering.knownTerms(1, NUMBER_TERM);
    const first = known()?.table;
    expect(first?.count).toBe(500);
    await index.write(
      Array.from({ length: CHANGED_SINCE_MAX }, (_, at) => [`d${at}`, [[[at + 0.5]]]] as const),
    );
    const second = known()?.table;
    expect(second).not.toBe(first);
    expect(known()?.changes.size).toBe(0);
    expect(termsOf(index.remembering, NUMBER_TERM, {})).toEqual(termsOf(index.plain, NUMBER_TERM, {}));
    await index.write(
      Array.from({ length: CHANGED_SINCE_DROPPED_MAX + 1 }, (_, at) => [`e${at}`, [[[at]]]] as const),
    );
    expect(known()).toBeUndefined();
    expect(termsOf(index.remembering, NUMBER_TERM, {})).toEqual(termsOf(index.plain, NUMBER_TERM, {}));
  });

  it('are let go when the database closes', async () => {
    const index = storage.newIndex(FIELDS);
    await index.write([['d', [[[1]]]]]);
    want(index);
    expect(index.remembering.knownTerms(1, NUMBER_TERM)).toBeDefined();
    index.recent.close();
    expect(index.remembering.knownTerms(1, NUMBER_TERM)).toBeUndefined();
  });
});
