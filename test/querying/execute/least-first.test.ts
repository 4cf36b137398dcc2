import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastPositions } from '../../../node/querying/execute/least-first.ts';

describe('positions by their numbers', () => {
  it('come the least first, equal ones in their order, however many are wanted and taken', () => {
    const few = fc.array(fc.constantFrom(-1, 0, 0.5, 2), { maxLength: 80 });
    const many = fc.array(fc.double({ noNaN: true }), { maxLength: 80 });
    fc.assert(
      fc.property(fc.oneof(few, many), fc.nat({ max: 90 }), (numbers, wanted) => {
        const sorted = numbers
          .map((number, at) => ({ number, at }))
          .sort((a, b) => (a.number < b.number ? -1 : a.number > b.number ? 1 : a.at - b.at))
          .map(({ at }) => at);
        expect([...leastPositions(Float64Array.from(numbers), wanted)]).toEqual(sorted);
      }),
    );
  });
});
