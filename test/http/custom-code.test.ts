import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;
beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
});
afterAll(() => node.close());

async function answer(method: string, path: string, body?: unknown) {
  const answered = await send(node.port, path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answered.status, body: answered.body === '' ? null : JSON.parse(answered.body) };
}

describe.each([
  ['/databases/shop', 'Sorters', 'Sorter'],
  ['', 'Sorters', 'Sorter'],
  ['/databases/shop', 'Analyzers', 'Analyzer'],
  ['', 'Analyzers', 'Analyzer'],
])('custom code of users, under %s/ as %s', (scope, member, name) => {
  const path = `${scope}/admin/${member.toLowerCase()}`;

  it('is none, and may be deleted', async () => {
    expect(await answer('GET', `${scope}/${member.toLowerCase()}`)).toEqual({
      status: 200,
      body: { [member]: [] },
    });
    expect(await answer('DELETE', `${path}?name=Mine`)).toEqual({ status: 204, body: null });
    expect((await answer('DELETE', path)).body.Type).toBe('System.ArgumentException');
  });

  it('is refused by its name, as what does not compile', async () => {
    const { status, body } = await answer('PUT', path, {
      [member]: [{ Name: 'Mine', Code: 'class Mine {}' }],
    });
    expect(status).toBe(500);
    expect(body.Type).toBe(`Raven.Client.Exceptions.Documents.Compilation.${name}CompilationException`);
    expect(body.Message).toContain(`Failed to compile ${name.toLowerCase()} 'Mine': its code is C#`);
  });

  it('may be an empty list, and nothing else', async () => {
    expect(await answer('PUT', path, { [member]: [] })).toEqual({ status: 201, body: null });
    const refusals = [
      {},
      { [member]: 5 },
      { [member]: [5] },
      { [member]: [{ Name: 'x' }] },
      { [member]: [{ Code: 'x' }] },
    ];
    const messages = await Promise.all(
      refusals.map(async (one) => (await answer('PUT', path, one)).body.Message),
    );
    expect(messages).toEqual([
      `Request should have a property name '${member}' which is mandatory.`,
      `'${member}' must be an array.`,
      `An element of '${member}' must be an object.`,
      `${name} must have a 'Code' field.`,
      `${name} must have a 'Name' field.`,
    ]);
  });
});

it('an index that names an analyzer of its users is refused, with those that there are', async () => {
  const index = {
    Name: 'Names',
    Maps: ["map('People', (p) => ({ name: p.name }))"],
    Fields: { name: { Indexing: 'Search', Analyzer: 'Mine.ShoutingAnalyzer, Mine' } },
  };
  const { status, body } = await answer('PUT', '/databases/shop/indexes', { Indexes: [index] });
  expect(status).toBe(500);
  expect(body.Type).toBe('Raven.Client.Exceptions.Documents.Compilation.IndexCompilationException');
  expect(body.Message).toContain("Cannot find analyzer type 'Mine.ShoutingAnalyzer, Mine' for field: name");
  expect(body.Message).toContain('LowerCaseWhitespaceAnalyzer');
});

it('an index may have an analyzer for all that it is searched for, which is built in', async () => {
  const index = (Analyzer: string) => ({
    Name: 'Words',
    Maps: ["map('Words', (w) => ({ text: w.text, other: w.text }))"],
    Fields: { text: { Indexing: 'Search' }, other: { Indexing: 'Search', Analyzer: 'SimpleAnalyzer' } },
    Configuration: { 'Indexing.Analyzers.Search.Default': Analyzer },
  });
  const put = (Analyzer: string) => answer('PUT', '/databases/shop/indexes', { Indexes: [index(Analyzer)] });
  const { body } = await put('ShoutingAnalyzer');
  expect(body.Message).toContain("Cannot find analyzer type 'ShoutingAnalyzer' for field: @default");
  expect((await put('WhitespaceAnalyzer')).status).toBe(201);
  const document = { text: 'The-Quick fox', '@metadata': { '@collection': 'Words' } };
  await answer('PUT', '/databases/shop/docs?id=words/1', document);
  await answer('POST', '/databases/shop/queries', {
    Query: "from index 'Words'",
    WaitForNonStaleResults: true,
  });
  const terms = async (field: string) =>
    (await answer('GET', `/databases/shop/indexes/terms?name=Words&field=${field}`)).body.Terms;
  expect(await terms('text')).toEqual(['The-Quick', 'fox']);
  expect(await terms('other')).toEqual(['fox', 'quick', 'the']);
  expect((await put('KeywordAnalyzer')).status).toBe(201);
  await vi.waitFor(async () => expect(await terms('text')).toEqual(['The-Quick fox']));
});

it('a query that orders by a sorter is refused, with what to do instead', async () => {
  const { body } = await answer('POST', '/databases/shop/queries', {
    Query: "from People order by custom(name, 'Mine')",
  });
  expect(body.Type).toBe('Raven.Client.Exceptions.Documents.Sorters.SorterDoesNotExistException');
  expect(body.Message).toContain('order by fields of an index');
});
