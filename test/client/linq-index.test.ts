import {
  AbstractCsharpIndexCreationTask,
  AbstractCsharpMultiMapIndexCreationTask,
  CreateDatabaseOperation,
  DocumentStore,
  GetIndexErrorsOperation,
  GetIndexesOperation,
  GetIndexOperation,
  GetIndexStatisticsOperation,
  IndexDefinition,
  PutIndexesOperation,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

class Order {
  id?: string;
  readonly company: string;
  readonly when: string;
  readonly lines: readonly { product: string; price: number; count: number }[];
  readonly note: string | null;

  constructor(company: string, when: string, lines: Order['lines'], note: string | null = null) {
    this.company = company;
    this.when = when;
    this.lines = lines;
    this.note = note;
  }
}

class Company {
  id?: string;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

class OrderTotals extends AbstractCsharpIndexCreationTask {
  constructor() {
    super();
    this.map = `from order in docs.Orders
      let total = order.lines.Sum(l => l.price * l.count)
      select new {
        company = order.company.ToUpper(),
        total,
        year = order.when.Year,
        products = order.lines.Select(l => l.product),
        note = order.note
      }`;
    this.index('note', 'Search');
  }
}

class OrderLines extends AbstractCsharpIndexCreationTask {
  constructor() {
    super();
    this.map =
      'docs.Orders.SelectMany(o => o.lines, (o, l) => new { l.product, amount = l.price * l.count, n = 1 })';
  }
}

class SalesByProduct extends AbstractCsharpIndexCreationTask {
  constructor() {
    super();
    this.map =
      'docs.Orders.SelectMany(o => o.lines, (o, l) => new { product = l.product, amount = l.price * l.count, n = 1, average = 0 })';
    this.reduce = `results.GroupBy(r => r.product).Select(g => new {
      product = g.Key,
      amount = Enumerable.Sum(g, x => ((double) x.amount)),
      n = Enumerable.Sum(g, x => ((int) x.n)),
      average = g.Sum(x => x.amount) / g.Sum(x => x.n)
    })`;
  }
}

class Names extends AbstractCsharpMultiMapIndexCreationTask {
  constructor() {
    super();
    this.addMap('from o in docs.Orders select new { name = o.company }');
    this.addMap('from c in docs.Companies select new { c.name }');
  }
}

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'linq-index');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'linq-index' }));
  const session = store.openSession();
  const tea = { product: 'tea', price: 2.5, count: 4 };
  await session.store(new Order('a', '2019-12-31T00:00:00.0000000', [tea], 'urgent, by night'), 'orders/1');
  await session.store(
    new Order('b', '2020-01-01T00:00:00.0000000', [
      { product: 'tea', price: 2.5, count: 1 },
      { product: 'cup', price: 4, count: 2 },
    ]),
    'orders/2',
  );
  await session.store(new Order('a', '2020-05-05T00:00:00.0000000', [], 'no hurry'), 'orders/3');
  await session.store(new Company('a'), 'companies/1');
  await session.saveChanges();
  for (const index of [new OrderTotals(), new OrderLines(), new SalesByProduct(), new Names()]) {
    await index.execute(store);
  }
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

const raw = (rql: string) =>
  store.openSession().advanced.rawQuery<Record<string, unknown>>(rql).waitForNonStaleResults().all();

async function put(name: string, maps: readonly string[], reduce?: string): Promise<void> {
  const index = new IndexDefinition();
  index.name = name;
  index.maps = new Set(maps);
  if (reduce !== undefined) index.reduce = reduce;
  await store.maintenance.send(new PutIndexesOperation(index));
}

