import {
  CreateDatabaseOperation,
  DocumentStore,
  GetIndexErrorsOperation,
  GetIndexNamesOperation,
  GetIndexStatisticsOperation,
  IndexDefinition,
  PutIndexesOperation,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestJson } from '../processes/harness/http-json.ts';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

class Sale {
  id?: string;
  readonly city: string | null;
  readonly amount: number;
  readonly lines: readonly { product: string; count: number }[];

  constructor(city: string | null, amount: number, lines: Sale['lines'] = []) {
    this.city = city;
    this.amount = amount;
    this.lines = lines;
  }
}

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'map-reduce');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'map-reduce' }));
  const session = store.openSession();
  await session.store(new Sale('Oslo', 1, [{ product: 'tea', count: 2 }]), 'sales/1');
  await session.store(
    new Sale('Oslo', 2.5, [
      { product: 'tea', count: 1 },
      { product: 'cup', count: 5 },
    ]),
    'sales/2',
  );
  await session.store(new Sale('Rome', 10), 'sales/3');
  await session.store(new Sale(null, 7, [{ product: 'cup', count: 1 }]), 'sales/4');
  await session.saveChanges();
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

const raw = (rql: string) =>
  store.openSession().advanced.rawQuery<Record<string, unknown>>(rql).waitForNonStaleResults().all();

