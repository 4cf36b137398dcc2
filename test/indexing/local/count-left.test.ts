import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countLeft } from '../../../node/indexing/local/count-left.ts';

/** Lists that tell how many of their rows were taken. */
function listsOf(etags: readonly number[]) {
  const lists = {
    taken: 0,
    *after(etag: number) {
      for (const one of etags) {
        if (one <= etag) continue;
        lists.taken++;
        yield one;
      }
    },
    *downFrom(etag: number) {
      for (const one of etags.toReversed()) {
        if (one > etag) continue;
        lists.taken++;
        yield one;
      }
    },
  };
  return lists;
}

const sortedEtags = fc
  .uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 60 })
  .map((etags) => etags.toSorted((a, b) => a - b));

describe('what is left of a collection', () => {
  it('is exact where few come after or few came before, and else between what was counted', () => {
    fc.assert(
      fc.property(
        sortedEtags,
        fc.integer({ min: 0, max: 510 }),
        fc.integer({ min: 1, max: 20 }),
        (etags, done, max) => {
          const lists = listsOf(etags);
          const left = countLeft(lists, etags.length, done, etags.at(-1) ?? 0, max);
          const exact = etags.filter((etag) => etag > done).length;
          if (exact <= max || etags.length - exact <= max) expect(left).toBe(exact);
          expect(left).toBeGreaterThanOrEqual(Math.min(exact, max + 1));
          expect(left).toBeLessThanOrEqual(Math.max(exact, etags.length - max - 1));
          expect(lists.taken).toBeLessThanOrEqual(2 * (max + 1) + 1);
        },
      ),
    );
  });

  it('is told by the etags in the middle of many', () => {
    const even = Array.from({ length: 1000 }, (_, n) => 100 + n * 10);
    expect(Math.abs(countLeft(listsOf(even), 1000, 100 + 2500, even.at(-1) ?? 0, 50) - 749)).toBeLessThan(5);
  });
});
