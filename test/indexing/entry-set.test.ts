import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachShared, setOf } from '../../node/indexing/store/entry-set.ts';

const set = fc.array(fc.nat({ max: 300 }), { maxLength: 120 }).map((all) => setOf(Uint32Array.from(all)));

describe('what two sets of entries share', () => {
  it('is met once, ascending, at its place in each', () => {
    fc.assert(
      fc.property(set, set, fc.boolean(), (a, b, isSame) => {
        const other = isSame ? a : b;
        const met: (readonly number[])[] = [];
        forEachShared(a, other, (inA, inB) => met.push([inA, inB]));
        const shared = [...a].filter((entry) => other.includes(entry));
        expect(met).toEqual(shared.map((entry) => [a.indexOf(entry), other.indexOf(entry)]));
      }),
    );
  });
});