describe('group by', () => {
  it('counts and sums by a field; what is missing is a group of its own', async () => {
    const rows = await raw(
      'from Sales group by city order by count() desc, city select key() as city, count() as n, sum(amount) as total',
    );
    expect(rows).toMatchObject([
      { city: 'Oslo', n: 2, total: 3.5 },
      { city: null, n: 1, total: 7 },
      { city: 'Rome', n: 1, total: 10 },
    ]);
  });

  it('by the elements of an array counts each of them', async () => {
    const rows = await raw(
      'from Sales group by lines[].product order by lines[].product select key() as product, count() as n, sum(lines[].count) as pieces',
    );
    expect(rows).toMatchObject([
      { product: 'cup', n: 2, pieces: 6 },
      { product: 'tea', n: 2, pieces: 3 },
    ]);
  });

  it('takes conditions on keys and aggregates only', async () => {
    expect(await raw('from Sales group by city where count() > 1 select key() as city')).toMatchObject([
      { city: 'Oslo' },
    ]);
    expect(
      await raw("from Sales group by city where city = 'rome' select sum(amount) as total"),
    ).toMatchObject([{ total: 10 }]);
    // A name that SELECT gives stands for what it is given to.
    expect(
      await raw('from Sales group by city where n > 1 select city, count() as n, sum(amount) as total'),
    ).toMatchObject([{ city: 'Oslo', n: 2 }]);
    expect(
      await raw("from Sales group by city where town = 'Rome' select key() as town, sum(amount) as total"),
    ).toMatchObject([{ town: 'Rome', total: 10 }]);
    expect(
      await raw('from Sales group by city order by total desc select city as town, sum(amount) as total'),
    ).toMatchObject([{ town: 'Rome' }, { town: null }, { town: 'Oslo' }]);
    await expect(raw('from Sales group by city where amount > 1')).rejects.toThrow(
      'neither an aggregation operation',
    );
  });

  it('may be searched for words of a key, and for its case', async () => {
    const of = (condition: string) => raw(`from Sales group by city where ${condition} select key() as city`);
    expect(await of("search(city, 'ROME')")).toMatchObject([{ city: 'Rome' }]);
    expect(await of("exact(city = 'Rome')")).toMatchObject([{ city: 'Rome' }]);
    expect(await of("exact(city = 'rome')")).toEqual([]);
    expect(await of("exact(city = 'Oslo') or search(city, 'rome')")).toHaveLength(2);
  });

  it('shows them by scripts, which have its keys, its count and its sums', async () => {
    const order = 'order by city';
    const from = `from Sales as s group by s.city ${order}`;
    const counts = [
      { k: null, n: 1, t: 7 },
      { k: 'Oslo', n: 2, t: 3.5 },
      { k: 'Rome', n: 1, t: 10 },
    ];
    for (const select of [
      'select { k: key(), n: count(), t: sum(x => x.amount) }',
      'select { k: s.city, n: s.Count, t: sum((sale) => sale.amount) + 0 }',
      'select { k: key(), n: count(), t: (() => { const sum = s.amount; return sum; })() }',
    ]) {
      expect(await raw(`${from} ${select}`)).toMatchObject(counts);
    }
    expect(
      await raw(
        `declare function shown(s) { return { k: key(), n: count(), t: sum(x => x.amount) }; } ${from} select shown(s)`,
      ),
    ).toMatchObject(counts);
    expect(
      await raw(
        `declare function twice(n) { return 2 * n; } ${from} select key() as k, twice(count()) as n, sum(amount) as t`,
      ),
    ).toMatchObject(counts.map((one) => ({ ...one, n: one.n * 2 })));
    expect(
      await raw(`declare function count() { return 'mine'; } ${from} select { n: count() }`),
    ).toMatchObject(counts.map(() => ({ n: 'mine' })));
    expect(
      await raw(
        'from Sales as s group by s.city, s.amount order by city, amount select { k: key(), p: sum(x => x.deep.price) }',
      ),
    ).toMatchObject([
      { k: { city: null, amount: 7 }, p: 0 },
      { k: { city: 'Oslo', amount: 1 }, p: 0 },
      { k: { city: 'Oslo', amount: 2.5 }, p: 0 },
      { k: { city: 'Rome', amount: 10 }, p: 0 },
    ]);
  });

  it.each([
    ['count(1)', 'without arguments'],
    ['sum()', 'arrow function'],
    ['sum(s.amount)', 'arrow function'],
    ['sum(x => x)', 'arrow function'],
    ['sum(x => s.amount)', 'arrow function'],
    ['sum(x => x.amount * 2)', 'arrow function'],
    ['sum(function (x) { return x.amount; })', 'arrow function'],
    ['sum(x => x.amount', 'syntax'],
  ])('refuses %s in a script', async (call, message) => {
    const answer = raw(`from Sales as s group by s.city select { a: ${call} }`);
    await expect(answer).rejects.toThrow(message === 'syntax' ? /./ : message);
  });

  it('by the query builder of the client gives the same', async () => {
    const rows = await store
      .openSession()
      .query<Sale>({ collection: 'Sales' })
      .groupBy('city')
      .selectKey('city')
      .selectCount('n')
      .waitForNonStaleResults()
      .all();
    expect(rows.map((row) => row as unknown as { city: string; n: number })).toEqual(
      expect.arrayContaining([expect.objectContaining({ city: 'Oslo', n: 2 })]),
    );
  });

  it('follows changes and deletions, and shares one index', async () => {
    const session = store.openSession();
    await session.store(new Sale('Oslo', 100), 'sales/5');
    await session.delete('sales/1');
    await session.saveChanges();
    const [oslo] = await raw(
      "from Sales group by city where city = 'Oslo' select count() as n, sum(amount) as total",
    );
    expect(oslo).toMatchObject({ n: 2, total: 102.5 });
    const names = await store.maintenance.send(new GetIndexNamesOperation(0, 20));
    expect(names.filter((name) => name.endsWith('ReducedBycity'))).toContain(
      'Auto/Sales/ByCountAndamountReducedBycity',
    );
  });
});

