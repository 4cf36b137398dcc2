import {
  CreateDatabaseOperation,
  DeleteIndexOperation,
  DocumentStore,
  GetIndexOperation,
  GetIndexStatisticsOperation,
  IndexDefinition,
  PutIndexesOperation,
  ResetIndexOperation,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

const DATABASE = 'reduce-output';

interface Written {
  readonly id: string;
  readonly city: string;
  readonly total: number;
  readonly '@metadata': {
    readonly '@id': string;
    readonly '@change-vector': string;
    readonly '@flags': string;
  };
}

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(2);
  store = new DocumentStore(cluster.node(0).url, DATABASE);
  store.conventions.disableTopologyUpdates = true;
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: DATABASE }, 2));
  await store.maintenance.send(new PutIndexesOperation(sums()));
  const session = store.openSession();
  for (const [id, city, total] of [
    ['orders/1', 'Oslo', 2],
    ['orders/2', 'Oslo', 3],
    ['orders/3', 'Rome', 4],
  ] as const) {
    await session.store(
      { city, total, at: '2020-03-04T00:00:00', '@metadata': { '@collection': 'Orders' } },
      id,
    );
  }
  await session.saveChanges();
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

function sums(factor = 1, name = 'Sums'): IndexDefinition {
  const index = new IndexDefinition();
  index.name = name;
  index.maps = new Set([`map('Orders', (o) => ({ city: o.city, at: o.at, total: o.total * ${factor} }))`]);
  index.reduce =
    'groupBy((x) => ({ city: x.city })).aggregate((g) => ({ city: g.key.city, at: g.values[0].at, total: g.values.reduce((n, x) => n + x.total, 0) }))';
  index.outputReduceToCollection = 'CitySums';
  index.patternForOutputReduceToCollectionReferences = 'sums/{at:yyyy-MM}';
  return index;
}

/** What a node has in a collection, by city. */
async function written(node: number, collection = 'CitySums'): Promise<readonly Written[]> {
  const response = await fetch(
    `${cluster.node(node).url}/databases/${DATABASE}/queries?query=${encodeURIComponent(`from '${collection}'`)}`,
  );
  const { Results } = (await response.json()) as { Results: Written[] };
  return Results.toSorted((a, b) => (a.city < b.city ? -1 : 1));
}

const totals = async (node: number) => (await written(node)).map(({ city, total }) => [city, total]);

describe('an index that writes the results of its groups as documents', () => {
  it('has them on every node, each of which writes its own', async () => {
    for (const node of [0, 1]) {
      await expect
        .poll(() => totals(node), { timeout: 20_000 })
        .toEqual([
          ['Oslo', 5],
          ['Rome', 4],
        ]);
    }
    const [first] = await written(0);
    const [second] = await written(1);
    expect(first?.['@metadata']['@flags']).toBe('Artificial, FromIndex');
    expect(first?.['@metadata']['@id']).toBe(second?.['@metadata']['@id']);
    expect(first?.['@metadata']['@change-vector']).toMatch(/^A:/);
    expect(second?.['@metadata']['@change-vector']).toMatch(/^B:/);
    expect(await written(0, 'CitySums/References')).toMatchObject([
      { ReduceOutputs: [expect.any(String), expect.any(String)], '@metadata': { '@id': 'sums/2020-03' } },
    ]);
    const statistics = await store.maintenance.send(new GetIndexStatisticsOperation('Sums'));
    expect(statistics).toMatchObject({
      reduceOutputCollection: 'CitySums',
      reduceOutputReferencePattern: 'sums/{at:yyyy-MM}',
    });
  });

  it('follows changes, and takes away the document of a group that is gone', async () => {
    const session = store.openSession();
    await session.delete('orders/3');
    await session.store({ city: 'Oslo', total: 10, '@metadata': { '@collection': 'Orders' } }, 'orders/4');
    await session.saveChanges();
    for (const node of [0, 1])
      await expect.poll(() => totals(node), { timeout: 20_000 }).toEqual([['Oslo', 15]]);
  });

  it('that is changed writes others, and those of before go when it takes the place of the old one', async () => {
    const [before] = await written(0);
    await store.maintenance.send(new PutIndexesOperation(sums(2)));
    for (const node of [0, 1])
      await expect.poll(() => totals(node), { timeout: 20_000 }).toEqual([['Oslo', 30]]);
    const [after] = await written(0);
    expect(after?.['@metadata']['@id']).not.toBe(before?.['@metadata']['@id']);
    await expect
      .poll(() => written(0, 'CitySums/References'), { timeout: 20_000 })
      .toMatchObject([{ ReduceOutputs: [after?.['@metadata']['@id']] }]);
    await store.maintenance.send(new PutIndexesOperation(sums(2)));
    const stored = await store.maintenance.send(new GetIndexOperation('Sums'));
    expect(after?.['@metadata']['@id']).toContain(`CitySums/${stored?.reduceOutputIndex}/`);
  });

  it('that is reset writes them again', async () => {
    const session = store.openSession();
    await session.delete((await written(0))[0]?.['@metadata']['@id'] ?? '');
    await session.saveChanges();
    expect(await written(0)).toEqual([]);
    expect(await totals(1)).toEqual([['Oslo', 30]]);
    await store.maintenance.send(new ResetIndexOperation('Sums'));
    await expect.poll(() => totals(0), { timeout: 20_000 }).toEqual([['Oslo', 30]]);
  });

  it('is refused when it would feed itself, or write what is not its own', async () => {
    const put = (index: IndexDefinition) => store.maintenance.send(new PutIndexesOperation(index));
    const own = sums(1, 'Loop');
    own.outputReduceToCollection = 'Orders';
    await expect(put(own)).rejects.toThrow('infinite loop');
    await expect(put(sums(1, 'Twin'))).rejects.toThrow("another index named 'Sums'");
    const back = sums(1, 'Back');
    back.maps = new Set(["map('CitySums', (s) => ({ city: s.city, at: s.at, total: s.total }))"]);
    back.outputReduceToCollection = 'Orders';
    await expect(put(back)).rejects.toThrow('Sums: Orders => CitySums');
    const pattern = sums(1, 'Pattern');
    pattern.outputReduceToCollection = 'Others';
    pattern.patternForOutputReduceToCollectionReferences = 'no fields';
    await expect(put(pattern)).rejects.toThrow('Provided pattern is not supported');
    const session = store.openSession();
    await session.store({ '@metadata': { '@collection': 'Taken' } }, 'taken/1');
    await session.saveChanges();
    const taken = sums(1, 'Taken');
    taken.outputReduceToCollection = 'Taken';
    await expect(put(taken)).rejects.toThrow("Collection 'Taken' must be deleted first");
  });

  it('leaves them when it is deleted', async () => {
    await store.maintenance.send(new DeleteIndexOperation('Sums'));
    expect(await totals(0)).toEqual([['Oslo', 30]]);
  });
});
