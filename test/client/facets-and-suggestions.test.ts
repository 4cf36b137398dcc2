import type { DocumentStore, FacetResult } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { OFFICIAL_CLIENTS, storeOfNew } from './official-clients.ts';

interface Product {
  name: string;
  color: string;
  price: number;
}

const PRODUCTS: readonly Product[] = [
  { name: 'Apple', color: 'Red', price: 1.5 },
  { name: 'Cherry', color: 'red', price: 7 },
  { name: 'Lemon', color: 'Yellow', price: 2 },
  { name: 'Applet', color: 'Grey', price: 400 },
];

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
});
afterAll(() => cluster.dispose());

const counted = (facet: FacetResult | undefined): string[] =>
  (facet?.values ?? []).map(({ range, count }) => `${range}=${count}`);

describe.each(OFFICIAL_CLIENTS)('the official client $version', ({ version, client }) => {
  const database = `facets-${version.replaceAll('.', '-')}`;
  let store: DocumentStore;

  beforeAll(async () => {
    store = await storeOfNew(database, client, cluster.node(0).url);
    const session = store.openSession();
    for (const [at, product] of PRODUCTS.entries()) {
      await session.store({ ...product, '@metadata': { '@collection': 'Products' } }, `products/${at}`);
    }
    const setup = new client.FacetSetup();
    const facet = new client.Facet();
    facet.fieldName = 'color';
    facet.displayFieldName = 'Colour';
    const range = new client.RangeFacet();
    range.ranges = ['price < 5', 'price >= 5'];
    setup.facets = [facet];
    setup.rangeFacets = [range];
    await session.store(setup, 'facets/products');
    await session.saveChanges();
    const definition = new client.IndexDefinition();
    definition.name = 'Products';
    definition.maps = new Set(["map('Products', p => ({ name: p.name, color: p.color, price: p.price }))"]);
    definition.fields = { name: { suggestions: true } as never };
    await store.maintenance.send(new client.PutIndexesOperation(definition));
  });
  afterAll(() => store.dispose());

  const products = (session = store.openSession()) =>
    session.query<Product>({ indexName: 'Products' }).waitForNonStaleResults();

  it('aggregates by a field, with options and sums', async () => {
    const facets = await products()
      .aggregateBy((facet) =>
        facet
          .byField('color')
          .withDisplayName('Colour')
          .withOptions({ termSortMode: 'CountDesc', pageSize: 1, includeRemainingTerms: true, start: 0 })
          .sumOn('price', 'total')
          .maxOn('price', 'total'),
      )
      .execute();
    expect(facets.Colour?.values).toMatchObject([
      { name: 'total', range: 'red', count: 2, sum: 8.5, max: 7 },
    ]);
    expect(facets.Colour).toMatchObject({ remainingHits: 2, remainingTerms: ['grey', 'yellow'] });
  });

  it('aggregates by ranges and over all results', async () => {
    const { RangeBuilder } = client;
    const facets = await products()
      .whereLessThan('price', 100)
      .aggregateBy((facet) =>
        facet
          .byRanges(
            RangeBuilder.forPath('price').isLessThan(2) as never,
            RangeBuilder.forPath('price').isGreaterThanOrEqualTo(2).isLessThan(10) as never,
            RangeBuilder.forPath('price').isGreaterThanOrEqualTo(10) as never,
          )
          .averageOn('price'),
      )
      .andAggregateBy((facet) => facet.allResults().minOn('price'))
      .execute();
    expect(counted(facets.price)).toEqual(['price < 2=1', 'price >= 2 and price < 10=2', 'price >= 10=0']);
    expect(facets.price?.values.map(({ average }) => average ?? null)).toEqual([1.5, 4.5, null]);
    expect(facets['@AllResults']?.values).toMatchObject([{ count: 3, min: 1.5 }]);
  });

  it('aggregates as a stored setup says', async () => {
    const facets = await products().aggregateUsing('facets/products').execute();
    expect(counted(facets.Colour)).toEqual(['grey=1', 'red=2', 'yellow=1']);
    expect(counted(facets.price)).toEqual(['price < 5=2', 'price >= 5=2']);
  });

  it('suggests words', async () => {
    const { name } = await products()
      .suggestUsing((suggestion) => suggestion.byField('name', 'aple'))
      .execute();
    expect(name?.suggestions).toEqual(['apple', 'applet']);
    const { likely } = await products()
      .suggestUsing((suggestion) =>
        suggestion
          .byField('name', ['lemn', 'chery'])
          .withDisplayName('likely')
          .withOptions({ accuracy: 0.8, pageSize: 5, distance: 'JaroWinkler', sortMode: 'Popularity' }),
      )
      .execute();
    expect(likely?.suggestions.slice().sort()).toEqual(['cherry', 'lemon']);
  });

  it('gets facets, suggestions and results in one lazy request', async () => {
    const session = store.openSession();
    const colours = products(session)
      .aggregateBy((facet) => facet.byField('color'))
      .executeLazy();
    const names = products(session)
      .suggestUsing((suggestion) => suggestion.byField('name', 'chery'))
      .executeLazy();
    const cheap = products(session).whereLessThan('price', 2).lazily();
    await session.advanced.eagerly.executeAllPendingLazyOperations();
    expect(session.advanced.numberOfRequests).toBe(1);
    expect(counted((await colours.getValue()).color)).toEqual(['grey=1', 'red=2', 'yellow=1']);
    expect((await names.getValue()).name?.suggestions).toEqual(['cherry']);
    expect((await cheap.getValue()).map(({ name }) => name)).toEqual(['Apple']);
  });

  it('is told that facets need an index', async () => {
    const facets = store
      .openSession()
      .query<Product>({ collection: 'Products' })
      .aggregateBy((facet) => facet.byField('color'));
    await expect(facets.execute()).rejects.toThrow('Facet query must be executed against static index.');
  });
});
