import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseRequests } from './support/database-requests.ts';
import { type OneNode, startOneNode } from './support/one-node.ts';

let node: OneNode;
let shop: DatabaseRequests;

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  shop = new DatabaseRequests(node, 'shop');
  for (const n of [1, 2, 3]) await shop.put(`orders/${n}`, 'Orders', { n, city: n < 3 ? 'Haifa' : 'Rome' });
  await shop.put('companies/1', 'Companies', { n: 9 });
});
afterAll(() => node.close());

interface Tried {
  readonly IndexEntries: readonly Record<string, unknown>[];
  readonly QueryResults: readonly Record<string, unknown>[];
  readonly MapResults: readonly unknown[];
  readonly ReduceResults: readonly unknown[];
  readonly HasDynamicFields: boolean;
  readonly IsStale: boolean;
  readonly IndexType: string;
  readonly Errors: readonly Record<string, unknown>[];
}

async function tried(body: unknown) {
  const { status, body: text } = await shop.at('/indexes/test', 'POST', body);
  const answer = JSON.parse(text) as Tried & { readonly Type?: string; readonly Message?: string };
  return {
    status,
    answer,
    ids: answer.QueryResults?.map((one) => (one['@metadata'] as { '@id': string })?.['@id']),
  };
}

const MAP = ["map('Orders', (o) => ({ n: o.n, city: o.city }))"];

