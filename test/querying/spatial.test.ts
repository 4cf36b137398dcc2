import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseWkt } from '../../node/spatial/parse-wkt.ts';
import { relates } from '../../node/spatial/relate.ts';
import { centerOf } from '../../node/spatial/shape.ts';
import { distance, spaceOf } from '../../node/spatial/space.ts';
import { DEFAULT_SPATIAL_OPTIONS, type SpatialOptions } from '../../node/spatial/spatial-options.ts';
import { IndexedDatabase } from './indexed-database.ts';

const earth = spaceOf(DEFAULT_SPATIAL_OPTIONS);

/** Positions that come close to each other, to the poles and to the date line. */
const longitude = fc.oneof(
  fc.integer({ min: 3390, max: 3510 }).map((hundredth) => hundredth / 100),
  fc.integer({ min: -18000, max: 18000 }).map((hundredth) => hundredth / 100),
  fc.constantFrom(-180, 180, 179.99, -179.99, 0),
);
const latitude = fc.oneof(
  fc.integer({ min: 3150, max: 3250 }).map((hundredth) => hundredth / 100),
  fc.integer({ min: -9000, max: 9000 }).map((hundredth) => hundredth / 100),
  fc.constantFrom(-90, 90, 0, 89.5),
);
const position = fc.record({ x: longitude, y: latitude });
const text = ({ x, y }: { x: number; y: number }) => `${x} ${y}`;

const circle = fc
  .tuple(position, fc.constantFrom(0, 1, 20, 300, 3000, 9000, 15000))
  .map(([at, radius]) => `CIRCLE(${text(at)} d=${radius})`);
const box = fc
  .tuple(position, fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 40 }))
  .map(([{ x, y }, width, height]) => {
    const right = x + width > 180 ? x + width - 360 : x + width;
    return `ENVELOPE(${x}, ${right}, ${Math.min(90, y + height)}, ${y})`;
  });
const triangle = fc
  .tuple(position, fc.integer({ min: 1, max: 50 }), fc.integer({ min: -30, max: 30 }))
  .map(([{ x, y }, across, up]) => {
    const right = x + across > 180 ? x + across - 360 : x + across;
    const top = Math.max(-90, Math.min(90, y + up));
    return `POLYGON((${x} ${y}, ${right} ${y}, ${right} ${top === y ? y - 1 : top}, ${x} ${y}))`;
  })
  .filter((one) => !/-9[1-9]/.test(one));
const point = position.map((at) => `POINT(${text(at)})`);
const line = fc.tuple(position, position).map(([a, b]) => `LINESTRING(${text(a)}, ${text(b)})`);
const asked = fc.oneof(circle, box, triangle, point);
const stored = fc.oneof(
  { arbitrary: point, weight: 6 },
  circle.filter((one) => !/d=(?:9|15)000/.test(one)),
  box,
  triangle,
  line,
  fc.tuple(point, point).map(([a, b]) => `GEOMETRYCOLLECTION(${a}, ${b})`),
);

const SHAPES = 200;
const relations = ['within', 'contains', 'intersects', 'disjoint'] as const;

let database: IndexedDatabase;
const shapes = fc.sample(stored, { numRuns: SHAPES, seed: 5 });

beforeAll(async () => {
  database = await IndexedDatabase.open();
  for (const [at, shape] of shapes.entries()) await database.put(`s/${at}`, { shape }, 'Shapes');
  await database.put('s/none', { shape: null }, 'Shapes');
  await database.put('s/missing', {}, 'Shapes');
});
afterAll(() => database.close());

