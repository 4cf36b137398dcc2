import {
  CreateDatabaseOperation,
  DeleteIndexOperation,
  DocumentStore,
  GetIndexErrorsOperation,
  GetIndexesOperation,
  GetIndexNamesOperation,
  GetIndexStatisticsOperation,
  GetStatisticsOperation,
  GetTermsOperation,
  ResetIndexOperation,
  StartIndexingOperation,
  StopIndexingOperation,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

class Item {
  id?: string;
  readonly name: string;
  readonly size: number;

  constructor(name: string, size: number) {
    this.name = name;
    this.size = size;
  }
}

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'index-admin');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'index-admin' }));
  const bulk = store.bulkInsert();
  for (let n = 0; n < 500; n++) {
    await bulk.store(new Item(`item ${n % 10}`, n), `items/${n}`);
  }
  await bulk.finish();
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

const named = (name: string) =>
  store.openSession().query<Item>({ collection: 'Items' }).waitForNonStaleResults().whereEquals('name', name);

describe('the auto index of a query', () => {
  it('is named by its fields, widened by a query with more of them, and shown with its figures', async () => {
    expect(await named('item 3').count()).toBe(50);
    expect(await store.maintenance.send(new GetIndexNamesOperation(0, 10))).toEqual(['Auto/Items/Byname']);
    expect(await named('item 3').whereGreaterThan('size', 250).count()).toBe(25);
    const names = await store.maintenance.send(new GetIndexNamesOperation(0, 10));
    expect(names).toContain('Auto/Items/BynameAndsize');
    const statistics = await store.maintenance.send(
      new GetIndexStatisticsOperation('Auto/Items/BynameAndsize'),
    );
    expect(statistics).toMatchObject({
      entriesCount: 500,
      errorsCount: 0,
      status: 'Running',
      type: 'AutoMap',
    });
    const [definition] = await store.maintenance.send(new GetIndexesOperation(0, 10));
    expect(definition?.name).toBe('Auto/Items/Byname');
    expect(await store.maintenance.send(new GetIndexErrorsOperation())).toEqual(
      names.map((name) => expect.objectContaining({ name, errors: [] })),
    );
    const database = await store.maintenance.send(new GetStatisticsOperation());
    expect(database.countOfIndexes).toBe(names.length);
  });

  it('gives its terms in order', async () => {
    const terms = new GetTermsOperation('Auto/Items/Byname', 'name', 'item 3', 3);
    expect(await store.maintenance.send(terms)).toEqual(['item 4', 'item 5', 'item 6']);
  });

  it('is stale while it is stopped, and catches up when it is started again', async () => {
    await store.maintenance.send(new StopIndexingOperation());
    const session = store.openSession();
    await session.store(new Item('item new', 1), 'items/new');
    await session.saveChanges();
    const stale = store.openSession().query<Item>({ collection: 'Items' }).whereEquals('name', 'item new');
    expect(await stale.count()).toBe(0);
    await store.maintenance.send(new StartIndexingOperation());
    expect(await named('item new').count()).toBe(1);
  });

  it('is made again when it is reset, and anew when it was deleted', async () => {
    await store.maintenance.send(new ResetIndexOperation('Auto/Items/BynameAndsize'));
    expect(await named('item 3').count()).toBe(50);
    for (const name of await store.maintenance.send(new GetIndexNamesOperation(0, 10))) {
      await store.maintenance.send(new DeleteIndexOperation(name));
    }
    expect(await store.maintenance.send(new GetIndexNamesOperation(0, 10))).toEqual([]);
    expect(await named('item 3').count()).toBe(50);
  });

  it('is there again after a kill, with everything that was acknowledged', async () => {
    await cluster.node(0).kill();
    await cluster.node(0).start();
    expect(await named('item 3').count()).toBe(50);
    expect(await named('item new').count()).toBe(1);
  });
});

describe('a write that waits for indexes', () => {
  it('is in them when it is answered', async () => {
    expect(await named('item 3').count()).toBe(50);
    for (let n = 0; n < 5; n++) {
      const session = store.openSession();
      session.advanced.waitForIndexesAfterSaveChanges();
      await session.store(new Item('item waited', n), `waited/${n}`);
      await session.saveChanges();
      const count = await store
        .openSession()
        .query<Item>({ collection: 'Items' })
        .whereEquals('name', 'item waited')
        .count();
      expect(count).toBe(n + 1);
    }
  });

  it('says so when they do not get there in time', async () => {
    await store.maintenance.send(new StopIndexingOperation());
    const session = store.openSession();
    session.advanced.waitForIndexesAfterSaveChanges({ timeout: 200, throwOnTimeout: true } as never);
    await session.store(new Item('item late', 1), 'late/1');
    await expect(session.saveChanges()).rejects.toThrow('could not verify that');
    await store.maintenance.send(new StartIndexingOperation());
    expect(await named('item late').count()).toBe(1);
  });
});
