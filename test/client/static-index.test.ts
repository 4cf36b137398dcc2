import {
  AbstractJavaScriptIndexCreationTask,
  CreateDatabaseOperation,
  DeleteIndexErrorsOperation,
  DeleteIndexOperation,
  DisableIndexOperation,
  DocumentStore,
  EnableIndexOperation,
  GetIndexErrorsOperation,
  GetIndexNamesOperation,
  GetIndexOperation,
  GetIndexStatisticsOperation,
  GetTermsOperation,
  IndexDefinition,
  PutIndexesOperation,
  SetIndexesLockOperation,
  SetIndexesPriorityOperation,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

class Order {
  id?: string;
  readonly company: string;
  readonly lines: readonly { product: string; price: number; count: number }[];
  readonly note: string | null;

  constructor(company: string, lines: Order['lines'], note: string | null = null) {
    this.company = company;
    this.lines = lines;
    this.note = note;
  }
}

interface OrderEntry {
  company: string;
  total: number;
  products: string[];
  note: string;
}

class OrderTotals extends AbstractJavaScriptIndexCreationTask<Order, OrderEntry> {
  constructor() {
    super();
    this.map(Order, (order) => ({
      company: order.company,
      total: order.lines.reduce((sum, line) => sum + line.price * line.count, 0),
      products: order.lines.map((line) => line.product),
      note: order.note as string,
    }));
    this.index('note', 'Search');
    this.store('total', 'Yes');
  }
}

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'static-index');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'static-index' }));
  const session = store.openSession();
  await session.store(
    new Order('a', [{ product: 'tea', price: 2.5, count: 4 }], 'urgent, by night'),
    'orders/1',
  );
  await session.store(
    new Order('b', [
      { product: 'tea', price: 2.5, count: 1 },
      { product: 'cup', price: 4, count: 2 },
    ]),
    'orders/2',
  );
  await session.store(new Order('a', [], 'no hurry'), 'orders/3');
  await session.saveChanges();
  await new OrderTotals().execute(store);
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

const orders = () => store.openSession().query<Order>({ index: OrderTotals }).waitForNonStaleResults();
const ids = async (query: { all(): Promise<Order[]> }) => (await query.all()).map(({ id }) => id);

