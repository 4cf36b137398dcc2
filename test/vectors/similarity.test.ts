import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVectors } from '../../node/vectors/read-vectors.ts';
import { similarityTo } from '../../node/vectors/similarity.ts';
import type { VectorOptions, VectorType } from '../../node/vectors/vector-options.ts';

function similarity(a: readonly number[], b: readonly number[], destination: VectorType): number | undefined {
  const options: VectorOptions = { source: 'Single', destination };
  const [asked] = readVectors(a, options);
  const [other] = readVectors(b, options);
  if (asked === undefined || other === undefined) throw new TypeError('There is no vector.');
  return similarityTo(asked, destination)(other);
}

describe('the similarity of two vectors', () => {
  it.each<[a: number[], b: number[], type: VectorType, similarity: number]>([
    [[1, 0], [1, 0], 'Single', 1],
    [[1, 0], [5, 0], 'Single', 1],
    [[1, 0], [0, 1], 'Single', 0.5],
    [[1, 0], [-1, 0], 'Single', 0],
    [[1, 0], [1, 1], 'Single', (1 + Math.SQRT1_2) / 2],
    [[0, 0], [1, 1], 'Single', 0.5],
    [[1, 0], [1, 1], 'Int8', (1 + Math.SQRT1_2) / 2],
    [[1, 0], [-1, 0], 'Int8', 0],
    [[1, 1, 1, 1, 1, 1, 1, 1], [1, -1, 1, 1, 1, 1, 1, -1], 'Binary', 0.75],
    [[1, 1, 1], [-1, -1, -1], 'Binary', 5 / 8],
  ])('%j and %j as %s is %d', (a, b, type, expected) => {
    expect(similarity(a, b, type)).toBeCloseTo(expected, 12);
  });

  it('is unknown where they have other dimensions', () => {
    for (const type of ['Single', 'Int8', 'Binary'] as const) {
      const [long, short] = [Array.from({ length: 9 }, () => 1), Array.from({ length: 7 }, () => 1)];
      expect(similarity(long, short, type)).toBeUndefined();
    }
  });

  const vectors = fc.integer({ min: 1, max: 40 }).chain((length) => {
    const vector = fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), {
      minLength: length,
      maxLength: length,
    });
    return fc.tuple(vector, vector);
  });

  it('is the same from either side, from 0 to 1, and 1 of a vector with itself', () => {
    fc.assert(
      fc.property(vectors, fc.constantFrom<VectorType>('Single', 'Int8', 'Binary'), ([a, b], type) => {
        const [there, back, self] = [similarity(a, b, type), similarity(b, a, type), similarity(a, a, type)];
        expect(there).toBeCloseTo(back ?? -1, 12);
        expect(there).toBeGreaterThanOrEqual(0);
        expect(there).toBeLessThanOrEqual(1);
        if (a.some((number) => Math.abs(number) > 1e-3)) expect(self).toBeCloseTo(1, 6);
      }),
    );
  });

  it('is nearly the same in bytes', () => {
    fc.assert(
      fc.property(vectors, ([a, b]) => {
        fc.pre([a, b].every((vector) => vector.some((number) => Math.abs(number) > 1)));
        expect(Math.abs((similarity(a, b, 'Int8') ?? 0) - (similarity(a, b, 'Single') ?? 1))).toBeLessThan(
          0.03,
        );
      }),
    );
  });
});
