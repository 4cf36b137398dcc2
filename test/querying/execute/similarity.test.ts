import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jaroWinkler, levenshtein, nGram } from '../../../node/querying/execute/suggestions/similarity.ts';

describe('how alike two texts are', () => {
  it.each<[a: string, b: string, levenshtein: number, jaroWinkler: number, nGram: number]>([
    ['apple', 'apple', 1, 1, 1],
    ['aple', 'apple', 0.8, 0.9467, 0.8],
    ['frut', 'from', 0.5, 0.6667, 0.625],
    ['martha', 'marhta', 0.6667, 0.9611, 0.6667],
    ['dwayne', 'duane', 0.6667, 0.84, 0.5833],
    ['dixon', 'dicksonx', 0.5, 0.8133, 0.5],
    ['abc', 'xyz', 0, 0, 0],
    ['a', 'apple', 0.2, 0.76, 0.2],
    ['', 'apple', 0, 0, 0],
    ['', '', 1, 1, 1],
  ])('%j and %j', (a, b, byEdits, byJaroWinkler, byPairs) => {
    expect(levenshtein(a, b)).toBeCloseTo(byEdits, 4);
    expect(jaroWinkler(a, b)).toBeCloseTo(byJaroWinkler, 4);
    expect(nGram(a, b)).toBeCloseTo(byPairs, 4);
  });

  it('is from 0 to 1, 1 for equal texts only, and the same both ways', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        for (const similarity of [levenshtein, jaroWinkler, nGram]) {
          const alike = similarity(a, b);
          expect(alike).toBeGreaterThanOrEqual(0);
          expect(alike).toBeLessThanOrEqual(1);
          expect(alike === 1).toBe(a === b);
        }
        expect(levenshtein(a, b)).toBe(levenshtein(b, a));
        expect(nGram(a, b)).toBeCloseTo(nGram(b, a), 10);
      }),
      { numRuns: 500 },
    );
  });
});
