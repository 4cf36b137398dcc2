import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IndexField } from '../../node/indexing/definitions/index-field.ts';
import { textTerm } from '../../node/indexing/store/term.ts';
import { IndexStorage } from './written-index.ts';

const FIELDS: readonly IndexField[] = [
  { id: 1, name: 'search(v)', source: 0, analysis: { analyzer: 'StandardAnalyzer' } },
];

let storage: IndexStorage;

beforeAll(async () => {
  storage = await IndexStorage.open();
});
afterAll(() => storage.close());

const text = fc.array(fc.constantFrom('foo', 'bar'), { maxLength: 4 }).map((words) => words.join(' '));
const changes = fc.array(fc.tuple(fc.constantFrom(...'abcdef'), fc.array(text, { maxLength: 2 })), {
  minLength: 1,
  maxLength: 5,
});

it('what is remembered of an index is what is stored, whatever was written since it was read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 8 }), async (batches) => {
      const index = storage.newIndex(FIELDS);
      const { plain, remembering } = index;
      const all = Array.from({ length: 100 }, (_, entry) => entry);
      for (const batch of batches) {
        await index.write(batch.map(([id, texts]) => [id, texts.map((one) => [[one]])]));
        for (const read of [remembering, plain]) expect(read.entryRows(all)).toEqual(plain.entryRows(all));
        const shown = plain.entryRows(all).map((row) => row && { id: row.id, stored: row.stored });
        for (const read of [remembering, plain]) expect(read.shownEntries(all)).toEqual(shown);
        for (const word of ['foo', 'bar']) {
          const term = textTerm(word, true);
          expect(remembering.frequencies(1, term)).toEqual(plain.frequencies(1, term));
        }
      }
    }),
    { numRuns: 40 },
  );
});