describe('a JavaScript map-reduce index', () => {
  it('reduces groups of any size, and only what changed of a large one', async () => {
    const bulk = store.bulkInsert();
    for (let n = 0; n < 4000; n++)
      await bulk.store(new Sale(n % 2 === 0 ? 'Big' : `City ${n % 20}`, n), `big/${n}`);
    await bulk.finish();
    const index = new IndexDefinition();
    index.name = 'Sales/ByCity';
    index.maps = new Set(["map('Sales', (s) => ({ city: s.city, total: s.amount, n: 1 }))"]);
    index.reduce =
      'groupBy((x) => x.city).aggregate((g) => ({ city: g.key, total: g.values.reduce((sum, v) => sum + v.total, 0), n: g.values.reduce((sum, v) => sum + v.n, 0) }))';
    await store.maintenance.send(new PutIndexesOperation(index));
    const of = async (city: string) => {
      const rows = await raw(`from index 'Sales/ByCity' where city = '${city}'`);
      return rows.map(({ n, total }) => ({ n, total }));
    };
    expect(await of('Big')).toEqual([{ n: 2000, total: 3_998_000 }]);
    const session = store.openSession();
    await session.delete('big/0');
    await session.delete('big/2');
    await session.store(new Sale('Big', 1), 'big/4');
    await session.saveChanges();
    expect(await of('Big')).toEqual([{ n: 1998, total: 3_998_000 - 2 - 4 + 1 }]);
    for (let n = 0; n < 4000; n += 2) await session.delete(`big/${n}`);
    await session.saveChanges();
    expect(await of('Big')).toEqual([]);
  });

  it('tells its fields, and the documents of its groups page by page', async () => {
    const session = store.openSession();
    await session.store(new Sale('Bern', 1), 'Bern/1');
    await session.store(new Sale('Bern', 2), 'Bern/2');
    await session.saveChanges();
    const index = new IndexDefinition();
    index.name = 'Sales/Told';
    index.maps = new Set(["map('Sales', (s) => ({ city: s.city, n: 1 }))"]);
    index.reduce = 'groupBy((x) => x.city).aggregate((g) => ({ city: g.key, n: g.values.length }))';
    await store.maintenance.send(new PutIndexesOperation(index));
    expect(await raw("from index 'Sales/Told' where city = 'Bern'")).toMatchObject([{ n: 2 }]);
    const told = (query: string) =>
      requestJson('GET', `${cluster.node(0).url}/databases/${store.database}/indexes/debug?${query}`);
    expect(await told('op=entries-fields&name=sales/told')).toEqual(
      ['city', 'n'].map((Name) => ({ Name, FieldType: 'Static', ValueType: 'Term' })),
    );
    const ids = 'op=source-doc-ids&name=Sales/Told&startsWith=BERN/';
    expect(await told(ids)).toEqual({ Results: ['Bern/1', 'Bern/2'], Count: 2 });
    expect(await told(`${ids}&start=1&pageSize=1`)).toEqual({ Results: ['Bern/2'], Count: 1 });
    await expect(told('op=nope&name=Sales/Told')).rejects.toMatchObject({
      type: 'System.NotSupportedException',
    });
  });

  it('notes a group that can not be reduced, and keeps the others', async () => {
    const index = new IndexDefinition();
    index.name = 'Sales/Failing';
    index.maps = new Set(["map('Sales', (s) => ({ city: s.city, n: 1 }))"]);
    index.reduce =
      "groupBy((x) => ({ city: x.city })).aggregate((g) => { if (g.key.city === 'Rome') throw new Error('not Rome'); return { city: g.key.city, n: g.values.length }; })";
    await store.maintenance.send(new PutIndexesOperation(index));
    expect(await raw("from index 'Sales/Failing' where city = 'Oslo'")).toMatchObject([
      { city: 'Oslo', n: 2 },
    ]);
    expect(await raw("from index 'Sales/Failing' where city = 'Rome'")).toEqual([]);
    const [errors] = await store.maintenance.send(new GetIndexErrorsOperation(['Sales/Failing']));
    expect(errors?.errors[0]).toMatchObject({ action: 'Reduce', document: 'Reduce key: {"city":"Rome"}' });
    const { reduceAttempts, reduceSuccesses, reduceErrors, mapErrors } = await store.maintenance.send(
      new GetIndexStatisticsOperation('Sales/Failing'),
    );
    expect(mapErrors).toBe(0);
    expect(reduceErrors).toBeGreaterThan(0);
    expect(reduceSuccesses).toBeGreaterThan(0);
    expect(reduceAttempts).toBe((reduceSuccesses ?? 0) + (reduceErrors ?? 0));
  });
});
