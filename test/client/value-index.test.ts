import {
  AbstractCsharpIndexCreationTask,
  AbstractJavaScriptIndexCreationTask,
  CreateDatabaseOperation,
  DeleteCompareExchangeValueOperation,
  DocumentStore,
  GetCompareExchangeValueOperation,
  PutCompareExchangeValueOperation,
  StartIndexingOperation,
  StopIndexingOperation,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

class Order {
  id?: string;
  readonly currency: string;
  readonly total: number;

  constructor(currency: string, total: number) {
    this.currency = currency;
    this.total = total;
  }
}

class ScriptPrices extends AbstractJavaScriptIndexCreationTask<Order, { price: number }> {
  constructor() {
    super();
    const { cmpxchg } = this.mapUtils();
    this.map(Order, (order) => ({
      price: order.total * (cmpxchg<{ rate: number }>(`rates/${order.currency}`).rate ?? 0),
    }));
  }
}

class LinqPrices extends AbstractCsharpIndexCreationTask {
  constructor() {
    super();
    this.map = `from order in docs.Orders
      let value = LoadCompareExchangeValue<Rate>("rates/" + order.currency)
      select new { price = order.total * (value.rate ?? 0) }`;
  }
}

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'values');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'values' }));
  const session = store.openSession();
  await session.store(new Order('eur', 2), 'orders/1');
  await session.store(new Order('usd', 3), 'orders/2');
  await session.saveChanges();
  await new ScriptPrices().execute(store);
  await new LinqPrices().execute(store);
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

/** Changes the value whatever stands there; undefined deletes it. */
async function setRate(currency: string, rate: number | undefined): Promise<void> {
  const key = `rates/${currency}`;
  const index = (await store.operations.send(new GetCompareExchangeValueOperation(key)))?.index ?? 0;
  const change =
    rate === undefined
      ? new DeleteCompareExchangeValueOperation(key, index)
      : new PutCompareExchangeValueOperation(key, { rate }, index);
  expect(await store.operations.send(change)).toMatchObject({ successful: true });
}

/** The orders of each price, by what both indexes say. */
async function ordersAt(price: number): Promise<readonly unknown[]> {
  const found = await Promise.all(
    [ScriptPrices, LinqPrices].map(async (index) => {
      const query = store.openSession().query<Order>({ index }).waitForNonStaleResults();
      return (
        await query
          .whereEquals('price' as never, price)
          .orderBy('id()' as never)
          .all()
      ).map(({ id }) => id);
    }),
  );
  expect(found[0]).toEqual(found[1]);
  return found[0] ?? [];
}

async function staleness(index: string): Promise<unknown> {
  const answer = await fetch(`${cluster.node(0).url}/databases/values/indexes/staleness?name=${index}`);
  return answer.json();
}

describe('indexes whose maps look up compare-exchange values', () => {
  it('follow values that appear, change and go, as soon as who changed them is told', async () => {
    expect(await ordersAt(0)).toEqual(['orders/1', 'orders/2']);
    await setRate('eur', 10);
    expect(await ordersAt(20)).toEqual(['orders/1']);
    await setRate('EUR', 11);
    await setRate('usd', 5);
    expect(await ordersAt(22)).toEqual(['orders/1']);
    expect(await ordersAt(15)).toEqual(['orders/2']);
    await setRate('usd', undefined);
    expect(await ordersAt(0)).toEqual(['orders/2']);
  });

  it('follow what cluster-wide transactions write', async () => {
    const session = store.openSession({ transactionMode: 'ClusterWide' });
    session.advanced.clusterTransaction.createCompareExchangeValue('rates/chf', { rate: 100 });
    await session.store(new Order('chf', 4), 'orders/3');
    await session.saveChanges();
    expect(await ordersAt(400)).toEqual(['orders/3']);
  });

  it('say that they are stale for a value, and go on after a crash from where they were', async () => {
    await ordersAt(0);
    await store.maintenance.send(new StopIndexingOperation());
    await setRate('eur', 12);
    expect(await staleness('ScriptPrices')).toMatchObject({
      IsStale: true,
      StalenessReasons: [
        expect.stringMatching(
          /^There are still some compare exchange references to process for collection 'Orders'\. The last compare exchange etag is '\d+', but last processed/,
        ),
      ],
    });
    await cluster.node(0).kill();
    await cluster.node(0).start();
    await store.maintenance.send(new StartIndexingOperation());
    expect(await ordersAt(24)).toEqual(['orders/1']);
    expect(await staleness('ScriptPrices')).toEqual({ IsStale: false, StalenessReasons: [] });
  });
});
