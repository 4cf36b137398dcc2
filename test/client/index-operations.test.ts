import {
  CreateDatabaseOperation,
  DeleteIndexErrorsOperation,
  DeleteIndexOperation,
  DisableIndexOperation,
  DocumentStore,
  EnableIndexOperation,
  GetDatabaseRecordOperation,
  GetIndexErrorsOperation,
  GetIndexesOperation,
  GetIndexesStatisticsOperation,
  GetIndexingStatusOperation,
  GetIndexNamesOperation,
  GetIndexOperation,
  GetIndexStatisticsOperation,
  GetTermsOperation,
  IndexDefinition,
  IndexHasChangedOperation,
  PutIndexesOperation,
  type QueryStatistics,
  ResetIndexOperation,
  SetIndexesLockOperation,
  SetIndexesPriorityOperation,
  StartIndexingOperation,
  StartIndexOperation,
  StopIndexingOperation,
  StopIndexOperation,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from '../http/support/one-node.ts';

class Item {
  id?: string;
  readonly name: string;
  readonly size: number;

  constructor(name: string, size: number) {
    this.name = name;
    this.size = size;
  }
}

let node: OneNode;
let store: DocumentStore;

beforeAll(async () => {
  node = await startOneNode();
  store = new DocumentStore(node.url, 'operations');
  store.initialize();
  const settings = { 'Indexing.TimeBeforeDeletionOfSupersededAutoIndexInSec': '1' };
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'operations', settings }));
  const session = store.openSession();
  for (const [n, name] of ['one', 'two', 'three'].entries())
    await session.store(new Item(name, n), `items/${n}`);
  await session.saveChanges();
});
afterAll(async () => {
  store.dispose();
  await node.close();
});

const { send } = {
  send: <Result>(operation: Parameters<DocumentStore['maintenance']['send']>[0]) =>
    store.maintenance.send(operation) as Promise<Result>,
};

function definition(map: string): IndexDefinition {
  const index = new IndexDefinition();
  index.name = 'Items/ByName';
  index.maps = new Set([map]);
  return index;
}

const MAP = "map('Items', (i) => ({ name: i.name }))";

/** How many items have the name, by the index. */
async function count(name: string, isCurrent = true): Promise<number> {
  const query = store.openSession().query<Item>({ indexName: 'Items/ByName' }).whereEquals('name', name);
  return (isCurrent ? query.waitForNonStaleResults() : query).count();
}

describe('every operation of the client on indexes', () => {
  it('puts one, tells whether another differs, and shows it', async () => {
    expect(await send(new IndexHasChangedOperation(definition(MAP)))).toBe(true);
    await send(new PutIndexesOperation(definition(MAP)));
    expect(await send(new IndexHasChangedOperation(definition(MAP)))).toBe(false);
    expect(await send(new IndexHasChangedOperation(definition(MAP.replace('i.name', 'i.size'))))).toBe(true);
    expect(await send(new GetIndexNamesOperation(0, 10))).toEqual(['Items/ByName']);
    expect(await send(new GetIndexOperation('Items/ByName'))).toMatchObject({
      name: 'Items/ByName',
      lockMode: 'Unlock',
    });
    expect(await send(new GetIndexesOperation(0, 10))).toMatchObject([{ name: 'Items/ByName' }]);
    expect(await count('two')).toBe(1);
    expect(await send(new GetTermsOperation('Items/ByName', 'name', null as never, 10))).toEqual([
      'one',
      'three',
      'two',
    ]);
  });

  it('stops and starts one, or all, and says which run', async () => {
    const status = async () =>
      send<{ status: string; indexes: { status: string }[] }>(new GetIndexingStatusOperation());
    expect(await status()).toMatchObject({
      status: 'Running',
      indexes: [{ name: 'Items/ByName', status: 'Running' }],
    });
    await send(new StopIndexOperation('Items/ByName'));
    expect(await status()).toMatchObject({ indexes: [{ status: 'Paused' }] });
    const session = store.openSession();
    await session.store(new Item('four', 4), 'items/4');
    await session.saveChanges();
    expect(await count('four', false)).toBe(0);
    await send(new StartIndexOperation('Items/ByName'));
    expect(await count('four')).toBe(1);
    await send(new StopIndexingOperation());
    expect(await status()).toMatchObject({ status: 'Paused' });
    await send(new StartIndexingOperation());
    expect(await status()).toMatchObject({ status: 'Running' });
  });

  it('disables and enables one, and sets its priority and lock', async () => {
    const state = async () => (await send<IndexDefinition>(new GetIndexOperation('Items/ByName'))) as object;
    await send(new DisableIndexOperation('Items/ByName'));
    expect(await state()).toMatchObject({ state: 'Disabled' });
    await send(new EnableIndexOperation('Items/ByName'));
    await send(new SetIndexesPriorityOperation('Items/ByName', 'High'));
    await send(new SetIndexesLockOperation('Items/ByName', 'LockedError'));
    expect(await state()).toMatchObject({ state: 'Normal', priority: 'High', lockMode: 'LockedError' });
    await expect(send(new DeleteIndexOperation('Items/ByName'))).rejects.toThrow('LockedError');
    await send(new SetIndexesLockOperation('Items/ByName', 'Unlock'));
  });

  it('gives figures of one and of all', async () => {
    await count('four');
    const shown = {
      name: 'Items/ByName',
      entriesCount: 4,
      mapAttempts: 4,
      priority: 'High',
    };
    const one = await send<object>(new GetIndexStatisticsOperation('Items/ByName'));
    const all = await send<object[]>(new GetIndexesStatisticsOperation());
    expect(one).toMatchObject(shown);
    expect(all).toMatchObject([shown]);
  });

  it('notes errors, forgets them, makes an index again, and deletes it', async () => {
    await send(new PutIndexesOperation(definition(MAP.replace('({', '(i.size === 1 ? i.nope() : { '))));
    const errors = async () => {
      const found = await send<{ name: string; errors: unknown[] }[]>(
        new GetIndexErrorsOperation(['Items/ByName']),
      );
      return found.flatMap((index) => index.errors).length;
    };
    await expect.poll(errors, { timeout: 20_000 }).toBe(1);
    await send(new DeleteIndexErrorsOperation(['Items/ByName']));
    expect(await errors()).toBe(0);
    await send(new ResetIndexOperation('Items/ByName'));
    expect(await count('three')).toBe(1);
    expect(await errors()).toBe(1);
    await send(new DeleteIndexOperation('Items/ByName'));
    expect(await send(new GetIndexNamesOperation(0, 10))).toEqual([]);
  });
});