describe('a JavaScript index', () => {
  it('is asked by the fields that its map gives', async () => {
    expect(await ids(orders().whereGreaterThan('total' as never, 9))).toEqual(['orders/1', 'orders/2']);
    expect(await ids(orders().whereEquals('products' as never, 'cup'))).toEqual(['orders/2']);
    expect(await ids(orders().search('note', 'urgent hurry'))).toEqual(['orders/1', 'orders/3']);
    expect(await ids(orders().orderByDescending('total' as never, 'Double'))).toEqual([
      'orders/2',
      'orders/1',
      'orders/3',
    ]);
  });

  it('whose optional members are null, and which has others, is shown as the protocol has it', async () => {
    const url = `${cluster.node(0).url}/databases/static-index`;
    const sent = {
      Name: 'Sent',
      Maps: ["map('Orders', o => ({ note: o.note }))"],
      ...{ Reduce: null, AdditionalAssemblies: null, AdditionalSources: null, CompoundFields: null },
      ...{ Fields: null, Configuration: null, IndexType: null, Priority: null },
    };
    const put = await fetch(`${url}/admin/indexes`, {
      method: 'PUT',
      body: JSON.stringify({ Indexes: [sent] }),
    });
    expect(put.status).toBe(201);
    const got = await fetch(`${url}/indexes?name=Sent`);
    const { Results } = (await got.json()) as { Results: readonly Record<string, unknown>[] };
    expect(Results[0]).toMatchObject({
      ...{ Name: 'Sent', Type: 'JavaScriptMap', SourceType: 'Documents', Priority: 'Normal', Reduce: null },
      ...{ AdditionalAssemblies: [], AdditionalSources: {}, Fields: {}, Configuration: {} },
    });
    expect(Results[0]).not.toHaveProperty('IndexType');
    expect(Results[0]).not.toHaveProperty('CompoundFields');
    await store.maintenance.send(new DeleteIndexOperation('Sent'));
  });

  it('gives its terms in order, null among them', async () => {
    await ids(orders());
    const terms = (after: string | null, count: number) =>
      store.maintenance.send(new GetTermsOperation('OrderTotals', 'note', after as string, count));
    expect(await terms(null, 10)).toEqual(['NULL_VALUE', 'hurry', 'night', 'urgent']);
    expect(await terms('NULL_VALUE', 2)).toEqual(['hurry', 'night']);
    expect(await terms(null, 1)).toEqual(['NULL_VALUE']);
  });

  it('refuses a field that it does not have, by name', async () => {
    await expect(ids(orders().whereEquals('nope' as never, 1))).rejects.toThrow(
      "The field 'nope' is not indexed",
    );
  });

  it('keeps its compound fields, and answers what they are for', async () => {
    class ByCompanyAndTotal extends OrderTotals {
      constructor() {
        super();
        this.compoundField('company', 'total');
      }
    }
    await new ByCompanyAndTotal().execute(store);
    const kept = await store.maintenance.send(new GetIndexOperation('ByCompanyAndTotal'));
    expect(kept.compoundFields).toEqual([['company', 'total']]);
    const asked = store
      .openSession()
      .query<Order>({ index: ByCompanyAndTotal })
      .waitForNonStaleResults()
      .whereEquals('company', 'a')
      .orderByDescending('total' as never, 'Double');
    expect(await ids(asked)).toEqual(['orders/1', 'orders/3']);
    const odd = new IndexDefinition();
    odd.name = 'Odd';
    odd.maps = new Set(["map('Orders', o => ({ a: o.company }))"]);
    odd.compoundFields = [['a', 'b', 'c']];
    await expect(store.maintenance.send(new PutIndexesOperation(odd))).rejects.toThrow('list of pairs');
    await store.maintenance.send(new DeleteIndexOperation('ByCompanyAndTotal'));
  });

  it('follows changes and deletions', async () => {
    const session = store.openSession();
    await session.store(new Order('c', [{ product: 'pot', price: 30, count: 1 }]), 'orders/4');
    await session.saveChanges();
    expect(await ids(orders().whereEquals('company', 'c'))).toEqual(['orders/4']);
    await session.delete('orders/4');
    await session.saveChanges();
    expect(await ids(orders().whereEquals('company', 'c'))).toEqual([]);
  });

  it('that is changed answers as it was until the new one has caught up, then takes its place', async () => {
    const changed = new OrderTotals().createIndexDefinition();
    changed.maps = new Set(["map('Orders', (order) => ({ company: order.company + '!' }))"]);
    changed.name = 'OrderTotals';
    await store.maintenance.send(new PutIndexesOperation(changed));
    const replaced = async () => ids(orders().whereEquals('company', 'a!'));
    await expect.poll(replaced, { timeout: 20_000 }).toEqual(['orders/1', 'orders/3']);
    expect(await store.maintenance.send(new GetIndexNamesOperation(0, 10))).toEqual(['OrderTotals']);
  });

  it('that can not be read is refused, and nothing is changed', async () => {
    const broken = new IndexDefinition();
    broken.name = 'Broken';
    broken.maps = new Set(["map('Orders', (order) => ({ company: ", "map('Orders', o => o)"]);
    await expect(store.maintenance.send(new PutIndexesOperation(broken))).rejects.toThrow(
      'Failed to compile index',
    );
    expect(await store.maintenance.send(new GetIndexOperation('Broken'))).toBeUndefined();
  });

  it('notes the documents that its map fails for, and indexes the others', async () => {
    const failing = new IndexDefinition();
    failing.name = 'Failing';
    failing.maps = new Set([
      "map('Orders', (order) => { if (order.company === 'b') throw new Error('no b'); return { company: order.company }; })",
    ]);
    await store.maintenance.send(new PutIndexesOperation(failing));
    const query = store.openSession().query<Order>({ indexName: 'Failing' }).waitForNonStaleResults();
    expect(await ids(query.whereExists('company'))).toEqual(['orders/1', 'orders/3']);
    const [errors] = await store.maintenance.send(new GetIndexErrorsOperation(['Failing']));
    expect(errors?.errors[0]).toMatchObject({ document: 'orders/2', action: 'Map' });
    expect(errors?.errors[0]?.error).toContain('no b');
  });

  it('that is locked is not changed', async () => {
    await store.maintenance.send(new SetIndexesLockOperation('Failing', 'LockedIgnore'));
    const changed = new IndexDefinition();
    changed.name = 'Failing';
    changed.maps = new Set(["map('Orders', (order) => ({ other: 1 }))"]);
    await store.maintenance.send(new PutIndexesOperation(changed));
    const stored = await store.maintenance.send(new GetIndexOperation('Failing'));
    expect([...(stored?.maps ?? [])][0]).toContain('no b');
    await store.maintenance.send(new SetIndexesLockOperation('Failing', 'Unlock'));
    await store.maintenance.send(new DeleteIndexOperation('Failing'));
    expect(await store.maintenance.send(new GetIndexOperation('Failing'))).toBeUndefined();
  });
});

