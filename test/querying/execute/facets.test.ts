import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DurableView } from '../../../node/documents/key-value-view.ts';
import type { IndexField } from '../../../node/indexing/definitions/index-field.ts';
import { NOTHING_STORED } from '../../../node/indexing/store/index-entry.ts';
import { IndexReader } from '../../../node/indexing/store/index-reader.ts';
import { IndexWriter } from '../../../node/indexing/store/index-writer.ts';
import { Turns } from '../../../node/indexing/turns.ts';
import type { FieldValues, IndexValue } from '../../../node/indexing/values/index-value.ts';
import { aggregate } from '../../../node/querying/execute/facets/aggregate.ts';
import { facetCounts } from '../../../node/querying/execute/facets/facet-counts.ts';
import { withoutPause } from '../../../node/querying/execute/query-watch.ts';
import { WriteBatch } from '../../../node/storage/write-batch.ts';
import { IndexStorage } from '../../indexing/written-index.ts';
import { impatientWatch } from '../impatient-watch.ts';

const FIELD: IndexField = { id: 1, name: 'v', source: 0, analysis: 'default' };

let storage: IndexStorage;
let indexes = 0;

beforeAll(async () => {
  storage = await IndexStorage.open();
});

afterAll(() => storage.close());

/** Entries with these values, numbered from 0. */
async function indexOf(all: readonly FieldValues[]): Promise<IndexReader> {
  const number = ++indexes;
  const view = new DurableView(storage.environment);
  const batch = new WriteBatch();
  const index = new IndexWriter({ view, batch, index: number, fields: () => [FIELD], nextEntry: 0 });
  all.forEach((values, at) => {
    index.put(`d/${at}`, `d/${at}`, [{ values: [values], stored: NOTHING_STORED }]);
  });
  await index.finish(new Turns());
  await storage.environment.commit(batch);
  return new IndexReader(view, number);
}

const value = fc.oneof(
  fc.constantFrom<IndexValue>(null, '', 'Red', 'red', 'blue', 'NULL_VALUE', true),
  fc.constantFrom<IndexValue>(-1.5, 0, 1, 2.25, 1000),
);
const documents = fc.array(fc.array(value, { maxLength: 3 }), { minLength: 1, maxLength: 20 });

/** How a facet calls a value. */
function shown(one: IndexValue): string {
  if (one === null) return 'NULL_VALUE';
  return one === '' ? 'EMPTY_STRING' : String(one).toLowerCase();
}

describe('a facet', () => {
  it('counts and aggregates the same from the stored values, from the postings, and by looking', async () => {
    await fc.assert(
      fc.asyncProperty(documents, fc.infiniteStream(fc.boolean()), async (all, chosen) => {
        const reader = await indexOf(all);
        const picked = [...all.keys()].filter(() => chosen.next().value === true);
        const entries = Uint32Array.from(picked);
        const groups = [entries, entries.filter((entry) => entry % 3 === 0), entries.slice(0, 1)];

        const counted = new Map<string, number>();
        for (const entry of picked) {
          for (const name of new Set(all[entry]?.map(shown))) counted.set(name, (counted.get(name) ?? 0) + 1);
        }
        const computed = groups.map((group) => {
          const numbers = Array.from(group).flatMap((entry) => [
            ...new Set(all[entry]?.filter((one) => typeof one === 'number')),
          ]);
          return {
            sum: numbers.reduce((sum, one) => sum + one, 0),
            min: Math.min(...numbers),
            max: Math.max(...numbers),
            count: numbers.length,
          };
        });

        for (const byRowMax of [0, 1000]) {
          const counts = withoutPause(facetCounts(reader, FIELD, entries, undefined, { byRowMax }));
          expect(new Map(counts.map(({ text, count }) => [text, count]))).toEqual(counted);
          for (const atOnce of [1, 3, 1000]) {
            const limits = { byRowMax, atOnce };
            const steps = aggregate(reader, FIELD, entries, groups, undefined, limits);
            expect(withoutPause(steps)).toEqual(computed);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('pauses between terms where its turn is over', async () => {
    const values = Array.from({ length: 300 }, (_, n): FieldValues => [n, `v${n}`]);
    const reader = await indexOf(values);
    const entries = Uint32Array.from(values.keys());
    const watch = impatientWatch();
    const limits = { byRowMax: 0, atOnce: 1000 };
    const pausesOf = (steps: Generator<void, unknown>): number => {
      let pauses = 0;
      while (steps.next().done !== true) pauses++;
      return pauses;
    };
    // Numbers are terms of their texts, too.
    expect(pausesOf(facetCounts(reader, FIELD, entries, watch, limits))).toBe(9);
    expect(pausesOf(aggregate(reader, FIELD, entries, [entries], watch, limits))).toBe(4 + 1);
  });
});
