import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IndexField } from '../../../node/indexing/definitions/index-field.ts';
import { TABLE_BLOCKS_AT_ONCE } from '../../../node/indexing/limits.ts';
import type { IndexReader } from '../../../node/indexing/store/index-reader.ts';
import { NUMBER_TERM, TEXT_TERM } from '../../../node/indexing/store/term.ts';
import type { IndexValue } from '../../../node/indexing/values/index-value.ts';
import type { SearchedIndex } from '../../../node/querying/execute/evaluate.ts';
import { sortEntries } from '../../../node/querying/execute/sort-entries.ts';
import type { OrderKey } from '../../../node/querying/plan/order.ts';
import { IndexStorage } from '../../indexing/written-index.ts';

const FIELDS: readonly IndexField[] = [
  { id: 1, name: 'v', source: 0, analysis: 'default' },
  { id: 2, name: 'w', source: 1, analysis: 'default' },
];

let storage: IndexStorage;

beforeAll(async () => {
  storage = await IndexStorage.open();
});
afterAll(() => storage.close());

function searched(reader: IndexReader): SearchedIndex {
  const fields = new Map(FIELDS.map((field) => [field.name, field]));
  return {
    reader,
    fields,
    unknownField: () => undefined,
    state: { entryCount: reader.allEntries().length },
    randomSeed: 0,
  };
}

const value: fc.Arbitrary<IndexValue> = fc.oneof(
  fc.constantFrom<IndexValue>(null, '', 'a', 'A', 'b', 'a\0', true, 0.5, 2n ** 63n - 1n),
  fc.integer({ min: -3, max: 3 }),
);
const values = fc.array(value, { maxLength: 3 });
const changes = fc.array(fc.tuple(fc.nat({ max: 60 }), values, values), { minLength: 1, maxLength: 50 });
const key: fc.Arbitrary<OrderKey> = fc
  .record({
    field: fc.constantFrom('v', 'w'),
    type: fc.constantFrom('implicit' as const, 'string' as const, 'long' as const, 'double' as const),
    descending: fc.boolean(),
    nulls: fc.constantFrom(undefined, 'first' as const, 'last' as const),
  })
  .map(({ nulls, ...rest }) => ({ kind: 'field', ...rest, ...(nulls === undefined ? {} : { nulls }) }));

describe('the order of entries by their places among the terms in memory', () => {
  it('is that of their values, whatever was written since, and however many are wanted', async () => {
    await fc.assert(
      fc.asyncProperty(
        changes,
        changes,
        fc.array(key, { minLength: 1, maxLength: 3 }),
        fc.nat({ max: 70 }),
        async (before, after, keys, wanted) => {
          const index = storage.newIndex(FIELDS);
          await index.write(before.map(([at, v, w]) => [`d${at}`, [[v, w]]]));
          for (const field of [1, 2]) {
            for (const kind of [TEXT_TERM, NUMBER_TERM]) {
              index.remembering.wantTerms(field, kind, TABLE_BLOCKS_AT_ONCE);
            }
          }
          for (const part of [[], after]) {
            await index.write(part.map(([at, v, w]) => [`d${at}`, v.length === 0 ? [] : [[v, w]]]));
            const entries = index.plain.allEntries();
            expect(index.remembering.knownTerms(1, TEXT_TERM)).toBeDefined();
            const none = () => 0;
            expect([...sortEntries(entries, keys, searched(index.remembering), none, wanted)]).toEqual([
              ...sortEntries(entries, keys, searched(index.plain), none),
            ]);
          }
        },
      ),
      { numRuns: 80 },
    );
  });
});
