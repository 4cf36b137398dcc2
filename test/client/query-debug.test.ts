import { CreateDatabaseOperation, DocumentStore, ExplainQueryCommand, IndexQuery } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'debug');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'debug' }));
  const session = store.openSession();
  const people: readonly (readonly [string, Record<string, unknown>])[] = [
    ['people/Ann', { Name: 'Ann Lee', Age: 30, Tags: ['A', 'b'], City: null }],
    ['people/Bob', { Name: 'Bob', Age: 41, Tags: [], City: 'Rome' }],
  ];
  for (const [id, one] of people)
    await session.store({ ...one, '@metadata': { '@collection': 'People' } }, id);
  await session.saveChanges();
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

type Answer = Readonly<Record<string, unknown>> & { readonly Results: readonly Record<string, unknown>[] };

async function asked(
  query: string,
  parameters: string,
): Promise<{ readonly status: number; readonly body: Answer }> {
  const response = await fetch(`${cluster.node(0).url}/databases/debug/queries?${parameters}`, {
    method: 'POST',
    body: JSON.stringify({ Query: query, WaitForNonStaleResults: true }),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

async function tried(id: string, query: string): Promise<Response> {
  return fetch(`${cluster.node(0).url}/databases/debug/queries/test?id=${encodeURIComponent(id)}`, {
    method: 'PATCH',
    body: JSON.stringify({ Query: { Query: query, QueryParameters: { years: 2 } } }),
  });
}

describe('looking into a query', () => {
  it('the metadata of results alone', async () => {
    for (const query of ['from People', 'from People where Age > 40', 'from People select Name']) {
      const { body } = await asked(query, 'metadataOnly=true');
      expect(body.Results.length).toBeGreaterThan(0);
      for (const result of body.Results) {
        expect(Object.keys(result)).toEqual(['@metadata']);
        expect(result['@metadata']).toMatchObject({ '@id': expect.stringContaining('people/') as string });
      }
    }
  });

  it('the entries of the index, by the terms that they are found by', async () => {
    const query =
      'from People where search(Name, "lee") or Age > 0 and Tags != "z" and City != "x" order by Name';
    await asked(query, '');
    const { body } = await asked(query, 'debug=entries');
    expect(body).toMatchObject({ TotalResults: 2, IsStale: false });
    expect(body.Results).toEqual([
      {
        'id()': 'people/ann',
        Age: '30',
        City: null,
        Name: 'ann lee',
        'search(Name)': ['ann', 'lee'],
        Tags: ['a', 'b'],
      },
      { 'id()': 'people/bob', Age: '41', City: 'rome', Name: 'bob', 'search(Name)': 'bob' },
    ]);
    const page = await asked(`${query} limit 1, 1`, 'debug=entries');
    expect(page.body.Results.map((entry) => entry['id()'])).toEqual(['people/bob']);
  });

  it('entries of groups', async () => {
    const { body } = await asked(
      'from People group by City where City = "Rome" select count(), City',
      'debug=entries',
    );
    expect(body.Results).toEqual([{ 'hash(key())': expect.any(String) as string, Count: '1', City: 'rome' }]);
  });

  it('a collection has no entries', async () => {
    const { status, body } = await asked('from People', 'debug=entries');
    expect(status).toBe(500);
    expect(body.Message).toContain('there are no entries to show');
  });

  it('why it is which index, with the official client', async () => {
    await asked('from People where Age = 1', '');
    await asked('from People where Age = 1 and Shoe = 1', '');
    const explain = async (text: string): Promise<unknown> => {
      const command = new ExplainQueryCommand(store.conventions, new IndexQuery(text));
      await store.getRequestExecutor().execute(command);
      return command.result;
    };
    const results = (await explain('from People where Nope = 1')) as readonly {
      index: string;
      reason: string;
    }[];
    expect(results.map(({ reason }) => reason)).toContain('The following field is missing: Nope');
    await expect(explain('from People')).rejects.toThrow('Explain can only work on dynamic indexes');
  });

  it('what there is not is refused', async () => {
    const { status, body } = await asked('from People', 'debug=graph');
    expect(status).toBe(500);
    expect(body.Type).toBe('System.NotSupportedException');
    expect(body.Message).toContain("'entries' and 'explain'");
  });
});

describe('trying a patch', () => {
  const UPDATE = `from People as p update {
    p.Age += $years;
    output('older');
    const bob = load('people/Bob');
    put('people/Copy', bob);
    del('people/nobody');
  }`;

  it('says what it would do, and does nothing', async () => {
    const response = await tried('people/Ann', UPDATE);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      Status: 'Patched',
      ModifiedDocument: { Name: 'Ann Lee', Age: 32, '@metadata': { '@collection': 'People' } },
      OriginalDocument: { Name: 'Ann Lee', Age: 30, '@metadata': { '@collection': 'People' } },
      Debug: {
        Output: ['older'],
        Actions: {
          LoadDocument: expect.arrayContaining([{ Id: 'people/Bob', Exists: true }]) as unknown,
          PutDocument: [{ Id: 'people/Copy', Data: expect.objectContaining({ Name: 'Bob' }) as unknown }],
          DeleteDocument: ['people/nobody'],
        },
      },
    });
    const session = store.openSession();
    expect(await session.load('people/Ann')).toMatchObject({ Age: 30 });
    expect(await session.load('people/Copy')).toBeNull();
  });

  it.each([
    ['people/missing', UPDATE, 404, ''],
    ['people/Ann', 'from People', 500, 'UPDATE clause was not specified'],
    ['people/Ann', 'from People update { nothing(); }', 500, 'nothing is not defined'],
  ])('%s, %s: %i', async (id, query, status, message) => {
    const response = await tried(id, query);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(message);
  });
});

const at = (path: string, method = 'GET') =>
  fetch(`${cluster.node(0).url}/databases/debug${path}`, { method });

describe('the queries that were asked lately', () => {
  it.each([
    [
      'from People where Age > 29',
      { IsDynamic: true, CollectionName: 'People', AutoIndexName: expect.stringContaining('Age') },
    ],
    ['from People', { IsDynamic: true, CollectionName: 'People', AutoIndexName: 'collection/People' }],
    [
      'from People group by City order by City select distinct City, count()',
      {
        IsGroupBy: true,
        IsDistinct: true,
        Sorted: true,
        IsDynamic: true,
        CollectionName: 'People',
        AutoIndexName: expect.stringContaining('ReducedByCity'),
      },
    ],
    [
      'declare function f(p) { return { n: p.Name }; } from People as p where p.Age > 29 select f(p)',
      {
        IsDynamic: true,
        IsJSProjection: true,
        CollectionName: 'People',
        AutoIndexName: expect.stringContaining('Age'),
      },
    ],
  ])('%s', async (query, members) => {
    for (let times = 0; times < 2; times++) expect((await asked(query, '')).status).toBe(200);
    const { TotalCachedQueries, Results } = (await (
      await at('/debug/queries/cache/list')
    ).json()) as Answer & {
      readonly TotalCachedQueries: number;
    };
    expect(TotalCachedQueries).toBe(Results.length);
    const time = expect.stringMatching(/^\d{4}-.*T.*Z$/);
    expect(Results.filter(({ QueryText }) => QueryText === query)).toEqual([
      { CreatedAt: time, LastQueriedAt: time, ...members, QueryText: query },
    ]);
  });

  it('are not those that could not be read, nor those of other databases', async () => {
    await asked('from People where', '');
    await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'other' }));
    const listed = async (database: string) =>
      (await (
        await fetch(`${cluster.node(0).url}/databases/${database}/debug/queries/cache/list`)
      ).json()) as Answer;
    expect((await listed('debug')).Results.map(({ QueryText }) => QueryText)).not.toContain(
      'from People where',
    );
    expect((await listed('other')).Results).toEqual([]);
  });
});