describe('a select with JavaScript', () => {
  const raw = <Result extends object>(rql: string) =>
    store.openSession().advanced.rawQuery<Result>(rql).waitForNonStaleResults();

  it('computes from the document, from parameters and declared functions', async () => {
    const rows = await raw<{ who: string; sum: number }>(
      "declare function sum(lines) { return lines.reduce((s, l) => s + l.price * l.count, 0); } from Orders as o where o.company = 'b' select { who: o.company + $end, sum: sum(o.lines), missing: o.nope.deeper }",
    )
      .addParameter('end', '!')
      .all();
    expect(rows).toEqual([expect.objectContaining({ who: 'b!', sum: 10.5, missing: null })]);
  });

  it('is stopped when it runs on, and says so', async () => {
    await expect(raw('from Orders as o select { x: (() => { while (true); })() }').all()).rejects.toThrow(
      'The script took longer than',
    );
    expect(await raw('from Orders').count()).toBe(3);
  });
});

class NotesOfParents extends AbstractJavaScriptIndexCreationTask<Order, { parentNote: string }> {
  constructor() {
    super();
    const { load } = this.mapUtils();
    this.map(Order, (order) => ({ parentNote: load<Order>(order.company, 'Orders').note as string }));
  }
}

describe('an index that loads other documents', () => {
  it('follows them, in both languages', async () => {
    const linq = new IndexDefinition();
    linq.name = 'LinqNotesOfParents';
    linq.maps = new Set([
      'from o in docs.Orders let parent = LoadDocument(o.company, "Orders") select new { parentNote = parent.note }',
    ]);
    await new NotesOfParents().execute(store);
    await store.maintenance.send(new PutIndexesOperation(linq));
    const session = store.openSession();
    await session.store(new Order('orders/parent', []), 'orders/child');
    await session.saveChanges();
    const found = async (note: string) =>
      Promise.all(
        ['NotesOfParents', 'LinqNotesOfParents'].map((indexName) =>
          ids(
            store
              .openSession()
              .query<Order>({ indexName })
              .waitForNonStaleResults()
              .whereEquals('parentNote' as never, note),
          ),
        ),
      );
    expect(await found('first')).toEqual([[], []]);
    await session.store(new Order('none', [], 'first'), 'orders/parent');
    await session.saveChanges();
    expect(await found('first')).toEqual([['orders/child'], ['orders/child']]);
    const statistics = await store.maintenance.send(new GetIndexStatisticsOperation('NotesOfParents'));
    expect(statistics).toMatchObject({ referencedCollections: ['Orders'], mapReferenceErrors: 0 });
    expect(statistics.mapReferenceAttempts).toBeGreaterThan(0);
    await session.delete('orders/parent');
    await session.saveChanges();
    expect(await found('first')).toEqual([[], []]);
  });
});

