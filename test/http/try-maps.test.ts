import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseRequests } from './support/database-requests.ts';
import { type OneNode, startOneNode } from './support/one-node.ts';

let node: OneNode;
let shop: DatabaseRequests;

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  shop = new DatabaseRequests(node, 'shop');
  for (let n = 1; n <= 12; n++) {
    await shop.put(`orders/${n}`, 'Orders', { n, city: n < 3 ? 'Haifa' : 'Rome' });
  }
  await shop.put('dogs/1', 'Dogs', { n: 100 });
});
afterAll(() => node.close());

async function tried(body: unknown, query = '') {
  const { status, body: text } = await shop.at(`/indexes/try${query}`, 'POST', body);
  return { status, answer: JSON.parse(text) as Record<string, unknown> };
}

const NUMBERS = "map('Orders', (o) => ({ n: o.n, nope: o.nope }))";
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => JSON.stringify({ n: from + at }));

describe('maps that are tried out', () => {
  it('show what they give, as texts, of the first ten documents of each collection', async () => {
    expect(await tried({ Definition: { Maps: [NUMBERS] } })).toEqual({
      status: 200,
      answer: { MapResults: numbers(1, 10) },
    });
    const two = { Definition: { Maps: [NUMBERS, "map('Dogs', (d) => ({ n: d.n }))"] } };
    const { answer } = await tried(two, '?inputSize=2');
    expect((answer.MapResults as string[]).toSorted()).toEqual(
      [...numbers(1, 2), ...numbers(100, 100)].toSorted(),
    );
  });

  it('take documents by their ids, whatever their case, and leave out what is missing or of others', async () => {
    const Ids = ['Orders/12', 'dogs/1', 'orders/404', 'orders/3'];
    const { answer } = await tried({ Definition: { Maps: [NUMBERS] }, Ids });
    expect(answer).toEqual({ MapResults: ['{"n":3}', '{"n":12}'] });
    expect((await tried({ Definition: { Maps: [NUMBERS] }, Ids: [] })).answer).toEqual({ MapResults: [] });
  });

  it('are reduced, too, in either language', async () => {
    const reduced = [
      {
        Maps: ["map('Orders', (o) => ({ city: o.city, count: 1 }))"],
        Reduce:
          'groupBy((x) => x.city).aggregate((g) => ({ city: g.key, count: g.values.reduce((sum, x) => sum + x.count, 0) }))',
      },
      {
        Maps: ['from o in docs.Orders select new { city = o.city, count = 1 }'],
        Reduce:
          'from r in results group r by r.city into g select new { city = g.Key, count = g.Sum(x => x.count) }',
      },
    ];
    for (const Definition of reduced) {
      const { answer } = await tried({ Definition }, '?inputSize=5');
      const [first, , third] = answer.MapResults as string[];
      expect([first, third].map((text) => JSON.parse(text as string) as unknown)).toEqual([
        { city: 'Haifa', count: 1 },
        { city: 'Rome', count: 1 },
      ]);
      const groups = (answer.ReduceResults as string[]).map((text) => JSON.parse(text) as { city: string });
      expect(groups.toSorted((a, b) => (a.city < b.city ? -1 : 1))).toEqual([
        { city: 'Haifa', count: 2 },
        { city: 'Rome', count: 3 },
      ]);
    }
  });

  it('leave nothing behind', async () => {
    await tried({ Definition: { Name: 'Tried', Maps: [NUMBERS] } });
    expect(JSON.parse((await shop.at('/indexes')).body)).toEqual({ Results: [] });
  });

  it.each([
    [{}, 'System.ArgumentException', "Request should have a property name 'Definition' which is mandatory."],
    [{ Definition: { Name: 'X' } }, 'System.ArgumentException', "Index must have a 'Maps' fields"],
    [{ Definition: { Maps: [NUMBERS] }, Ids: [1] }, 'System.ArgumentException', /'Ids' must be a list/],
    [
      { Definition: { Maps: ["map('Orders', (o) => ({ n: "] } },
      'Raven.Client.Exceptions.Documents.Compilation.IndexCompilationException',
      /Failed to compile index/,
    ],
    [
      { Definition: { Maps: ["map('Orders', (o) => ({ n: o.n.nope() }))"] } },
      'Raven.Server.Documents.Indexes.Static.JavaScriptIndexFuncException',
      /Failed to execute the map of 'orders\/1': /,
    ],
  ])('%j is an error that says why', async (body, type, message) => {
    const { status, answer } = await tried(body);
    expect(status).toBe(500);
    expect(answer).toMatchObject({ Type: type, Message: expect.stringMatching(message) as unknown });
  });

  it('are not tried with no documents, nor with too many', async () => {
    for (const size of ['0', '-1', '10001', 'x']) {
      const { status, answer } = await tried({ Definition: { Maps: [NUMBERS] } }, `?inputSize=${size}`);
      expect([status, answer.Type]).toEqual([500, 'System.ArgumentException']);
    }
  });
});
