import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasPhrase } from '../../../node/querying/execute/phrase.ts';

const places = (...lists: readonly (readonly number[])[]) => lists.map((list) => Uint32Array.from(list));

describe('a phrase', () => {
  it.each<[what: string, placed: readonly (readonly number[])[], slop: number, expected: boolean]>([
    ['in order', [[3], [4], [5]], 0, true],
    ['with a gap', [[3], [5]], 0, false],
    ['with a gap that is allowed', [[3], [5]], 1, true],
    ['the other way round', [[4], [3]], 1, false],
    ['the other way round, allowed', [[4], [3]], 2, true],
    [
      'at another of its places',
      [
        [1, 7],
        [0, 8],
      ],
      0,
      true,
    ],
    ['of one word twice, which is there once', [[5], [5]], 3, false],
    [
      'of one word twice, which is there twice',
      [
        [5, 6],
        [5, 6],
      ],
      0,
      true,
    ],
    ['of a word that is missing', [[1], []], 9, false],
    ['at the very beginning, turned round', [[1], [0]], 2, true],
  ])('%s', (_, placed, slop, expected) => {
    expect(hasPhrase(places(...placed), slop)).toBe(expected);
  });

  it('is found exactly where a search through all choices of places finds it', () => {
    const token = fc.constantFrom('a', 'b', 'c');
    const text = fc.array(token, { maxLength: 9 });
    const phrase = fc.array(token, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(text, phrase, fc.integer({ min: 0, max: 5 }), (words, wanted, slop) => {
        const placed = wanted.map((one) => words.flatMap((word, at) => (word === one ? [at] : [])));
        expect(hasPhrase(places(...placed), slop)).toBe(byTrying(placed, slop, []));
      }),
      { numRuns: 2000 },
    );
  });
});

function byTrying(placed: readonly (readonly number[])[], slop: number, chosen: readonly number[]): boolean {
  if (chosen.length === placed.length) {
    const moved = chosen.map((place, token) => place - token);
    return Math.max(...moved) - Math.min(...moved) <= slop;
  }
  return (placed[chosen.length] ?? []).some(
    (place) => !chosen.includes(place) && byTrying(placed, slop, [...chosen, place]),
  );
}
