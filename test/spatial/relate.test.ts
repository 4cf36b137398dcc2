import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWkt } from '../../node/spatial/parse-wkt.ts';
import { relates, type SpatialRelation } from '../../node/spatial/relate.ts';
import { distance, spaceOf } from '../../node/spatial/space.ts';
import { DEFAULT_SPATIAL_OPTIONS } from '../../node/spatial/spatial-options.ts';

const earth = spaceOf(DEFAULT_SPATIAL_OPTIONS);
const plane = spaceOf({ ...DEFAULT_SPATIAL_OPTIONS, Type: 'Cartesian' });

const relationsOf = (a: string, b: string, space = earth): readonly SpatialRelation[] =>
  (['within', 'contains', 'intersects', 'disjoint'] as const).filter((relation) =>
    relates(parseWkt(a, space), relation, parseWkt(b, space), space),
  );

const SQUARE = 'POLYGON((0 0,10 0,10 10,0 10,0 0))';
const HOLED = 'POLYGON((0 0,10 0,10 10,0 10,0 0),(4 4,6 4,6 6,4 6,4 4))';
/** A square with a notch from the right to its middle. */
const NOTCHED = 'POLYGON((0 0,10 0,10 4,5 4,5 6,10 6,10 10,0 10,0 0))';

describe('relations of shapes', () => {
  it.each([
    ['POINT(1 1)', 'POINT(1 1)', ['within', 'contains', 'intersects']],
    ['POINT(180 1)', 'POINT(-180 1)', ['within', 'contains', 'intersects']],
    ['POINT(1 1)', 'POINT(1 2)', ['disjoint']],
    ['POINT(5 5)', SQUARE, ['within', 'intersects']],
    ['POINT(0 5)', SQUARE, ['within', 'intersects']],
    ['POINT(10 10)', SQUARE, ['within', 'intersects']],
    ['POINT(10.1 10)', SQUARE, ['disjoint']],
    ['POINT(5 5)', HOLED, ['disjoint']],
    ['POINT(5 4)', HOLED, ['within', 'intersects']],
    ['POINT(1 1)', 'LINESTRING(0 0,2 2)', ['within', 'intersects']],
    ['POINT(1 1.1)', 'LINESTRING(0 0,2 2)', ['disjoint']],
    ['LINESTRING(1 1,9 9)', SQUARE, ['within', 'intersects']],
    ['LINESTRING(1 1,9 9)', HOLED, ['intersects']],
    ['LINESTRING(4 4,6 4)', HOLED, ['within', 'intersects']],
    ['LINESTRING(9 2,9 8)', NOTCHED, ['intersects']],
    ['LINESTRING(5 4,5 6)', NOTCHED, ['within', 'intersects']],
    ['LINESTRING(-5 5,15 5)', SQUARE, ['intersects']],
    ['LINESTRING(0 0,5 0)', 'LINESTRING(0 0,10 0)', ['within', 'intersects']],
    [SQUARE, SQUARE, ['within', 'contains', 'intersects']],
    ['POLYGON((1 1,2 1,2 2,1 1))', SQUARE, ['within', 'intersects']],
    ['POLYGON((1 1,9 1,9 9,1 9,1 1))', HOLED, ['intersects']],
    ['POLYGON((4.5 4.5,5 4.5,5 5,4.5 4.5))', HOLED, ['disjoint']],
    [HOLED, SQUARE, ['within', 'intersects']],
    [SQUARE, 'POLYGON((10 0,20 0,20 10,10 10,10 0))', ['intersects']],
    [SQUARE, 'POLYGON((11 0,20 0,20 10,11 10,11 0))', ['disjoint']],
    ['MULTIPOINT(1 1,2 2)', SQUARE, ['within', 'intersects']],
    ['MULTIPOINT(1 1,20 2)', SQUARE, ['intersects']],
    ['POINT EMPTY', SQUARE, ['disjoint']],
    ['CIRCLE(5 5 d=100)', SQUARE, ['within', 'intersects']],
    ['CIRCLE(0 5 d=100)', SQUARE, ['intersects']],
    ['CIRCLE(20 5 d=100)', SQUARE, ['disjoint']],
    ['CIRCLE(5 5 d=2000)', SQUARE, ['contains', 'intersects']],
    ['CIRCLE(5 5 d=100)', 'CIRCLE(5 5.1 d=120)', ['within', 'intersects']],
    ['BUFFER(POINT(12 5), 3)', SQUARE, ['intersects']],
    ['BUFFER(POINT(5 5), 3)', SQUARE, ['within', 'intersects']],
    ['BUFFER(LINESTRING(11 0,11 10), 0.5)', SQUARE, ['disjoint']],
    ['ENVELOPE(175,-175,5,-5)', 'POINT(-179 0)', ['contains', 'intersects']],
    ['ENVELOPE(175,-175,5,-5)', 'POLYGON((-179 0,-178 0,-178 1,-179 0))', ['contains', 'intersects']],
    ['CIRCLE(180 0 d=50)', 'ENVELOPE(-180,-170,5,-5)', ['intersects']],
    ['CIRCLE(0 90 d=500)', 'POLYGON((100 88,110 88,110 89,100 89,100 88))', ['contains', 'intersects']],
    ['CIRCLE(0 89 d=500)', 'POLYGON((170 80,180 80,180 81,170 81,170 80))', ['disjoint']],
  ] as const)('%s and %s', (a, b, relations) => {
    expect(relationsOf(a, b)).toEqual(relations);
    const turned = relations.map((one) =>
      one === 'within' ? 'contains' : one === 'contains' ? 'within' : one,
    );
    expect([...relationsOf(b, a)].sort()).toEqual([...turned].sort());
  });

  it('knows a plane without ends', () => {
    expect(relationsOf('POINT(180 1)', 'POINT(-180 1)', plane)).toEqual(['disjoint']);
    expect(relationsOf('POINT(300 405)', 'CIRCLE(300 400 d=5)', plane)).toEqual(['within', 'intersects']);
  });

  const degrees = (most: number) =>
    fc.integer({ min: -most * 4, max: most * 4 }).map((quarter) => quarter / 4);

  it('finds points in triangles as barycentric coordinates do', () => {
    const position = fc.record({ x: degrees(80), y: degrees(80) });
    fc.assert(
      fc.property(position, position, position, position, (a, b, c, p) => {
        const area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
        fc.pre(area !== 0);
        const s = ((p.x - a.x) * (c.y - a.y) - (p.y - a.y) * (c.x - a.x)) / area;
        const t = ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)) / area;
        const isIn = s >= 0 && t >= 0 && s + t <= 1;
        // Rounding on the border is nobody's fault.
        fc.pre(Math.min(Math.abs(s), Math.abs(t), Math.abs(1 - s - t)) > 1e-9);
        const triangle = `POLYGON((${[a, b, c, a].map(({ x, y }) => `${x} ${y}`).join(',')}))`;
        expect(relationsOf(`POINT(${p.x} ${p.y})`, triangle).includes('within')).toBe(isIn);
      }),
      { numRuns: 500 },
    );
  });

  it('takes what is within for what intersects', () => {
    const corner = fc.record({ x: degrees(20), y: degrees(20) });
    const shape = fc.oneof(
      fc.tuple(corner, corner).map(([a, b]) => `LINESTRING(${a.x} ${a.y},${b.x} ${b.y})`),
      fc
        .tuple(corner, corner, corner)
        .map(([a, b, c]) => `POLYGON((${[a, b, c, a].map(({ x, y }) => `${x} ${y}`).join(',')}))`),
      fc.tuple(corner, fc.integer({ min: 1, max: 3000 })).map(([{ x, y }, d]) => `CIRCLE(${x} ${y} d=${d})`),
    );
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const found = relationsOf(a, b);
        expect(found.includes('disjoint')).toBe(!found.includes('intersects'));
        if (found.includes('within') || found.includes('contains')) expect(found).toContain('intersects');
        expect(relationsOf(b, a).includes('intersects')).toBe(found.includes('intersects'));
      }),
      { numRuns: 500 },
    );
  });
});

describe('distances', () => {
  it.each([
    [{ x: 34, y: 32 }, { x: -74, y: 40 }, 9113.4809],
    [{ x: 34.8, y: 32 }, { x: 34.8, y: 32 }, 0],
    [{ x: 179.9, y: 0 }, { x: -179.9, y: 0 }, 22.239],
    [{ x: 0, y: 90 }, { x: 120, y: 90 }, 0],
  ])('%j to %j', (a, b, kilometers) => {
    expect(distance(a, b, earth)).toBeCloseTo(kilometers, 3);
  });

  it('are straight in a plane', () => {
    expect(distance({ x: 0, y: 0 }, { x: 3, y: 4 }, plane)).toBe(5);
  });
});
