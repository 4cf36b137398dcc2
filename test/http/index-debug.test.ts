import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;

const at = (path: string, method = 'GET', body?: unknown) =>
  send(node.port, `/databases/shop${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function results(path: string) {
  const { status, body } = await at(path);
  expect(status).toBe(200);
  // biome-ignore lint/suspicious/noExplicitAny: shapes are what is tested.
  return (JSON.parse(body) as { readonly Results: any[] }).Results;
}

async function putOrders(from: number, to: number): Promise<void> {
  const Commands = Array.from({ length: to - from }, (_, at) => ({
    Type: 'PUT',
    Id: `Orders/${from + at}`,
    Document: {
      city: from + at < 2 ? 'Rome' : 'Haifa',
      n: from + at,
      '@metadata': { '@collection': 'Orders' },
    },
  }));
  expect((await at('/bulk_docs', 'POST', { Commands })).status).toBe(201);
}

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  await putOrders(0, 1_100);
  const Indexes = [
    {
      Name: 'Cities',
      Maps: ["map('Orders', (o) => ({ city: o.city, count: 1 }))"],
      Reduce:
        'groupBy((x) => ({ city: x.city })).aggregate((g) => ({ city: g.key.city, count: g.values.reduce((n, x) => n + x.count, 0) }))',
    },
    {
      Name: 'Numbers',
      Maps: ["map('Orders', (o) => { if (o.n === 5) throw new Error('odd'); return { n: o.n }; })"],
    },
    { Name: 'Nothing', Maps: ["map('Nothing', (o) => ({ n: o.n }))"] },
  ];
  expect((await at('/indexes', 'PUT', { Indexes })).status).toBe(201);
  const caughtUp = async () => {
    for (const { Name } of Indexes) {
      await at('/queries', 'POST', { Query: `from index '${Name}' limit 1`, WaitForNonStaleResults: true });
    }
  };
  await caughtUp();
  // From now on Haifa is reduced in parts.
  await putOrders(1_100, 1_200);
  await caughtUp();
});
afterAll(() => node.close());

describe('the tree of a map-reduce index', () => {
  it('has the values of a small group with their documents', async () => {
    expect(await results('/indexes/debug?name=Cities&op=map-reduce-tree&docId=orders/0')).toEqual([
      {
        Name: expect.stringMatching(/^[0-9a-f]{32}$/),
        DisplayName: '{"city":"Rome"}',
        Depth: 1,
        PageCount: 1,
        NumberOfEntries: 2,
        Root: {
          PageNumber: 1,
          AggregationResult: { city: 'Rome', count: 2 },
          Children: null,
          Entries: expect.arrayContaining([
            { Data: { city: 'Rome', count: 1 }, Source: 'Orders/0' },
            { Data: { city: 'Rome', count: 1 }, Source: 'Orders/1' },
          ]),
        },
      },
    ]);
  });

  it('has the parts of a large group, and the values of the part that a document is in', async () => {
    const [tree, ...others] = await results('/indexes/debug?name=cities&op=map-reduce-tree&docId=orders/7');
    expect(others).toEqual([]);
    expect(tree).toMatchObject({
      Depth: 2,
      Root: { Entries: null, AggregationResult: { city: 'Haifa', count: 1_198 } },
    });
    const { Children } = tree.Root;
    expect(tree.PageCount).toBe(1 + Children.length);
    const sum = Children.reduce(
      (n: number, one: { AggregationResult: { count: number } }) => n + one.AggregationResult.count,
      0,
    );
    expect(sum).toBe(1_198);
    const read = Children.filter((one: { Entries: unknown }) => one.Entries !== null);
    expect(read).toHaveLength(1);
    expect(read[0].Entries.map((one: { Source: string }) => one.Source)).toContain('Orders/7');
    expect(read[0].Entries).toHaveLength(read[0].AggregationResult.count);
    expect(tree.NumberOfEntries).toBe(read[0].Entries.length);
  });

  it('is one for each group of the documents, and nothing for others', async () => {
    const both = await results('/indexes/debug?name=Cities&op=map-reduce-tree&docId=orders/0&docId=orders/7');
    expect(both.map((one) => one.DisplayName)).toEqual(['{"city":"Rome"}', '{"city":"Haifa"}']);
    expect(await results('/indexes/debug?name=Cities&op=map-reduce-tree&docId=nope')).toEqual([]);
    expect(await results('/indexes/debug?name=Cities&op=map-reduce-tree')).toEqual([]);
    const map = await at('/indexes/debug?name=Numbers&op=map-reduce-tree&docId=orders/0');
    expect([map.status, map.body]).toEqual([400, '{"Error":"Numbers is not map-reduce index"}']);
    expect((await at('/indexes/debug?name=Nope&op=map-reduce-tree')).status).toBe(404);
  });
});

describe('an index as a class', () => {
  it('is told of indexes that somebody wrote', async () => {
    const { status, body } = await at('/indexes/c-sharp-index-definition?name=cities');
    expect(status).toBe(200);
    expect(body).toContain('public class Index_Cities : AbstractIndexCreationTask');
    expect((await at('/indexes/c-sharp-index-definition?name=nope')).status).toBe(404);
    await at('/queries', 'POST', { Query: 'from Orders where n = 1' });
    const auto = await at('/indexes/c-sharp-index-definition?name=Auto/Orders/Byn');
    expect([auto.status, auto.body.includes('from auto indexes')]).toEqual([500, true]);
  });
});

describe('what an index has left', () => {
  it('is counted by collection, deletions and moves to other collections too, of the documents that are loaded as well', async () => {
    const put = async (id: string, collection: string) => {
      const body = { loads: 'Other/1', '@metadata': { '@collection': collection } };
      expect((await at(`/docs?id=${id}`, 'PUT', body)).status).toBe(201);
    };
    for (const id of ['Things/1', 'Things/2', 'Things/3']) await put(id, 'Things');
    await put('Other/1', 'Others');
    const Indexes = [
      {
        Name: 'Loading',
        Maps: ["map('Things', (o) => ({ n: load(o.loads, 'Others').n }))"],
      },
      { Name: 'Everything', Maps: ["map('@all_docs', (o) => ({ n: o.n }))"] },
    ];
    expect((await at('/indexes', 'PUT', { Indexes })).status).toBe(201);
    for (const { Name } of Indexes) {
      await at('/queries', 'POST', { Query: `from index '${Name}'`, WaitForNonStaleResults: true });
    }
    expect(await results('/indexes/progress')).toEqual([]);

    await at('/admin/indexes/stop', 'POST');
    await at('/docs?id=Things/1', 'DELETE');
    await put('Things/4', 'Things');
    await put('Things/2', 'Things');
    await put('Other/2', 'Others');
    await at('/docs?id=Things/3', 'DELETE');
    await put('Things/3', 'Others');
    const progress = await results('/indexes/progress');
    const of = (name: string) => progress.find(({ Name }) => Name === name);
    const counts = (items: number, tombstones: number, allItems: number, allTombstones: number) =>
      expect.objectContaining({
        NumberOfItemsToProcess: items,
        NumberOfTombstonesToProcess: tombstones,
        TotalNumberOfItems: allItems,
        TotalNumberOfTombstones: allTombstones,
      });
    expect(of('Loading')).toMatchObject({ IsStale: true, IndexRunningStatus: 'Paused' });
    expect(of('Loading').Collections).toEqual({ Things: counts(2, 2, 2, 2), Others: counts(2, 0, 3, 0) });
    expect(of('Everything').Collections).toEqual({ '@all_docs': counts(4, 2, 1_205, 2) });
    await at('/admin/indexes/start', 'POST');
    const query = { Query: "from index 'Loading'", WaitForNonStaleResults: true };
    const { body } = await at('/queries', 'POST', query);
    expect(
      JSON.parse(body)
        .Results.map(
          (found: { readonly '@metadata': { readonly '@id': string } }) => found['@metadata']['@id'],
        )
        .sort(),
    ).toEqual(['Things/2', 'Things/4']);
  });
});

describe('the source of an index', () => {
  const source = (name: string) => at(`/indexes/source?name=${name}`);

  it('is the JavaScript that its C# runs as', async () => {
    const Indexes = [
      {
        Name: 'Sums',
        Maps: ['from o in docs.Orders select new { o.city, Sum = 1 }'],
        Reduce:
          'from r in results group r by r.city into g select new { city = g.Key, Sum = g.Sum(x => x.Sum) }',
      },
    ];
    expect((await at('/admin/indexes', 'PUT', { Indexes })).status).toBe(201);
    const { status, body } = await source('sums');
    expect(status).toBe(200);
    const { Index, Source } = JSON.parse(body) as Record<'Index' | 'Source', string>;
    expect(Index).toBe('Sums');
    // It runs as it stands, on what scripts of indexes have.
    const maps: string[] = [];
    const grouped: string[] = [];
    const chain = { aggregate: () => grouped.push('aggregate') };
    new Function('map', 'groupBy', Source)(
      (collection: string) => maps.push(collection),
      () => chain,
    );
    expect([maps, grouped]).toEqual([['Orders'], ['aggregate']]);
  });

  it.each([
    ['Cities', 500, 'Could not retrieve source for given index.'],
    ['Auto/Orders/Byn', 500, 'Source can be only retrieved for static indexes.'],
    ['Nope', 404, ''],
    ['', 500, "'name'"],
  ])('of %j: %i %s', async (name, status, message) => {
    if (name.startsWith('Auto/')) await at('/queries', 'POST', { Query: 'from Orders where n = 1' });
    const answer = await source(name);
    expect([answer.status, answer.body.includes(message)]).toEqual([status, true]);
  });
});

describe('how long indexes work', () => {
  it('is told batch by batch', async () => {
    const [{ Name, Performance }] = await results('/indexes/performance?name=numbers');
    expect(Name).toBe('Numbers');
    const sum = (member: string) =>
      Performance.reduce((n: number, one: Record<string, number>) => n + (one[member] ?? 0), 0);
    expect(['InputCount', 'FailedCount', 'SuccessCount', 'OutputCount'].map(sum)).toEqual([
      1_200, 1, 1_199, 1_199,
    ]);
    expect(Performance.map((one: { Id: number }) => one.Id)).toEqual(
      Performance.map((_: unknown, n: number) => n + 1),
    );
    expect(Performance[0]).toMatchObject({
      Completed: expect.stringMatching(/Z$/),
      DurationInMs: expect.any(Number),
      DocumentsSize: { SizeInBytes: expect.any(Number) },
      Details: {
        Name: 'Indexing',
        Operations: [
          { Name: 'Map', Operations: [{ Name: 'Collection_Orders' }] },
          { Name: 'Reduce' },
          {},
          {},
        ],
      },
    });
    expect((await results('/indexes/performance')).map((one) => one.Name)).toEqual(
      expect.arrayContaining(['Cities', 'Nothing', 'Numbers']),
    );
    expect(await results('/indexes/performance?name=nope')).toEqual([]);
  });

  it('is told in all, with how long ago it was', async () => {
    const all = await results('/indexes/total-time?name=Cities&name=Nothing');
    expect(all).toEqual([
      {
        Name: 'Cities',
        TotalIndexingTime: expect.stringMatching(/^00:00:0\d\.\d{7}$/),
        LagTime: expect.stringMatching(/^00:\d\d:\d\d/),
      },
      { Name: 'Nothing', TotalIndexingTime: '00:00:00', LagTime: null },
    ]);
  });
});
