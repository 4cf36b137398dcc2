import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { IndexField } from '../../../node/indexing/definitions/index-field.ts';
import { FEW_WORDS_MAX } from '../../../node/indexing/limits.ts';
import { entryTerms, fieldTerms } from '../../../node/indexing/store/field-terms.ts';
import { type EntryTerm, TEXT_TERM, termsOf, termText } from '../../../node/indexing/store/term.ts';
import type { IndexValue } from '../../../node/indexing/values/index-value.ts';

const HALF = '\ud800';
const numbers = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(
    0,
    -0,
    2 ** 53,
    -(2 ** 53),
    2 ** 62 + 1024,
    2n ** 53n,
    2n ** 53n + 1n,
    1e18,
    10n ** 18n,
    1e300,
  ),
);
const values: fc.Arbitrary<IndexValue> = fc.oneof(
  fc.constantFrom<IndexValue>(
    null,
    true,
    'true',
    'Foo',
    'foo',
    '1',
    '0',
    HALF,
    '\udc00',
    '\ufffd',
    `a${HALF}`,
  ),
  fc.constantFrom('2024-05-01', '2024-05-01T00:00:00Z', '2024-05-01T00:00:00.0000000Z', 'a'.repeat(600)),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  numbers,
);

it('terms of a kind have equal names when they have equal bytes, and only then', () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 2, maxLength: 12 }), fc.boolean(), (some, isExact) => {
      const terms = some.flatMap((value) => termsOf(value, isExact));
      for (const a of terms) {
        for (const b of terms) {
          if (a.kind !== b.kind) continue;
          expect([a.name, b.name, a.name === b.name]).toEqual([a.name, b.name, a.bytes.equals(b.bytes)]);
        }
      }
    }),
    { numRuns: 500 },
  );
});

const analysed: IndexField = { id: 1, name: 'a', source: 0, analysis: { analyzer: 'WhitespaceAnalyzer' } };
const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 * FEW_WORDS_MAX });

it('words of short and of long texts are found once, each where it is', () => {
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 3 }), (texts) => {
      const { terms, positions = [] } = fieldTerms(
        analysed,
        texts.map((text) => text.join(' ')),
      );
      const places = new Map<string, number[]>();
      for (const [at, word] of texts.flat().entries()) places.set(word, [...(places.get(word) ?? []), at]);
      const found = terms
        .slice(terms.length - positions.length)
        .map((term, at) => [textOf(term), positions[at]]);
      expect(found).toEqual([...places]);
    }),
  );
});

it('what is no text keeps its own terms beside the words of texts', () => {
  const { terms, positions = [] } = fieldTerms(analysed, ['two words', 7, null]);
  const shown = terms.map((term) => [term.kind, term.name]);
  expect(shown.slice(-positions.length)).toEqual([
    [TEXT_TERM, 'two'],
    [TEXT_TERM, 'words'],
    [TEXT_TERM, '7'],
  ]);
  expect(shown.slice(0, -positions.length).map(([, name]) => name)).toEqual([
    'exists',
    '7',
    'numeric',
    'null',
  ]);
});

it('every entry is found by the field of all entries, and by the fields of its values', () => {
  const fields: IndexField[] = [
    { id: 1, name: 'a', source: 0, analysis: 'default' },
    { id: 2, name: 'b', source: 1, analysis: 'default' },
  ];
  expect(
    entryTerms(fields, [['X'], []]).map(({ field, terms }) => [field, terms.map(({ name }) => name)]),
  ).toEqual([
    [0, ['exists']],
    [1, ['exists', 'x']],
  ]);
});

function textOf({ bytes }: EntryTerm): string {
  return termText(bytes);
}