describe('a query that runs', () => {
  it('is listed by its index, and its client is told when it is killed', async () => {
    const query = "from People where Name = 'Bob'";
    await asked(query, '');
    await at('/admin/indexes/stop', 'POST');
    const session = store.openSession();
    await session.store({ Name: 'Cid', '@metadata': { '@collection': 'People' } }, 'people/Cid');
    await session.saveChanges();
    const waiting = asked(query, '');
    const [id] = await waitUntil('the query to run', async () => {
      const listed = (await (await at('/debug/queries/running')).json()) as Record<string, object[]>;
      const [running] = Object.entries(listed).flatMap(([name, queries]) =>
        name === '@metadata' ? [] : queries,
      );
      expect(running).toMatchObject({
        IsStreaming: false,
        QueryInfo: { Query: query, WaitForNonStaleResults: true, Start: 0 },
      });
      return [running as { readonly QueryId: number; readonly IndexName: string }];
    });
    const kill = `/debug/queries/kill?id=${id?.QueryId}&indexName=`;
    expect((await at(`${kill}Nope`, 'POST')).status).toBe(404);
    expect((await at(kill + encodeURIComponent(id?.IndexName ?? ''), 'POST')).status).toBe(204);
    expect(await waiting).toMatchObject({ status: 500, body: { Type: 'System.OperationCanceledException' } });
    await at('/admin/indexes/start', 'POST');
    expect((await asked(query, '')).body.Results).toHaveLength(1);
  });
});
