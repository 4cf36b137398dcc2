import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellAt, cellsAbove, cellsOver, rangesBelow } from '../../node/spatial/cells.ts';
import { type Box, boxesMeet, spaceOf } from '../../node/spatial/space.ts';
import { DEFAULT_SPATIAL_OPTIONS } from '../../node/spatial/spatial-options.ts';

const earth = spaceOf(DEFAULT_SPATIAL_OPTIONS);
const plane = spaceOf({ ...DEFAULT_SPATIAL_OPTIONS, Type: 'Cartesian', MaxX: 500, MaxY: 700 });

const x = fc.double({ min: -180, max: 180, noNaN: true });
const y = fc.double({ min: -90, max: 90, noNaN: true });
const size = fc.oneof(
  fc.double({ min: 0, max: 300, noNaN: true }),
  fc.double({ min: 0, max: 1e-6, noNaN: true }),
);
const box: fc.Arbitrary<Box> = fc
  .record({ minX: x, minY: y, width: size, height: size })
  .map(({ minX, minY, width, height }) => ({ minX, maxX: minX + width, minY, maxY: minY + height }));

const isIn = (number: number, ranges: readonly { readonly from: number; readonly to: number }[]) =>
  ranges.some(({ from, to }) => number >= from && number <= to);

describe.each([
  ['the earth', earth],
  ['a plane with borders', plane],
])('cells of %s', (_, space) => {
  it('find every position of a box below its cells, also across the date line', () => {
    fc.assert(
      fc.property(
        box,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (one, u, v) => {
          const at = {
            x: one.minX + (one.maxX - one.minX) * u,
            y: Math.min(one.minY + (one.maxY - one.minY) * v, one.maxY),
          };
          const onEarth = at.x > 180 && space.isGeography ? at.x - 360 : at.x;
          fc.pre(!space.isGeography || (at.y <= 90 && onEarth <= 180));
          expect(isIn(cellAt({ x: onEarth, y: at.y }, space), rangesBelow([one], space, 32))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('find a box that meets another one below, above, or at the same cells', () => {
    fc.assert(
      fc.property(box, box, (one, other) => {
        fc.pre(boxesMeet(one, other));
        const ranges = rangesBelow([one], space, 32);
        const above = new Set(cellsAbove([one], space, 32));
        const found = cellsOver([other], space, 8).some((cell) => isIn(cell, ranges) || above.has(cell));
        expect(found).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('are few', () => {
    fc.assert(
      fc.property(box, (one) => {
        expect(cellsOver([one], space, 8).length).toBeLessThanOrEqual(8);
        expect(rangesBelow([one], space, 32).length).toBeLessThanOrEqual(32);
      }),
    );
  });
});

describe('a small box', () => {
  it('has small cells: the search does not read the rest of the world', () => {
    const ranges = rangesBelow([{ minX: 34, maxX: 34.1, minY: 32, maxY: 32.1 }], earth, 32);
    const part = ranges.reduce((sum, { from, to }) => sum + (to - from + 1), 0) / 2 ** 53;
    expect(part).toBeLessThan(4e-7);
  });
});