describe('a spatial query of an auto index', () => {
  it('finds what comparing every shape finds', async () => {
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom(...relations), async (wkt, relation) => {
        const other = parseWkt(wkt, earth);
        const expected = shapes.flatMap((shape, at) =>
          relates(parseWkt(shape, earth), relation, other, earth) ? [`s/${at}`] : [],
        );
        const query = `from Shapes where spatial.${relation}(spatial.wkt(shape), spatial.wkt($wkt))`;
        expect([...(await database.ids(query, { wkt }))].sort()).toEqual(expected.sort());
      }),
      { numRuns: 80, seed: 7 },
    );
  });

  it('orders by distance, those without a shape first', async () => {
    const to = { x: 34.8, y: 32 };
    const far = (shape: string) => {
      const center = centerOf(parseWkt(shape, earth), earth);
      return center === undefined ? -1 : distance(center, to, earth);
    };
    const nearestFirst = shapes
      .map((shape, at) => ({ id: `s/${at}`, km: far(shape) }))
      .sort((a, b) => a.km - b.km || Number(a.id.slice(2)) - Number(b.id.slice(2)))
      .map(({ id }) => id);
    const order = 'order by spatial.distance(spatial.wkt(shape), spatial.point(32, 34.8))';
    const none = ['s/none', 's/missing'];
    expect(await database.ids(`from Shapes ${order}`)).toEqual([...none, ...nearestFirst]);
    expect(await database.ids(`from Shapes ${order} nulls last`)).toEqual([...nearestFirst, ...none]);
    expect((await database.ids(`from Shapes ${order} desc`)).slice(-2)).toEqual(none);
  });

  it('takes distances within a step for equal', async () => {
    await database.put('p/1', { lat: 32.02, lng: 34.8, rank: 2 }, 'Places');
    await database.put('p/2', { lat: 32.5, lng: 34.8, rank: 1 }, 'Places');
    await database.put('p/3', { lat: 34, lng: 34.8, rank: 0 }, 'Places');
    const by = 'spatial.distance(spatial.point(lat, lng), spatial.point($lat, $lng), $step)';
    const parameters = { lat: 32, lng: 34.8 };
    const query = `from Places order by ${by}, rank as long`;
    expect(await database.ids(query, { ...parameters, step: 0 })).toEqual(['p/1', 'p/2', 'p/3']);
    expect(await database.ids(query, { ...parameters, step: 100 })).toEqual(['p/2', 'p/1', 'p/3']);
  });

  it('rounds nothing by a step that is no number, as the Python client sends it', async () => {
    const query =
      'from Places order by spatial.distance(spatial.point(lat, lng), spatial.point(32, 34.8), $step)';
    for (const step of ['p0', '100', null, true]) {
      expect(await database.ids(query, { step })).toEqual(['p/1', 'p/2', 'p/3']);
    }
  });

  it('takes the field of an order in quotes, as clients write it', async () => {
    const query = "from Places order by spatial.distance('spatial.point(lat, lng)', spatial.point(34, 34.8))";
    expect(await database.ids(query)).toEqual(['p/3', 'p/2', 'p/1']);
  });

  it('follows a document that moves', async () => {
    const near =
      'from Movers where spatial.within(spatial.point(at.lat, at.lng), spatial.circle(10, 32, 34.8))';
    await database.put('m/1', { at: { lat: 32, lng: 34.8 } }, 'Movers');
    expect(await database.ids(near)).toEqual(['m/1']);
    await database.put('m/1', { at: { lat: 52, lng: 13 } }, 'Movers');
    expect(await database.ids(near)).toEqual([]);
    await database.put('m/1', { at: { lat: '32.05', lng: '34.8' } }, 'Movers');
    expect(await database.ids(near)).toEqual(['m/1']);
  });

  it.each([
    ['spatial.circle(10, 32, 34.8)', ['c/1', 'c/2']],
    ["spatial.circle(10, 32, 34.8, 'miles')", ['c/1', 'c/2', 'c/3']],
    ["spatial.circle(10, 32, 34.8, 'KILOMETERS'), 0.1", ['c/1', 'c/2']],
    ["spatial.wkt('CIRCLE(34.8 32 d=10)', 'Miles')", ['c/1', 'c/2', 'c/3']],
  ])('knows units: %s', async (shape, ids) => {
    await database.put('c/1', { lat: 32, lng: 34.8 }, 'Circles');
    await database.put('c/2', { lat: 32.08, lng: 34.8 }, 'Circles');
    await database.put('c/3', { lat: 32.12, lng: 34.8 }, 'Circles');
    const found = await database.ids(`from Circles where spatial.within(spatial.point(lat, lng), ${shape})`);
    expect(found).toEqual(ids);
  });

  it.each([
    ['spatial.within(spatial.point(lat, lng))', 'expects 2-3 arguments'],
    ['spatial.within(spatial.point(lat), spatial.circle(1, 2, 3))', 'point() method with 2 arguments'],
    ['spatial.within(spatial.wkt(a, b), spatial.circle(1, 2, 3))', 'wkt() method with 1 argument'],
    ['spatial.within(lat, spatial.circle(1, 2, 3))', 'expects first argument to be a method'],
    ['spatial.within(spatial.foo(lat), spatial.circle(1, 2, 3))', "Method 'spatial.foo' is not supported"],
    [
      'spatial.nope(spatial.point(lat, lng), spatial.circle(1, 2, 3))',
      "Method 'spatial.nope' is not supported",
    ],
    ['spatial.within(spatial.point(lat, lng), 5)', 'expects expression as second argument'],
    ['spatial.within(spatial.point(lat, lng), spatial.point(1, 2))', 'does not take spatial.point()'],
    ['spatial.within(spatial.point(lat, lng), spatial.circle(1, 2))', 'three or four arguments'],
    [
      "spatial.within(spatial.point(lat, lng), spatial.circle('1', 2, 3))",
      "should be a 'Double' but was 'String'",
    ],
    ["spatial.within(spatial.point(lat, lng), spatial.circle(1, 2, 3, 'feet'))", "but was 'feet'"],
    ['spatial.within(spatial.point(lat, lng), spatial.circle(1, 91, 3))', 'Bad Y value 91'],
    ['spatial.within(spatial.point(lat, lng), spatial.circle(1, 2, 190))', 'Bad X value 190'],
    ['spatial.within(spatial.point(lat, lng), spatial.circle(-1, 2, 3))', 'must be >= 0'],
    ["spatial.within(spatial.point(lat, lng), spatial.wkt('bad'))", "Value 'bad' is not a valid WKT value"],
    [
      'spatial.within(spatial.point(lat, lng), spatial.circle(1, 2, 3), 2)',
      'Error must be in [0; 0.5] range',
    ],
  ])('refuses %s, and makes no index for it', async (where, message) => {
    const before = database.indexes.autoIndexes.length;
    await expect(database.query(`from Refused where ${where}`)).rejects.toThrow(message);
    expect(database.indexes.autoIndexes.length).toBe(before);
  });
});