interface Shown {
  readonly History: readonly { readonly Definition: { readonly Maps: readonly string[] } }[];
}

describe('the history of an index', () => {
  it('tells the definitions that it had, so that one of them can be put again', async () => {
    const other = MAP.replace('i.name', 'i.size');
    for (const map of [MAP, other]) await send(new PutIndexesOperation(definition(map)));
    const history = async () => {
      const answer = await fetch(`${node.url}/databases/operations/indexes/history?name=items/byname`);
      return { status: answer.status, body: answer.ok ? ((await answer.json()) as Shown) : null };
    };
    const { body } = await history();
    expect(body).toMatchObject({
      Index: 'items/byname',
      History: [{ Source: 'A', RollingDeployment: {} }, {}],
    });
    const maps = body?.History.map(({ Definition }) => Definition.Maps[0]) ?? [];
    expect(maps).toEqual([other, MAP]);
    const former = Object.assign(new IndexDefinition(), { name: 'Items/ByName', maps: new Set([maps[1]]) });
    await send(new PutIndexesOperation(former));
    // Until it is made, the index that it replaces answers.
    await expect.poll(() => count('three'), { timeout: 20_000 }).toBe(1);
    const record = await store.maintenance.server.send(new GetDatabaseRecordOperation('operations'));
    expect(record).toMatchObject({ indexesHistory: { 'Items/ByName': [{}, {}, {}] } });
    await send(new DeleteIndexOperation('Items/ByName'));
    expect((await history()).status).toBe(404);
  });
});

describe('auto indexes of one collection', () => {
  it('become one: the wider takes the place of the narrower, whose queries it answers', async () => {
    const indexOf = async (where: (query: ReturnType<typeof items>) => void): Promise<string> => {
      const query = items();
      where(query);
      let statistics: QueryStatistics | undefined;
      await query
        .statistics((found) => {
          statistics = found;
        })
        .all();
      return statistics?.indexName ?? '';
    };
    const items = () => store.openSession().query<Item>({ collection: 'Items' }).waitForNonStaleResults();
    const byName = () => indexOf((query) => query.whereEquals('name', 'one'));
    const bySize = () => indexOf((query) => query.whereEquals('size', 1));
    expect(await byName()).toBe('Auto/Items/Byname');
    expect(await bySize()).toBe('Auto/Items/BynameAndsize');
    const names = () => send(new GetIndexNamesOperation(0, 10));
    await expect.poll(names, { timeout: 20_000 }).toEqual(['Auto/Items/BynameAndsize']);
    expect(await byName()).toBe('Auto/Items/BynameAndsize');
    expect(await items().whereEquals('name', 'one').whereEquals('size', 0).count()).toBe(1);
    expect(await names()).toEqual(['Auto/Items/BynameAndsize']);
  });
});
