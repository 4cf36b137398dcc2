import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;

async function answer(method: string, path: string, body?: unknown) {
  const { status, body: text } = await send(node.port, `/databases/shop${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status, body: text === '' ? undefined : JSON.parse(text) };
}

const query = async (text: string) =>
  (await answer('POST', '/queries', { Query: text, WaitForNonStaleResults: true })).body;
const termsOf = async (index: string, field: string) =>
  (await answer('GET', `/indexes/terms?name=${index}&field=${field}`)).body.Terms;

const MAP =
  "map('Words', (w) => ({ plain: w.text, exact: w.text, search: w.text, own: w.text, n: w.n, day: w.day, at: w.at, yes: w.yes, none: w.none, tags: w.tags }))";
const FIELDS = {
  exact: { Indexing: 'Exact', Analyzer: 'SimpleAnalyzer' },
  search: { Indexing: 'Search' },
  own: { Analyzer: 'SimpleAnalyzer' },
};
const DEFAULTS = {
  'Indexing.Analyzers.Default': 'WhitespaceAnalyzer',
  'indexing.analyzers.exact.default': 'LowerCaseWhitespaceAnalyzer',
  'Indexing.Analyzers.Search.Default': 'SimpleAnalyzer',
};

async function put(Name: string, definition: object): Promise<void> {
  const { status, body } = await answer('PUT', '/indexes', {
    Indexes: [{ Name, Maps: [MAP], ...definition }],
  });
  expect(body).toMatchObject({ Results: [{ Index: Name }] });
  expect(status).toBe(201);
  await query(`from index '${Name}'`);
}

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  const document = {
    text: 'The-Quick fox',
    n: 5,
    day: '2024-05-01',
    at: '2024-05-01T10:00:00.0000000',
    yes: true,
    none: null,
    tags: ['A b', 7],
    '@metadata': { '@collection': 'Words' },
  };
  await answer('PUT', '/docs?id=words/1', document);
  await answer('PUT', '/docs?id=words/2', { n: 50, '@metadata': { '@collection': 'Words' } });
});
afterAll(() => node.close());

describe('analyzers in the configuration of an index', () => {
  it('hold for its fields by how they are indexed, where those name none; an exact field has none of its own', async () => {
    await put('Words', { Fields: FIELDS, Configuration: DEFAULTS });
    expect(await termsOf('Words', 'plain')).toEqual(['The-Quick', 'fox']);
    expect(await termsOf('Words', 'exact')).toEqual(['fox', 'the-quick']);
    expect(await termsOf('Words', 'search')).toEqual(['fox', 'quick', 'the']);
    expect(await termsOf('Words', 'own')).toEqual(['fox', 'quick', 'the']);
    expect((await query("from index 'Words' where plain = 'The-Quick'")).TotalResults).toBe(1);
    expect((await query("from index 'Words' where plain = 'the-quick'")).TotalResults).toBe(0);
  });

  it('hold for fields that maps create, too, and for results of groups', async () => {
    const created = (name: string, indexing: string) =>
      `{ $name: '${name}', $value: w.text, $options: { indexing: '${indexing}', storage: false } }`;
    const fields = [created('a', 'Search'), created('e', 'Exact'), created('z', 'Default')];
    await put('Created', {
      Maps: [`map('Words', (w) => ({ _: [${fields}] }))`],
      Configuration: DEFAULTS,
    });
    expect(await termsOf('Created', 'a')).toEqual(['fox', 'quick', 'the']);
    expect(await termsOf('Created', 'e')).toEqual(['fox', 'the-quick']);
    expect(await termsOf('Created', 'z')).toEqual(['The-Quick', 'fox']);
    await put('Groups', {
      Maps: ["map('Words', (w) => ({ text: w.text, count: 1 }))"],
      Reduce: 'groupBy((x) => x.text).aggregate((g) => ({ text: g.key, count: g.values.length }))',
      Configuration: DEFAULTS,
    });
    expect(await termsOf('Groups', 'text')).toEqual(['The-Quick', 'fox']);
  });

  it.each(Object.keys(DEFAULTS))('must be there: %s', async (key) => {
    for (const analyzer of ['ShoutingAnalyzer', '']) {
      const index = { Name: 'Refused', Maps: [MAP], Configuration: { [key]: analyzer } };
      const { body } = await answer('PUT', '/indexes', { Indexes: [index] });
      expect(body).toMatchObject({
        Type: 'Raven.Client.Exceptions.Documents.Compilation.IndexCompilationException',
        Message: expect.stringContaining(`Cannot find analyzer type '${analyzer}' for field: @default`),
      });
    }
  });

  it('make the index anew when they change', async () => {
    const Configuration = { 'Indexing.Analyzers.Default': 'KeywordAnalyzer' };
    await put('Changing', { Configuration });
    expect(await termsOf('Changing', 'plain')).toEqual(['The-Quick fox']);
    await put('Changing', { Configuration: { 'Indexing.Analyzers.Default': 'SimpleAnalyzer' } });
    await expect.poll(() => termsOf('Changing', 'plain')).toEqual(['fox', 'quick', 'the']);
  });
});

describe.each([
  ['an analyzer for all of its fields', { Fields: { __all_fields: { Analyzer: 'SimpleAnalyzer' } } }],
  ['an analyzer in its configuration', { Configuration: { 'Indexing.Analyzers.Default': 'SimpleAnalyzer' } }],
  ['fields that are searched', { Fields: { __all_fields: { Indexing: 'Search' } } }],
])('in an index with %s', (_, definition) => {
  beforeAll(() => put('Analysed', definition));

  it.each([
    ['n', ['5', '50']],
    ['day', ['2024-05-01']],
    ['at', ['2024-05-01T10:00:00.0000000']],
    ['yes', ['true']],
    ['none', ['NULL_VALUE']],
  ])('%s, which is no text, is one term', async (field, terms) => {
    await expect.poll(() => termsOf('Analysed', field)).toEqual(terms);
  });

  it.each([
    ['n = 5', 1],
    ['n > 3', 2],
    ['n between 1 and 10', 1],
    ['n in (5, 6)', 1],
    ["day > '2024-04-01'", 1],
    ["at = '2024-05-01T10:00:00.0000000'", 1],
    ['yes = true', 1],
    ['none = null', 1],
    ['tags = 7', 1],
    ["tags = 'b'", 1],
    ["plain = 'fox'", 1],
    ["id() = 'words/1'", 1],
  ])('where %s', async (condition, count) => {
    expect((await query(`from index 'Analysed' where ${condition}`)).TotalResults).toBe(count);
  });

  it('numbers are in order and summed up', async () => {
    const { Results } = await query("from index 'Analysed' order by n as long desc");
    expect(Results.map((one: { n: number }) => one.n)).toEqual([50, 5]);
    const facets = await query("from index 'Analysed' select facet(sum(n))");
    expect(facets.Results[0].Values[0].Sum).toBe(55);
  });
});
