import { describe, expect, it } from 'vitest';
import { parseWkt } from '../../node/spatial/parse-wkt.ts';
import { spaceOf } from '../../node/spatial/space.ts';
import { SpatialError } from '../../node/spatial/spatial-error.ts';
import { DEFAULT_SPATIAL_OPTIONS } from '../../node/spatial/spatial-options.ts';

const earth = spaceOf(DEFAULT_SPATIAL_OPTIONS);
const plane = spaceOf({ ...DEFAULT_SPATIAL_OPTIONS, Type: 'Cartesian' });

const at = (x: number, y: number) => ({ x, y });
const point = (x: number, y: number) => ({ kind: 'point', x, y });
const polygon = (...rings: object[][]) => ({ kind: 'polygon', rings, reach: 0 });

describe('well-known text', () => {
  it.each([
    ['POINT(34.8 32)', point(34.8, 32)],
    ['point ( -34.8  +.5 )', point(-34.8, 0.5)],
    ['POINT(1e1 2E-1)', point(10, 0.2)],
    ['POINT Z(34.8 32 5)', point(34.8, 32)],
    ['POINT ZM (34.8 32 5 6)', point(34.8, 32)],
    ['POINT EMPTY', { kind: 'many', shapes: [] }],
    ['LINESTRING(1 2, 3 4)', { kind: 'path', positions: [at(1, 2), at(3, 4)], reach: 0 }],
    ['POLYGON((0 0,4 0,4 4,0 0))', polygon([at(0, 0), at(4, 0), at(4, 4)])],
    [
      'POLYGON((0 0,4 0,4 4,0 0),(1 1,2 1,2 1.5,1 1))',
      polygon([at(0, 0), at(4, 0), at(4, 4)], [at(1, 1), at(2, 1), at(2, 1.5)]),
    ],
    ['MULTIPOINT(1 2,(3 4))', { kind: 'many', shapes: [point(1, 2), point(3, 4)] }],
    [
      'GEOMETRYCOLLECTION(POINT(1 2),MULTIPOINT(3 4))',
      { kind: 'many', shapes: [point(1, 2), { kind: 'many', shapes: [point(3, 4)] }] },
    ],
    ['ENVELOPE(1,3,4,2)', polygon([at(1, 2), at(3, 2), at(3, 4), at(1, 4)])],
    ['CIRCLE(1 2 d=10)', { kind: 'circle', x: 1, y: 2, radius: 10 }],
    ['BUFFER(POINT(1 2), 0.5)', { kind: 'path', positions: [at(1, 2)], reach: 0.5 }],
  ])('%s', (text, shape) => {
    expect(parseWkt(text, earth)).toEqual(shape);
  });

  it('goes across the date line where that is shorter', () => {
    expect(parseWkt('POLYGON((179 -1,-179 -1,-179 1,179 1,179 -1))', earth)).toEqual(
      polygon([at(179, -1), at(181, -1), at(181, 1), at(179, 1)]),
    );
    expect(parseWkt('ENVELOPE(179,-179,1,-1)', earth)).toEqual(
      polygon([at(179, -1), at(181, -1), at(181, 1), at(179, 1)]),
    );
  });

  it('reads the radius of a circle in the units that are asked for', () => {
    expect(parseWkt('CIRCLE(1 2 d=10)', earth, 'Miles')).toMatchObject({ radius: 16.09344 });
    expect(parseWkt('CIRCLE(1 2, d=10)', plane, 'Miles')).toMatchObject({ radius: 10 });
  });

  it('knows no bounds in a plane', () => {
    expect(parseWkt('POINT(340 -320)', plane)).toEqual(point(340, -320));
  });

  it.each([
    '',
    'bad',
    'POINT',
    'POINT(1)',
    'POINT(1 2',
    'POINT(1 2) x',
    'POINT(x 2)',
    'SRID=4326;POINT(34.8 32)',
    'LINESTRING(1 2)',
    'POLYGON((0 0,4 0,4 4))',
    'POLYGON((0 0,4 0,4 4,0 1))',
    'ENVELOPE(1,2,3)',
    'ENVELOPE(1,2,3,4)',
    'CIRCLE(1 2)',
    'CIRCLE(1 2 d=-1)',
    'BUFFER(CIRCLE(1 2 d=1), 1)',
    `${'GEOMETRYCOLLECTION('.repeat(50)}POINT(1 2)${')'.repeat(50)}`,
  ])('refuses %s', (text) => {
    expect(() => parseWkt(text, earth)).toThrow(SpatialError);
  });

  it.each([
    ['POINT(0 91)', 'Bad Y value 91'],
    ['POINT(181 0)', 'Bad X value 181'],
    ['POLYGON((0 0,4 0,4 94,0 0))', 'Bad Y value 94'],
  ])('says what is not on the earth: %s', (text, message) => {
    expect(() => parseWkt(text, earth)).toThrow(message);
  });
});