describe('a spatial field of a static index', () => {
  const spatial = (options: Partial<SpatialOptions>) => ({ Loc: { Spatial: options } });
  const JAVASCRIPT = "map('Homes', h => ({ Loc: createSpatialField(h.lat, h.lng) }))";
  const WKT = "map('Homes', h => ({ Loc: createSpatialField('POINT(' + h.lng + ' ' + h.lat + ')') }))";
  const CSHARP = 'from h in docs.Homes select new { Loc = CreateSpatialField(h.lat, h.lng) }';
  const MANY = "map('Homes', h => ({ _: createField('Loc', [createSpatialField(h.lat, h.lng)]) }))";

  beforeAll(async () => {
    await database.put('h/1', { lat: 32, lng: 34.8 }, 'Homes');
    await database.put('h/2', { lat: 33, lng: 34.8 }, 'Homes');
    await database.put('h/3', { lng: 34.8 }, 'Homes');
    database.defineIndex('JavaScript', JAVASCRIPT);
    database.defineIndex(
      'Wkt',
      "map('Homes', h => ({ Loc: createSpatialField(h.wkt ?? 'POINT(34.8 32)') }))",
    );
    database.defineIndex('CSharp', CSHARP);
    database.defineIndex('Dynamic', MANY);
    database.defineIndex('Miles', JAVASCRIPT, spatial({ Units: 'Miles', Strategy: 'QuadPrefixTree' }));
    database.defineIndex('Plane', WKT.replace('h.lat', '(h.lat ?? 700)'), spatial({ Type: 'Cartesian' }));
  });

  const within = (index: string, shape: string) =>
    database.ids(`from index '${index}' where spatial.within(Loc, ${shape})`);

  it.each(['JavaScript', 'CSharp', 'Dynamic'])('of %s', async (index) => {
    expect(await within(index, 'spatial.circle(70, 32.5, 34.8)')).toEqual(['h/1', 'h/2']);
    expect(await within(index, 'spatial.circle(50, 32.1, 34.8)')).toEqual(['h/1']);
    const order = 'order by spatial.distance(Loc, spatial.point(33, 34.8)) nulls last';
    const ordered = await database.ids(`from index '${index}' ${order}`);
    expect(ordered.slice(0, 2)).toEqual(['h/2', 'h/1']);
    expect(await database.ids(`from index '${index}' where exists(Loc)`)).toEqual(['h/1', 'h/2']);
  });

  it('of well-known text', async () => {
    expect(await within('Wkt', 'spatial.circle(1, 32, 34.8)')).toEqual(['h/1', 'h/2', 'h/3']);
  });

  it('has units for circles that say none', async () => {
    expect(await within('Miles', 'spatial.circle(40, 32.5, 34.8)')).toEqual(['h/1', 'h/2']);
    expect(await within('JavaScript', 'spatial.circle(40, 32.5, 34.8)')).toEqual([]);
    expect(await within('Miles', "spatial.circle(40, 32.5, 34.8, 'Kilometers')")).toEqual([]);
  });

  it('may be of a plane, beyond its borders too', async () => {
    expect(await within('Plane', 'spatial.circle(1, 700, 34.8)')).toEqual(['h/3']);
    expect(await within('Plane', 'spatial.circle(1, 32, 34.8)')).toEqual(['h/1', 'h/2']);
    expect(await within('Plane', "spatial.wkt('ENVELOPE(34, 35, 800, 600)')")).toEqual(['h/3']);
  });

  it('leaves out a document whose shape is none, and says why', async () => {
    await database.put('h/4', { wkt: 'nowhere' }, 'Homes');
    expect(await within('Wkt', 'spatial.circle(1, 32, 34.8)')).toEqual(['h/1', 'h/2', 'h/3']);
    const statistics = await database.indexes.statistics();
    const errors = statistics.find(({ name }) => name === 'Wkt')?.errors ?? [];
    expect(errors.map(({ document, error }) => [document, /not a valid WKT/.test(error)])).toEqual([
      ['h/4', true],
    ]);
  });

  it.each([
    ['where spatial.within(spatial.point(lat, lng), spatial.circle(1, 2, 3))', 'will be a field name'],
    ['order by spatial.distance(spatial.point(lat, lng), spatial.point(2, 3))', 'will be a field name'],
    ['where spatial.within(Nope, spatial.circle(1, 2, 3))', "'Nope' is not indexed"],
    ['order by spatial.distance(Nope, spatial.point(2, 3))', "'Nope' is not indexed"],
  ])('refuses %s', async (rest, message) => {
    await expect(database.query(`from index 'JavaScript' ${rest}`)).rejects.toThrow(message);
  });
});
