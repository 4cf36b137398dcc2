import type { DocumentStore } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { Customer, Order } from './model.ts';
import { OFFICIAL_CLIENTS, storeOfNew } from './official-clients.ts';

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
});
afterAll(() => cluster.dispose());

describe.each(OFFICIAL_CLIENTS)('a session of the official client $version', ({ version, client }) => {
  const database = `session-${version.replaceAll('.', '-')}`;
  let store: DocumentStore;

  beforeAll(async () => {
    store = await storeOfNew(database, client, cluster.node(0).url);
  });
  afterAll(() => store.dispose());

  it('stores, loads, changes and deletes documents, one batch for all changes', async () => {
    const writing = store.openSession();
    const ada = new Customer('Ada', 'London');
    await writing.store(ada, 'customers/ada');
    await writing.store(new Customer('Grace'), 'customers/grace');
    await writing.saveChanges();
    expect(writing.advanced.numberOfRequests).toBe(1);
    expect(writing.advanced.getChangeVectorFor(ada)).toMatch(/^A:\d+-[\w+/]{22}$/);

    const changing = store.openSession();
    const loaded = await changing.load<Customer>('customers/ada', Customer);
    expect(loaded).toBeInstanceOf(Customer);
    if (loaded === null) throw new Error('customers/ada is missing.');
    expect(changing.advanced.getMetadataFor(loaded)['@collection']).toBe('Customers');
    loaded.city = 'Paris';
    await changing.delete('customers/grace');
    await changing.saveChanges();

    const reading = store.openSession();
    const both = await reading.load<Customer>(['customers/ada', 'customers/grace'], Customer);
    expect(both['customers/ada']?.city).toBe('Paris');
    expect(both['customers/grace']).toBeNull();
    expect(await reading.advanced.exists('customers/grace')).toBe(false);
  });

  it('keeps text of every script, large numbers as far as JavaScript can, and empty values', async () => {
    const text = 'Ä 日本 🏔 "quotes" \\ \u0001 \u2028';
    const document = { text, list: [], nothing: null, nested: { deep: [1, 2.5, -0.1, 9007199254740991] } };
    const writing = store.openSession();
    await writing.store({ ...document }, 'odd/Ünïcode 日本');
    await writing.saveChanges();
    const read = await store.openSession().load('odd/Ünïcode 日本');
    expect(read).toMatchObject(document);
  });

  it('finds ids whatever their case, and gives the case they were stored in', async () => {
    const writing = store.openSession();
    await writing.store(new Customer('Case'), 'Customers/MiXed');
    await writing.saveChanges();
    const session = store.openSession();
    const found = await session.load<Customer>('customers/mixed', Customer);
    expect(found?.name).toBe('Case');
    if (found !== null) expect(session.advanced.getMetadataFor(found)['@id']).toBe('Customers/MiXed');
  });

  it('loads what a document refers to in the same request', async () => {
    const writing = store.openSession();
    await writing.store(new Customer('Linus'), 'customers/linus');
    await writing.store(new Order('customers/linus', 12), 'orders/1');
    await writing.store(new Order('customers/nobody', 13), 'orders/2');
    await writing.saveChanges();
    const reading = store.openSession();
    const order = await reading.include('customerId').load<Order>('orders/1', Order);
    const customer = await reading.load<Customer>(order?.customerId ?? '', Customer);
    expect(customer?.name).toBe('Linus');
    expect(reading.advanced.numberOfRequests).toBe(1);
    const dangling = await reading.load<Order>('orders/2', {
      includes: (builder) => builder.includeDocuments('customerId'),
      documentType: Order,
    });
    expect(await reading.load(dangling?.customerId ?? '')).toBeNull();
  });

  it('refuses the later of two sessions that change one document when asked to', async () => {
    const first = store.openSession();
    await first.store(new Customer('Original'), 'customers/contended');
    await first.saveChanges();
    const slow = store.openSession();
    slow.advanced.useOptimisticConcurrency = true;
    const seen = await slow.load<Customer>('customers/contended', Customer);
    const quick = store.openSession();
    const changed = await quick.load<Customer>('customers/contended', Customer);
    if (seen === null || changed === null) throw new Error('customers/contended is missing.');
    changed.name = 'Quick';
    await quick.saveChanges();
    seen.name = 'Slow';
    await expect(slow.saveChanges()).rejects.toMatchObject({ name: 'ConcurrencyException' });
    const fresh = store.openSession();
    fresh.advanced.useOptimisticConcurrency = true;
    await fresh.store(new Customer('Intruder'), 'customers/contended');
    await expect(fresh.saveChanges()).rejects.toMatchObject({ name: 'ConcurrencyException' });
    expect((await store.openSession().load<Customer>('customers/contended', Customer))?.name).toBe('Quick');
  });

  it('writes all changes of a session or none', async () => {
    const session = store.openSession();
    await session.store(new Customer('Half'), 'customers/half');
    session.advanced.defer(new client.DeleteCommandData('customers/ada', 'A:1-AAAAAAAAAAAAAAAAAAAAAA'));
    await expect(session.saveChanges()).rejects.toMatchObject({ name: 'ConcurrencyException' });
    expect(await store.openSession().load('customers/half')).toBeNull();
  });

  it('hands out ids by HiLo: unique over stores, with few questions to the server', async () => {
    const other = new client.DocumentStore(cluster.node(0).url, database);
    other.initialize();
    const ids = new Set<string>();
    for (const each of [store, other]) {
      const session = each.openSession();
      const orders = Array.from({ length: 40 }, (_, i) => new Order('customers/ada', i));
      for (const order of orders) await session.store(order);
      await session.saveChanges();
      for (const { id } of orders) ids.add(id ?? '');
    }
    other.dispose();
    expect(ids.size).toBe(80);
    for (const id of ids) expect(id).toMatch(/^orders\/\d+-A$/);
    const hilo = await store.openSession().load<{ Max: number }>('Raven/Hilo/orders');
    expect(hilo).not.toBeNull();
  });

  it('hands out identities that the whole cluster agrees on, and ids made by the server', async () => {
    const session = store.openSession();
    const invoices = [new Order('a', 1), new Order('b', 2)];
    for (const invoice of invoices) {
      await session.store(invoice, 'invoices|');
      await session.saveChanges();
    }
    expect(invoices.map((invoice) => session.advanced.getDocumentId(invoice))).toEqual([
      'invoices/1',
      'invoices/2',
    ]);
    const numbered = new Order('c', 3);
    await session.store(numbered, 'receipts/');
    await session.saveChanges();
    expect(session.advanced.getDocumentId(numbered)).toMatch(/^receipts\/\d{19}-A$/);
  });

  it('pages through ids that start with a text, by pattern, in order', async () => {
    const writing = store.openSession();
    for (let i = 0; i < 25; i++)
      await writing.store(new Customer(`n${i}`), `pages/${String(i).padStart(3, '0')}`);
    await writing.saveChanges();
    const names = async (options: object) => {
      const { advanced } = store.openSession();
      const found = await advanced.loadStartingWith<Customer>('pages/', {
        documentType: Customer,
        ...options,
      });
      return found.map(({ name }) => name);
    };
    expect(await names({ start: 20, pageSize: 10 })).toEqual(['n20', 'n21', 'n22', 'n23', 'n24']);
    expect(await names({ matches: '00?' })).toHaveLength(10);
    expect(await names({ matches: '01*', exclude: '*5' })).toEqual([
      'n10',
      'n11',
      'n12',
      'n13',
      'n14',
      'n16',
      'n17',
      'n18',
      'n19',
    ]);
    expect(await names({ startAfter: 'pages/022' })).toEqual(['n23', 'n24']);
  });

  it('loads lazily in one request, a missing document too', async () => {
    const session = store.openSession();
    const present = session.advanced.lazily.load<Customer>('customers/ada', Customer);
    const missing = session.advanced.lazily.load<Customer>('customers/nobody', Customer);
    await session.advanced.eagerly.executeAllPendingLazyOperations();
    expect((await present.getValue())?.name).toBe('Ada');
    expect(await missing.getValue()).toBeNull();
    expect(session.advanced.numberOfRequests).toBe(1);
  });

  it('is answered from the cache of the client when nothing has changed, and afresh when it has', async () => {
    const read = async () => (await store.openSession().load<Customer>('customers/cached', Customer))?.name;
    const write = async (name: string) => {
      const session = store.openSession();
      await session.store(new Customer(name), 'customers/cached');
      await session.saveChanges();
    };
    expect(await read()).toBeUndefined();
    await write('one');
    expect([await read(), await read()]).toEqual(['one', 'one']);
    await write('two');
    expect(await read()).toBe('two');
  });

  it('bulk inserts thousands of documents, with ids given and ids of HiLo', async () => {
    const bulk = store.bulkInsert();
    for (let i = 0; i < 5_000; i++)
      await bulk.store(new Customer(`bulk ${i}`, 'ß'.repeat(i % 50)), `bulk/${i}`);
    const own = new Order('bulk/1', 1);
    await bulk.store(own);
    await bulk.finish();
    expect(own.id).toMatch(/^orders\/\d+-A$/);
    const session = store.openSession();
    const last = await session.load<Customer>('bulk/4999', Customer);
    expect(last).toMatchObject({ name: 'bulk 4999', city: 'ß'.repeat(49) });
    const counts = await store.maintenance.send(new client.GetCollectionStatisticsOperation());
    expect(counts.collections.Customers).toBeGreaterThanOrEqual(5_000);
  });

  it('stops a bulk insert that is aborted, and takes the next one', async () => {
    const aborted = store.bulkInsert();
    // Enough to be on its way: the clients can't abort what the server has not heard of.
    for (let i = 0; i < 3_000; i++) await aborted.store(new Customer('x'.repeat(1000)), `aborted/${i}`);
    await aborted.abort();
    await expect(aborted.finish()).rejects.toMatchObject({ name: 'BulkInsertAbortedException' });
    const next = store.bulkInsert();
    await next.store(new Customer('Next'), 'bulk/next');
    await next.finish();
    expect(await store.openSession().load('bulk/next')).not.toBeNull();
  });
});
