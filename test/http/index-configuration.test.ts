import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
});
afterAll(() => node.close());

const definition = (Configuration: unknown) => ({
  Name: 'Words',
  Maps: ["map('Words', (w) => ({ text: w.text }))"],
  Configuration,
});

async function answer(method: string, path: string, body?: unknown) {
  const { status, body: text } = await send(node.port, `/databases/shop${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status, body: text === '' ? undefined : JSON.parse(text) };
}

const put = (configuration: unknown) =>
  answer('PUT', '/admin/indexes', { Indexes: [definition(configuration)] });

describe('the configuration of an index is refused', () => {
  it.each([
    ['Foo.Bar', '1'],
    ['Indexing.MapBatchSizes', '1'],
    ['Query.RegexTimeoutInMs', '5'],
    ['RavenDB.Indexing.MapBatchSize', '10'],
    ['', 'x'],
  ])("for the key '%s', which is none of an index", async (key, value) => {
    const { status, body } = await put({ [key]: value });
    expect(status).toBe(500);
    expect(body).toMatchObject({
      Type: 'Raven.Client.Exceptions.Documents.Indexes.IndexCreationException',
      Message: expect.stringContaining(`the key '${key}' of its configuration`),
    });
  });

  it('with the key that was meant', async () => {
    const { body } = await put({ 'Indexing.MapBatchsizes': '1' });
    expect(body.Message).toContain('Did you mean Indexing.MapBatchSize?');
  });

  it.each(['Indexing.MaxNumberOfConcurrentlyRunningIndexes', 'indexing.heapmaxinmb'])(
    'for %s, which is of the node',
    async (key) => {
      const { status, body } = await put({ [key]: '3' });
      expect(status).toBe(500);
      expect(body).toMatchObject({
        Type: 'System.InvalidOperationException',
        Message: `The configuration of index 'Words' has '${key}', which can only be set for the whole server.`,
      });
    },
  );

  it.each([
    ['Indexing.MapBatchSize', 'abc', 'a whole number'],
    ['Indexing.MapBatchSize', '', 'a whole number'],
    ['Indexing.MapBatchSize', '99999999999', 'a whole number'],
    ['Indexing.MapBatchSize', 1.5, 'a whole number'],
    ['Indexing.MapTimeoutInSec', '-2', 'a whole number'],
    ['Indexing.TransactionSizeLimitInMb', '1,000', 'a whole number of megabytes'],
    ['Indexing.IndexEmptyEntries', 'yes', 'true or false'],
    ['Indexing.Corax.VectorSearch.DefaultMinimumSimilarity', 'x', 'a number'],
    ['Indexing.Static.SearchEngineType', 'None', 'one of Corax, Lucene'],
    ['Indexing.Static.DeploymentMode', 'x', 'one of Parallel, Rolling'],
  ])('for %s of %j', async (key, value, expected) => {
    const { status, body } = await put({ [key]: value });
    expect(status).toBe(500);
    expect(body.Type).toBe('System.InvalidOperationException');
    expect(body.Message).toContain(`Could not set '${key}' of index 'Words': it is '${value}', but must be`);
    expect(body.Message).toContain(expected);
  });

  it.each([[[]], ['x'], [{ 'Indexing.MapBatchSize': null }], [{ 'Indexing.MapBatchSize': {} }]])(
    'when it is %j',
    async (configuration) => {
      expect(await put(configuration)).toMatchObject({
        status: 500,
        body: { Type: 'System.FormatException' },
      });
    },
  );

  it('also of one that is tried out', async () => {
    const { status, body } = await answer('POST', '/indexes/test', {
      IndexDefinition: definition({ Foo: '1' }),
    });
    expect(status).toBe(500);
    expect(body.Message).toContain("the key 'Foo'");
  });

  it('and nothing of what was put with it is changed', async () => {
    const other = { ...definition({}), Name: 'Other' };
    await answer('PUT', '/admin/indexes', { Indexes: [other, definition({ Foo: '1' })] });
    expect((await answer('GET', '/indexes?name=Other')).status).toBe(404);
  });
});

it('an index keeps a configuration that can be read, in any case, as texts', async () => {
  const given = {
    'Indexing.MapBatchSize': 200,
    'indexing.static.searchenginetype': 'lucene',
    'Indexing.IndexEmptyEntries': ' TRUE ',
    'Indexing.MapTimeoutInSec': '-1',
    'Indexing.RunInMemory': 'whatever',
    'Indexing.Corax.VectorSearch.DefaultMinimumSimilarity': 0.5,
    'Indexing.Metrics.Enabled': false,
  };
  expect((await put(given)).status).toBe(201);
  const { body } = await answer('GET', '/indexes?name=Words');
  expect(body.Results[0].Configuration).toEqual({
    ...given,
    'Indexing.MapBatchSize': '200',
    'Indexing.Corax.VectorSearch.DefaultMinimumSimilarity': '0.5',
    'Indexing.Metrics.Enabled': 'false',
  });
});

it('whether an index has changed can be asked of any configuration', async () => {
  const { body } = await answer('POST', '/indexes/has-changed', definition({ Foo: '1' }));
  expect(body).toEqual({ Changed: true });
});
