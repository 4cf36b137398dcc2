import type { DocumentStore, IDocumentSession } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from '../http/support/one-node.ts';
import { Customer } from './model.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';

let node: OneNode;

beforeAll(async () => {
  node = await startOneNode();
});
afterAll(() => node.close());

const FROM_TRANSACTION = /^RAFT:\d+-[\w+/]{22},TRXN:\d+-[\w+/]{22}$/;

describe.each(OFFICIAL_CLIENTS)(
  'a cluster-wide session of the official client $version',
  ({ version, client }) => {
    const database = `transactions-${version.replaceAll('.', '-')}`;
    let store: DocumentStore;

    beforeAll(async () => {
      await node.createDatabase(database);
      store = new client.DocumentStore(node.url, database);
      store.initialize();
    });
    afterAll(() => store.dispose());

    const clusterWide = () => store.openSession({ transactionMode: 'ClusterWide' });
    const load = async (session: IDocumentSession, id: string) => {
      const found = await session.load<Customer>(id, Customer);
      if (found === null) throw new Error(`${id} is missing.`);
      return found;
    };

    it('stores documents and compare-exchange values together, and reads its writes', async () => {
      const session = clusterWide();
      const ada = new Customer('Ada', 'London');
      await session.store(ada, 'customers/ada');
      session.advanced.clusterTransaction.createCompareExchangeValue('mail/ada', 'customers/ada');
      await session.saveChanges();
      expect(session.advanced.getChangeVectorFor(ada)).toMatch(FROM_TRANSACTION);

      const reading = clusterWide();
      const found = await load(reading, 'customers/ada');
      expect(found).toMatchObject({ name: 'Ada' });
      expect(reading.advanced.getMetadataFor(found)['@flags']).toBe('FromClusterTransaction');
      const mail = await reading.advanced.clusterTransaction.getCompareExchangeValue<string>('mail/ada');
      expect(mail?.value).toBe('customers/ada');
      // Everybody else sees the same.
      expect(await load(store.openSession(), 'customers/ada')).toMatchObject({ city: 'London' });
    });

    it('writes nothing at all when a compare-exchange value is taken', async () => {
      const first = clusterWide();
      first.advanced.clusterTransaction.createCompareExchangeValue('mail/eve', 1);
      await first.saveChanges();
      const second = clusterWide();
      await second.store(new Customer('Eve'), 'customers/eve');
      second.advanced.clusterTransaction.createCompareExchangeValue('mail/eve', 2);
      await expect(second.saveChanges()).rejects.toMatchObject({
        name: 'ClusterTransactionConcurrencyException',
      });
      expect(await store.openSession().load('customers/eve')).toBeNull();
    });

    it('refuses the second of two sessions that change a document, and that create one', async () => {
      const creating = clusterWide();
      await creating.store(new Customer('Grace'), 'customers/grace');
      const twin = clusterWide();
      await twin.store(new Customer('Twin'), 'customers/grace');
      await creating.saveChanges();
      await expect(twin.saveChanges()).rejects.toMatchObject({
        name: 'ClusterTransactionConcurrencyException',
      });

      const [a, b] = [clusterWide(), clusterWide()];
      (await load(a, 'customers/grace')).city = 'A';
      (await load(b, 'customers/grace')).city = 'B';
      await a.saveChanges();
      await expect(b.saveChanges()).rejects.toMatchObject({ name: 'ClusterTransactionConcurrencyException' });
      expect((await load(store.openSession(), 'customers/grace')).city).toBe('A');
    });

    it('deletes, and creates anew, also what was deleted on one node alone', async () => {
      const create = async () => {
        const session = clusterWide();
        expect(await session.load('customers/linus')).toBeNull();
        await session.store(new Customer('Linus'), 'customers/linus');
        await session.saveChanges();
      };
      await create();
      const deleting = clusterWide();
      await deleting.delete(await load(deleting, 'customers/linus'));
      await deleting.saveChanges();
      await create();
      const plain = store.openSession();
      await plain.delete('customers/linus');
      await plain.saveChanges();
      await create();
      expect(await load(store.openSession(), 'customers/linus')).toMatchObject({ name: 'Linus' });
    });

    it('goes on from what was written on one node alone', async () => {
      const session = clusterWide();
      await session.store(new Customer('Mixed', 'first'), 'customers/mixed');
      await session.saveChanges();
      const plain = store.openSession();
      (await load(plain, 'customers/mixed')).city = 'plain';
      await plain.saveChanges();
      const again = clusterWide();
      const found = await load(again, 'customers/mixed');
      expect(found.city).toBe('plain');
      found.city = 'second';
      await again.saveChanges();
      expect((await load(store.openSession(), 'customers/mixed')).city).toBe('second');
    });

    it('changes and deletes compare-exchange values where they stand', async () => {
      const create = clusterWide();
      create.advanced.clusterTransaction.createCompareExchangeValue('count', 1);
      await create.saveChanges();
      const change = clusterWide();
      const count = await change.advanced.clusterTransaction.getCompareExchangeValue<number>('count');
      if (count === null) throw new Error('The value is missing.');
      count.value = 2;
      await change.saveChanges();
      const remove = clusterWide();
      const present = await remove.advanced.clusterTransaction.getCompareExchangeValue<number>('count');
      expect(present?.value).toBe(2);
      if (present !== null) remove.advanced.clusterTransaction.deleteCompareExchangeValue(present);
      await remove.saveChanges();
      expect(await clusterWide().advanced.clusterTransaction.getCompareExchangeValue('count')).toBeNull();
    });

    it('gets compare-exchange values with the documents and query results that name them, in one request', async () => {
      const filling = clusterWide();
      for (const name of ['a', 'b']) {
        await filling.store(new Customer(name, `mail/${version}/${name}`), `included/${name}`);
        filling.advanced.clusterTransaction.createCompareExchangeValue(`mail/${version}/${name}`, {
          of: name,
        });
      }
      await filling.saveChanges();

      const loading = clusterWide();
      await loading.load(['included/a', 'included/b'], {
        documentType: Customer,
        includes: (builder) => builder.includeCompareExchangeValue('city'),
      });
      const { clusterTransaction } = loading.advanced;
      const value = await clusterTransaction.getCompareExchangeValue<{ of: string }>(`mail/${version}/a`);
      expect(value?.value).toEqual({ of: 'a' });
      expect(loading.advanced.numberOfRequests).toBe(1);

      const querying = clusterWide();
      const found = await querying
        .query<Customer>({ collection: 'Customers', documentType: Customer })
        .whereStartsWith('id()', 'included/')
        .include((builder) => builder.includeCompareExchangeValue('city'))
        .all();
      expect(found).toHaveLength(2);
      const queried = await querying.advanced.clusterTransaction.getCompareExchangeValue<{ of: string }>(
        `mail/${version}/b`,
      );
      expect(queried?.value).toEqual({ of: 'b' });
      expect(querying.advanced.numberOfRequests).toBe(1);
    });
  },
);