describe('an index written in C#', () => {
  it('is asked by the fields that its map gives', async () => {
    const orders = () => store.openSession().query<Order>({ index: OrderTotals }).waitForNonStaleResults();
    const ids = async (query: { all(): Promise<Order[]> }) => (await query.all()).map(({ id }) => id);
    expect(await ids(orders().whereGreaterThan('total' as never, 10))).toEqual(['orders/2']);
    expect(await ids(orders().whereEquals('company', 'A'))).toEqual(['orders/1', 'orders/3']);
    expect(await ids(orders().whereEquals('year' as never, 2020))).toEqual(['orders/2', 'orders/3']);
    expect(await ids(orders().whereEquals('products' as never, 'cup'))).toEqual(['orders/2']);
    expect(await ids(orders().search('note', 'urgent hurry'))).toEqual(['orders/1', 'orders/3']);
    expect(await ids(orders().orderByDescending('total' as never, 'Double'))).toEqual([
      'orders/2',
      'orders/1',
      'orders/3',
    ]);
  });

  it('makes as many entries of a document as its map gives', async () => {
    const lines = (where: string) => raw(`from index 'OrderLines' where ${where}`);
    expect(await lines("product = 'tea'")).toHaveLength(2);
    expect(await lines("product = 'tea' and amount > 5")).toMatchObject([{ company: 'a' }]);
    expect(await lines("product = 'cup' and amount = 8")).toMatchObject([{ company: 'b' }]);
    expect(await lines("product = 'cup' and amount = 2.5")).toEqual([]);
  });

  it('reduces groups, and follows changes', async () => {
    const tea = () => raw("from index 'SalesByProduct' where product = 'tea'");
    expect(await tea()).toMatchObject([{ product: 'tea', amount: 12.5, n: 2, average: 6.25 }]);
    const session = store.openSession();
    await session.store(
      new Order('c', '2021-01-01T00:00:00.0000000', [{ product: 'tea', price: 1, count: 1 }]),
      'orders/4',
    );
    await session.saveChanges();
    expect(await tea()).toMatchObject([{ product: 'tea', amount: 13.5, n: 3, average: 4.5 }]);
    await session.delete('orders/4');
    await session.saveChanges();
    expect(await tea()).toMatchObject([{ product: 'tea', amount: 12.5, n: 2 }]);
  });

  it('may map several collections, in both languages', async () => {
    const all = await raw("from index 'Names' where name = 'a'");
    expect(all).toHaveLength(3);
    await put('Mixed', [
      'from o in docs.Orders select new { name = o.company }',
      "map('Companies', (c) => ({ name: c.name }))",
    ]);
    expect(await raw("from index 'Mixed' where name = 'a'")).toHaveLength(3);
  });

  it('may name fields by what the documents hold', async () => {
    await put('Dynamic', [
      'from o in docs.Orders select new { o.company, _ = o.lines.Select(l => CreateField("count_" + l.product, l.count)) }',
    ]);
    expect(await raw("from index 'Dynamic' where count_cup = 2")).toMatchObject([{ company: 'b' }]);
  });

  it('has the fields that its text names, even where no document has them', async () => {
    await put('Sparse', ['from o in docs.Orders select new { o.company, o.phone }']);
    expect(await raw("from index 'Sparse' where phone = '1' order by phone")).toEqual([]);
    await expect(raw("from index 'Sparse' where nope = '1'")).rejects.toThrow(
      "The field 'nope' is not indexed",
    );
  });

  it('is shown with its type and its texts', async () => {
    const indexes = await store.maintenance.send(new GetIndexesOperation(0, 20));
    const types = Object.fromEntries(indexes.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({ OrderTotals: 'Map', SalesByProduct: 'MapReduce', Names: 'Map' });
    const statistics = await store.maintenance.send(new GetIndexStatisticsOperation('SalesByProduct'));
    expect(statistics.type).toBe('MapReduce');
    const stored = await store.maintenance.send(new GetIndexOperation('OrderTotals'));
    expect([...(stored?.maps ?? [])]).toEqual([new OrderTotals().map]);
  });

  it('that can not be compiled is refused with the text and the place', async () => {
    const refused = put('Broken', ['from o in docs.Orders\nselect new { a = Nope }']);
    await expect(refused).rejects.toMatchObject({ name: 'IndexCompilationException' });
    await expect(refused).rejects.toThrow("(2,18): The name 'Nope' does not exist in the current context.");
    await expect(refused).rejects.toThrow("IndexDefinitionProperty='Maps'");
    await expect(
      put(
        'Broken',
        ['from o in docs.Orders select new { o.company }'],
        'from r in results select new { r.company }',
      ),
    ).rejects.toThrow("IndexDefinitionProperty='Reduce'");
    expect(await store.maintenance.send(new GetIndexOperation('Broken'))).toBeUndefined();
  });

  it('notes the documents that its map fails for, and indexes the others', async () => {
    await put('Failing', ['from o in docs.Orders select new { o.company, first = o.lines.First().product }']);
    expect(await raw("from index 'Failing' where exists(company)")).toHaveLength(2);
    const [errors] = await store.maintenance.send(new GetIndexErrorsOperation(['Failing']));
    expect(errors?.errors[0]).toMatchObject({ document: 'orders/3', action: 'Map' });
    expect(errors?.errors[0]?.error).toContain('the list has no such item');
  });
});