describe('an index that is disabled', () => {
  it('answers with what it has, stale, and goes on when it is enabled', async () => {
    const definition = new IndexDefinition();
    definition.name = 'Switched';
    definition.maps = new Set(["map('Orders', (order) => ({ company: order.company }))"]);
    await store.maintenance.send(new PutIndexesOperation(definition));
    const company = (name: string) =>
      store.openSession().query<Order>({ indexName: 'Switched' }).whereEquals('company', name);
    expect(await ids(company('b').waitForNonStaleResults())).toEqual(['orders/2']);
    await store.maintenance.send(new SetIndexesPriorityOperation('Switched', 'High'));
    await store.maintenance.send(new SetIndexesLockOperation('Switched', 'LockedIgnore'));
    await store.maintenance.send(new DisableIndexOperation('Switched'));
    const statistics = async () => store.maintenance.send(new GetIndexStatisticsOperation('Switched'));
    await expect.poll(async () => (await statistics()).state).toBe('Disabled');
    expect(await statistics()).toMatchObject({
      status: 'Disabled',
      lockMode: 'LockedIgnore',
      priority: 'High',
    });
    const session = store.openSession();
    await session.store(new Order('late', []), 'orders/late');
    await session.saveChanges();
    expect(await ids(company('b'))).toEqual(['orders/2']);
    expect(await ids(company('late'))).toEqual([]);
    const staleness = `/databases/static-index/indexes/staleness?name=Switched`;
    expect(await cluster.node(0).get(staleness)).toContain('"IsStale":true');
    await store.maintenance.send(new EnableIndexOperation('Switched'));
    expect(await ids(company('late').waitForNonStaleResults())).toEqual(['orders/late']);
    await session.delete('orders/late');
    await session.saveChanges();
  });

  it('may be one that a query made', async () => {
    const query = () =>
      store.openSession().query<Order>({ collection: 'Orders' }).whereEquals('company', 'b');
    expect(await ids(query().waitForNonStaleResults())).toEqual(['orders/2']);
    const name = 'Auto/Orders/Bycompany';
    const statistics = async () => store.maintenance.send(new GetIndexStatisticsOperation(name));
    await store.maintenance.send(new SetIndexesPriorityOperation(name, 'Low'));
    await store.maintenance.send(new DisableIndexOperation(name));
    await expect.poll(async () => (await statistics()).state).toBe('Disabled');
    expect(await statistics()).toMatchObject({ priority: 'Low', lockMode: 'Unlock' });
    await store.maintenance.send(new EnableIndexOperation(name));
    await expect.poll(async () => (await statistics()).state).toBe('Normal');
  });
});

describe('errors of an index', () => {
  it('are gone for good once they were cleared', async () => {
    const errors = async () =>
      (await store.maintenance.send(new GetIndexErrorsOperation(['Cleared'])))[0]?.errors;
    const failing = new IndexDefinition();
    failing.name = 'Cleared';
    failing.maps = new Set(["map('Orders', () => { throw new Error('never'); })"]);
    await store.maintenance.send(new PutIndexesOperation(failing));
    await expect.poll(async () => (await errors())?.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await store.maintenance.send(new DeleteIndexErrorsOperation(['Cleared']));
    expect(await errors()).toEqual([]);
    await cluster.node(0).kill();
    await cluster.node(0).start();
    await expect.poll(errors, { timeout: 20_000 }).toEqual([]);
  });
});

describe('a field that is indexed as it is', () => {
  it('is found by its very text, without being asked for exactly', async () => {
    const exact = new IndexDefinition();
    exact.name = 'Exact';
    exact.maps = new Set(["map('Orders', (order) => ({ note: order.note, company: order.company }))"]);
    exact.fields = { note: { indexing: 'Exact' } };
    await store.maintenance.send(new PutIndexesOperation(exact));
    const session = store.openSession();
    await session.store(new Order('Ada', [], 'New York'), 'orders/exact');
    await session.saveChanges();
    const found = async (where: string) =>
      ids(
        store
          .openSession()
          .advanced.rawQuery<Order>(`from index 'Exact' where ${where}`)
          .waitForNonStaleResults(),
      );
    const isFound = [
      "note = 'New York'",
      "exact(note = 'New York')",
      "note in ('New York')",
      "startsWith(note, 'New')",
    ];
    const others = [
      "endsWith(note, 'York')",
      "regex(note, '^New')",
      "note between 'New' and 'Newz'",
      "company = 'ada'",
    ];
    for (const where of [...isFound, ...others])
      expect([where, await found(where)]).toEqual([where, ['orders/exact']]);
    for (const where of ["note = 'new york'", "startsWith(note, 'new')", "endsWith(note, 'york')"]) {
      expect([where, await found(where)]).toEqual([where, []]);
    }
    await session.delete('orders/exact');
    await session.saveChanges();
  });
});
