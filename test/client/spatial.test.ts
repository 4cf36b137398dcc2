import type { DocumentStore } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { OFFICIAL_CLIENTS, storeOfNew } from './official-clients.ts';

interface City {
  id?: string;
  name: string;
  latitude: number;
  longitude: number;
  border: string;
}

const squareAround = (latitude: number, longitude: number) => {
  const [west, east, south, north] = [longitude - 0.1, longitude + 0.1, latitude - 0.1, latitude + 0.1];
  return `POLYGON((${west} ${south}, ${east} ${south}, ${east} ${north}, ${west} ${north}, ${west} ${south}))`;
};

const CITIES: readonly City[] = [
  ['Tel Aviv', 32.08, 34.78],
  ['Haifa', 32.82, 34.99],
  ['Jerusalem', 31.77, 35.22],
  ['Berlin', 52.52, 13.4],
].map(([name, latitude, longitude]) => ({
  name: String(name),
  latitude: Number(latitude),
  longitude: Number(longitude),
  border: squareAround(Number(latitude), Number(longitude)),
}));

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
});
afterAll(() => cluster.dispose());

describe.each(OFFICIAL_CLIENTS)('the official client $version', ({ version, client }) => {
  const database = `spatial-${version.replaceAll('.', '-')}`;
  let store: DocumentStore;

  beforeAll(async () => {
    store = await storeOfNew(database, client, cluster.node(0).url);
    const session = store.openSession();
    for (const city of CITIES) {
      await session.store({ ...city, '@metadata': { '@collection': 'Cities' } }, `cities/${city.name}`);
    }
    await session.saveChanges();

    class Cities_ByPlace extends client.AbstractJavaScriptIndexCreationTask<City, { place: unknown }> {
      constructor() {
        super();
        this.map('Cities', (city) => ({ place: this.createSpatialField(city.latitude, city.longitude) }));
        this.spatial('place', (factory) => factory.geography().quadPrefixTreeIndex(20, 'Miles'));
      }

      // The body of the map is read as text: this only has to have a type.
      createSpatialField(_latitude: number, _longitude: number): unknown {
        return undefined;
      }
    }
    const definition = new Cities_ByPlace().createIndexDefinition();
    definition.name = 'Cities/ByPlace';
    definition.maps = new Set([
      [...definition.maps][0]?.replace('this.createSpatialField', 'createSpatialField') ?? '',
    ]);
    await store.maintenance.send(new client.PutIndexesOperation(definition));
  });
  afterAll(() => store.dispose());

  const names = (cities: readonly City[]) => cities.map(({ name }) => name);
  const cities = () => store.openSession().query<City>({ collection: 'Cities' }).waitForNonStaleResults();

  it('finds points within a radius, in kilometres or miles', async () => {
    const found = await cities()
      .spatial(new client.PointField('latitude', 'longitude'), (f) => f.withinRadius(60, 32.08, 34.78))
      .orderByDistance(new client.PointField('latitude', 'longitude'), 31.77, 35.22)
      .all();
    expect(names(found)).toEqual(['Jerusalem', 'Tel Aviv']);
    const inMiles = await cities()
      .spatial(new client.PointField('latitude', 'longitude'), (f) =>
        f.withinRadius(60, 32.08, 34.78, 'Miles'),
      )
      .orderBy('name')
      .all();
    expect(names(inMiles)).toEqual(['Haifa', 'Jerusalem', 'Tel Aviv']);
  });

  it('relates shapes of documents to a shape', async () => {
    const across = 'LINESTRING (34.78 32.08, 34.99 32.82)';
    const shape = new client.WktField('border');
    const crossed = await cities()
      .spatial(shape, (f) => f.intersects(across))
      .orderBy('name')
      .all();
    expect(names(crossed)).toEqual(['Haifa', 'Tel Aviv']);
    const around = await cities()
      .spatial(shape, (f) => f.contains('POINT (35.22 31.77)'))
      .all();
    expect(names(around)).toEqual(['Jerusalem']);
    const elsewhere = await cities()
      .spatial(shape, (f) => f.disjoint('ENVELOPE (30, 40, 35, 30)'))
      .all();
    expect(names(elsewhere)).toEqual(['Berlin']);
  });

  it('orders by distance, far first, and rounded', async () => {
    const point = new client.PointField('latitude', 'longitude');
    const far = await cities().orderByDistanceDescending(point, 32.08, 34.78).all();
    expect(names(far)).toEqual(['Berlin', 'Haifa', 'Jerusalem', 'Tel Aviv']);
    const rounded = await cities()
      .orderByDistance(new client.PointField('latitude', 'longitude').roundTo(100), 32.08, 34.78)
      .orderByDescending('name')
      .all();
    expect(names(rounded)).toEqual(['Tel Aviv', 'Jerusalem', 'Haifa', 'Berlin']);
  });

  it('asks a spatial field of a static index, in the units of the field', async () => {
    const found = await store
      .openSession()
      .query<City>({ indexName: 'Cities/ByPlace' })
      .waitForNonStaleResults()
      .withinRadiusOf('place', 40, 32.08, 34.78)
      .orderByDistance('place', 32.08, 34.78)
      .all();
    expect(names(found)).toEqual(['Tel Aviv', 'Jerusalem']);
    const related = await store
      .openSession()
      .query<City>({ indexName: 'Cities/ByPlace' })
      .relatesToShape('place', 'CIRCLE(13.4 52.52 d=10)', 'Within')
      .all();
    expect(names(related)).toEqual(['Berlin']);
  });

  it('shows the options of spatial fields', async () => {
    const point = new client.PointField('latitude', 'longitude');
    await cities()
      .spatial(point, (f) => f.withinRadius(60, 32.08, 34.78))
      .all();
    const written = await store.maintenance.send(new client.GetIndexOperation('Cities/ByPlace'));
    expect(written?.fields).toMatchObject({
      place: { spatial: { type: 'Geography', strategy: 'QuadPrefixTree', maxTreeLevel: 20, units: 'Miles' } },
    });
    const indexNames = await store.maintenance.send(new client.GetIndexNamesOperation(0, 10));
    const auto = indexNames.find((name) => name.includes('Spatial.point')) ?? '';
    expect(auto).toContain('Spatial.point(latitude|longitude)');
    const made = await store.maintenance.send(new client.GetIndexOperation(auto));
    // The older client changes the names of fields on the way.
    expect(Object.values(made?.fields ?? {})).toContainEqual(
      expect.objectContaining({
        spatial: expect.objectContaining({ type: 'Geography', units: 'Kilometers' }),
      }),
    );
  });

  it.each([
    [
      'JavaScript',
      'Pairs/JavaScript',
      "map('Cities', c => ({ first: c.name[0] === 'B' ? 'north' : 'south', lat: c.latitude, lng: c.longitude, n: 1 }))",
      'groupBy(x => x.first).aggregate(g => ({ first: g.key, lat: g.values[0].lat, lng: g.values[0].lng, n: g.values.reduce((n, v) => n + v.n, 0), place: createSpatialField(g.values[0].lat, g.values[0].lng) }))',
    ],
    [
      'C#',
      'Pairs/CSharp',
      'from c in docs.Cities select new { first = c.name[0] == "B" ? "north" : "south", lat = c.latitude, lng = c.longitude, n = 1, place = (object)null }',
      'from r in results group r by r.first into g let one = g.First() select new { first = g.Key, lat = one.lat, lng = one.lng, n = g.Sum(x => x.n), place = CreateSpatialField(one.lat, one.lng) }',
    ],
  ])('finds the results of groups by the shapes of a reduce in %s', async (_, name, map, reduce) => {
    const definition = Object.assign(new client.IndexDefinition(), { name, maps: new Set([map]), reduce });
    await store.maintenance.send(new client.PutIndexesOperation(definition));
    const of = () => store.openSession().query<City>({ indexName: name }).waitForNonStaleResults();
    const found = await of()
      .spatial('place', (f) => f.withinRadius(60, 52.52, 13.4))
      .all();
    expect(found).toMatchObject([{ first: 'north', n: 1 }]);
    expect(found[0]).not.toHaveProperty('place');
    const ordered = await of().orderByDistance('place', 52.52, 13.4).all();
    expect(ordered).toMatchObject([
      { first: 'north', n: 1 },
      { first: 'south', n: 3 },
    ]);
  });

  it('refuses spatial options that nobody knows', async () => {
    const definition = new client.IndexDefinition();
    definition.name = 'Wrong';
    definition.maps = new Set([
      "map('Cities', c => ({ place: createSpatialField(c.latitude, c.longitude) }))",
    ]);
    definition.fields = { place: { spatial: { type: 'Round' } } as never };
    await expect(store.maintenance.send(new client.PutIndexesOperation(definition))).rejects.toThrow(
      /'Type' must be one of/,
    );
  });
});