describe('an index that is tried out', () => {
  it('shows what its maps give, its entries, and what a query finds', async () => {
    const { answer, ids } = await tried({ IndexDefinition: { Maps: MAP } });
    expect(answer).toMatchObject({
      MapResults: [
        { n: 1, city: 'Haifa' },
        { n: 2, city: 'Haifa' },
        { n: 3, city: 'Rome' },
      ],
      ReduceResults: [],
      HasDynamicFields: false,
      IsStale: false,
      IndexType: 'JavaScriptMap',
      Errors: [],
    });
    expect(answer.IndexEntries[2]).toEqual({ 'id()': 'orders/3', n: '3', city: 'rome' });
    expect(ids).toEqual(['orders/1', 'orders/2', 'orders/3']);
  });

  it.each([
    ["from index '<TestIndexName>' where city = $city", ['orders/3']],
    ["from index 'Mine' where n < 3 order by n desc", ['orders/2', 'orders/1']],
  ])('is asked by a query: %s', async (Query, found) => {
    const IndexDefinition = { Name: 'Mine', Maps: ['from o in docs.Orders select new { o.n, o.city }'] };
    const { answer, ids } = await tried({ IndexDefinition, Query, QueryParameters: { city: 'Rome' } });
    expect(ids).toEqual(found);
    expect(answer.IndexEntries).toHaveLength(found.length);
    expect(answer.MapResults).toHaveLength(3);
  });

  it('shows the results of all groups, and those that the query finds', async () => {
    const { answer } = await tried({
      IndexDefinition: {
        Maps: ["map('Orders', (o) => ({ city: o.city, count: 1 }))"],
        Reduce:
          'groupBy((x) => x.city).aggregate((g) => ({ city: g.key, count: g.values.reduce((n, x) => n + x.count, 0) }))',
        OutputReduceToCollection: 'Cities',
      },
      Query: "from index '<TestIndexName>' where count > 1",
    });
    expect(answer.ReduceResults).toHaveLength(2);
    expect(answer.QueryResults).toMatchObject([{ city: 'Haifa', count: 2 }]);
    expect(answer.IndexEntries).toMatchObject([{ city: 'haifa', count: '2' }]);
    const statistics = JSON.parse((await shop.at('/collections/stats')).body) as {
      readonly Collections: object;
    };
    expect(statistics.Collections).toEqual({ Orders: 3, Companies: 1 });
  });

  it('maps so many documents, of each of its collections some, and is stale then', async () => {
    const { answer } = await tried({
      IndexDefinition: { Maps: [...MAP, "map('Companies', (c) => ({ n: c.n, city: null }))"] },
      MaxDocumentsToProcess: 4,
    });
    expect(answer.MapResults.map((one) => (one as { n: number }).n).sort()).toEqual([1, 2, 9]);
    expect(answer.IsStale).toBe(true);
    const all = await tried({
      IndexDefinition: { Maps: ["map('@all_docs', (d) => ({ n: d.n }))"] },
      MaxDocumentsToProcess: 4,
    });
    expect(all.answer).toMatchObject({ IsStale: false });
    expect(all.answer.MapResults).toHaveLength(4);
  });

  it('tells which documents its maps fail for, and shows fields that documents bring', async () => {
    const map =
      "map('Orders', (o) => { if (o.n === 2) throw new Error('odd'); return { _: createField('f' + o.n, o.n) }; })";
    const { answer } = await tried({ IndexDefinition: { Maps: [map] } });
    expect(answer.Errors).toMatchObject([{ Document: 'orders/2', Action: 'Map' }]);
    expect(answer.HasDynamicFields).toBe(true);
    expect(answer.IndexEntries).toMatchObject([{ f1: '1' }, { f3: '3' }]);
  });

  it('loads documents and looks up compare-exchange values, as does its query', async () => {
    await shop.at('/cmpxchg?key=rate&index=0', 'PUT', { Object: 9 });
    const map = "map('Orders', (o) => ({ n: cmpxchg('rate'), other: load('companies/1', 'Companies').n }))";
    const { answer } = await tried({
      IndexDefinition: { Maps: [map] },
      Query: "from index '<TestIndexName>' where n = cmpxchg('rate') and other = 9",
    });
    expect(answer.QueryResults).toHaveLength(3);
  });

  it('leaves nothing behind', async () => {
    await tried({ IndexDefinition: { Name: 'Gone', Maps: MAP } });
    expect(JSON.parse((await shop.at('/indexes')).body)).toEqual({ Results: [] });
    expect(JSON.parse((await shop.at('/indexes/stats')).body)).toMatchObject({ Results: [] });
    expect((await shop.at('/queries', 'POST', { Query: "from index 'Gone'" })).status).toBe(404);
  });

  it.each([
    [{}, 400, 'Index must have an IndexDefinition field'],
    [{ IndexDefinition: 5 }, 400, "'IndexDefinition' must be an object"],
    [{ IndexDefinition: { Maps: [] } }, 500, "must have 'Maps'"],
    [{ IndexDefinition: { Maps: ["map('Orders', (o) => ({"] } }, 500, 'Failed to compile index'],
    [{ IndexDefinition: { Maps: ['from o in docs.Orders select o.Nope('] } }, 500, 'Failed to compile index'],
    [{ IndexDefinition: { Maps: MAP }, MaxDocumentsToProcess: 0 }, 400, 'from 1 to 10000'],
    [{ IndexDefinition: { Maps: MAP }, MaxDocumentsToProcess: 10_001 }, 400, 'from 1 to 10000'],
    [
      { IndexDefinition: { Maps: MAP }, WaitForNonStaleResultsTimeoutInSeconds: 'x' },
      400,
      'number of seconds',
    ],
    [{ IndexDefinition: { Maps: MAP }, Query: 'from Orders' }, 500, 'must read from the index'],
    [
      { IndexDefinition: { Maps: MAP }, Query: "from index 'X' where nope = 1" },
      500,
      "The field 'nope' is not indexed",
    ],
    [{ IndexDefinition: { Maps: MAP }, Query: 'from index' }, 500, ''],
    [{ IndexDefinition: { Maps: MAP }, QueryParameters: 5 }, 500, "'QueryParameters' must be an object"],
  ])('is refused where it makes no sense: %j', async (body, status, message) => {
    const { status: given, answer } = await tried(body);
    expect(answer.Message).toContain(message);
    expect(given).toBe(status);
  });
});
