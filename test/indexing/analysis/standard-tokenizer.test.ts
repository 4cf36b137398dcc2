import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAnalyzer } from '../../../node/indexing/analysis/analyzers.ts';
import { standardTokens } from '../../../node/indexing/analysis/standard-tokenizer.ts';

const CHARACTERS = [
  'a',
  'B',
  'z',
  '0',
  '7',
  'É',
  'ß',
  'ø',
  'İ',
  '×',
  'ж',
  '日',
  '́',
  "'",
  '.',
  '-',
  '@',
  '&',
  '_',
];
const words = fc.array(fc.string({ unit: fc.constantFrom(...CHARACTERS), minLength: 1, maxLength: 5 }), {
  maxLength: 4,
});

describe('tokens of a text', () => {
  it('are the same with one space between words, of which plain ones are told at a glance, and with more', () => {
    fc.assert(
      fc.property(words, (some) => {
        expect(standardTokens(some.join(' '))).toEqual(standardTokens(` ${some.join('  ')}`));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['Rio de Janeiro 2016', ['rio', 'de', 'janeiro', '2016']],
    ['São Tomé', ['são', 'tomé']],
    ['', []],
    [`${'x'.repeat(256)} y`, ['y']],
    ["I.B.M. O'Reilly's", ['ibm', "o'reilly"]],
    ['on 2024-05-01T10:00', ['on', '2024-05-01t10', '00']],
    ['alpha-1-beta, 1-2-3-x-5', ['alpha-1-beta', '1-2-3-x-5']],
    ['1-a-2-3-b 1-2-a-b', ['1-a-2-3', 'b', '1-2-a', 'b']],
    ['x1.a/1 bc.1_a-a a-b', ['x1.a/1', 'bc.1_a', 'a', 'a', 'b']],
    ['日2-3', ['日', '2-3']],
  ])('of %j', (text, tokens) => {
    expect(standardTokens(text)).toEqual(tokens);
  });
});

describe('an analyzer', () => {
  it.each([
    'StandardAnalyzer',
    'standardanalyzer',
    'Lucene.Net.Analysis.Standard.StandardAnalyzer, Lucene.Net',
  ])('is found by %s', (name) => expect(findAnalyzer(name)?.('The Fox')).toEqual(['fox']));

  it.each(['', 'NoAnalyzer', 'constructor', '__proto__'])('is not there by %j', (name) => {
    expect(findAnalyzer(name)).toBeUndefined();
  });
});
