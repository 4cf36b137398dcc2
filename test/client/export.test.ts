import { CreateDatabaseOperation, DocumentStore } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

let cluster: RavenCluster;
let url: string;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  url = `${cluster.node(0).url}/databases/export/streams/queries`;
  const store = new DocumentStore(cluster.node(0).url, 'export');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'export' }));
  // Not by a session: it would add to the metadata.
  for (const [id, body] of Object.entries({
    'p/1': { name: 'Ada', age: 36.5 },
    'p/2': { name: 'Eve, "E"' },
  })) {
    const document = { ...body, '@metadata': { '@collection': 'People', Custom: 'x' } };
    await fetch(`${cluster.node(0).url}/databases/export/docs?id=${id}`, {
      method: 'PUT',
      body: JSON.stringify(document),
    });
  }
  store.dispose();
});
afterAll(() => cluster.dispose());

async function exported(parameters: Record<string, string>, more = '') {
  const response = await fetch(`${url}?${new URLSearchParams(parameters)}${more}`);
  const name = response.headers.get('content-disposition') ?? '';
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    name,
    text: await response.text(),
  };
}

describe('an answer that has not changed', () => {
  it.each(["from People select suggest(name, 'ad')", 'from People', 'from People where age > 1.0'])(
    'is not sent again: %s',
    async (query) => {
      const asked = (headers: Record<string, string>) =>
        fetch(`${cluster.node(0).url}/databases/export/queries`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ Query: query, WaitForNonStaleResults: true }),
        });
      const first = await asked({});
      const etag = first.headers.get('etag') ?? '';
      expect(await first.text()).toContain(`"ResultEtag":${etag}`);
      expect((await asked({ 'If-None-Match': etag })).status).toBe(304);
      expect((await asked({ 'If-None-Match': '1' })).status).toBe(200);
    },
  );
});

describe('the results of a query', () => {
  it('are exported as CSV, as a file', async () => {
    const { type, name, text } = await exported({ query: 'from People', format: 'csv' });
    expect(type).toBe('text/csv');
    expect(name).toMatch(
      /^attachment; filename="export_A_People_collection_\d{8}_\d{4}\.csv"; filename\*=UTF-8''/,
    );
    // fetch takes the mark of the encoding off.
    expect(text).toBe(
      '@id,name,age,@metadata.@collection,@metadata.Custom\r\n' +
        '"p/1","Ada",36.5,"People","x"\r\n' +
        '"p/2","Eve, ""E""",,"People","x"\r\n',
    );
  });

  it('are exported with the columns that are asked for, projected, by index, and when there are none', async () => {
    const some = await exported({ query: 'from People', format: 'CSV' }, '&field=name&field=@id');
    expect(some.text).toBe('name,@id\r\n"Ada","p/1"\r\n"Eve, ""E""","p/2"\r\n');
    const projected = await exported({ query: 'from People where age > 1.0 select age', format: 'csv' });
    expect(projected.text).toBe('@id,age,@metadata.@projection\r\n"p/1",36.5,True\r\n');
    expect(projected.name).toContain('export_A_query_result_');
    expect((await exported({ query: 'from Nobody', format: 'csv' })).text).toBe('');
  });

  it('are exported as JSON that could be stored again', async () => {
    const { type, name, text } = await exported({ query: 'from People', format: 'json' });
    expect([type, name.includes('.json')]).toEqual(['text/json', true]);
    expect(JSON.parse(text)).toEqual([
      { name: 'Ada', age: 36.5, '@metadata': { '@collection': 'People', Custom: 'x' } },
      { name: 'Eve, "E"', '@metadata': { '@collection': 'People', Custom: 'x' } },
    ]);
    expect((await exported({ query: 'from Nobody', format: 'json' })).text).toBe('[]');
  });

  it('that can not be found are an error of the usual shape', async () => {
    expect((await exported({ query: "from index 'Nope'", format: 'csv' })).status).toBe(404);
    const refused = await exported({ query: 'from People where', format: 'csv' });
    expect([refused.status, refused.name]).toEqual([500, '']);
    expect((await fetch(`${url}?query=from+People`, { method: 'HEAD' })).status).toBe(200);
  });
});
