import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;

async function answer(method: string, path: string, body?: unknown) {
  const { body: text } = await send(node.port, `/databases/shop${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return text === '' ? undefined : JSON.parse(text);
}

const DOCUMENTS = {
  value: { a: 'x', b: 'y' },
  null: { a: null },
  empty: { a: [] },
  false: { a: false },
  none: {},
};
const LANGUAGES = [
  ['JavaScript', "map('Words', (w) => ({ a: w.a, b: w.b, deep: w.c && w.c.d }))"],
  ['C#', 'from w in docs.Words select new { w.a, w.b, deep = w.c.d }'],
] as const;

/** Ids of the documents that are found, in their order. */
async function found(index: string, where = ''): Promise<readonly string[]> {
  const { Results } = await answer('POST', '/queries', {
    Query: `from index '${index}' ${where}`,
    WaitForNonStaleResults: true,
  });
  return Results.map((one: { '@metadata': { '@id': string } }) => one['@metadata']['@id']).sort();
}

async function put(Name: string, map: string, Configuration: object): Promise<void> {
  const { Results } = await answer('PUT', '/admin/indexes', {
    Indexes: [{ Name, Maps: [map], Configuration }],
  });
  expect(Results).toHaveLength(1);
}

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  for (const [id, document] of Object.entries(DOCUMENTS)) {
    await answer('PUT', `/docs?id=${id}`, { ...document, '@metadata': { '@collection': 'Words' } });
  }
});
afterAll(() => node.close());

describe.each(LANGUAGES)('in %s', (language, map) => {
  it('a document that gives no field is not found by null', async () => {
    await put(`${language.length}/Plain`, map, {});
    const all = ['empty', 'false', ...(language === 'C#' ? [] : ['none']), 'null', 'value'];
    expect(await found(`${language.length}/Plain`)).toEqual(all);
    expect(await found(`${language.length}/Plain`, 'where b = null')).toEqual([]);
  });

  it('it has an entry where the index says so', async () => {
    await put(`${language.length}/Empty`, map, { 'Indexing.IndexEmptyEntries': 'true' });
    expect(await found(`${language.length}/Empty`)).toEqual(['empty', 'false', 'none', 'null', 'value']);
    expect(await found(`${language.length}/Empty`, 'where a = null')).toEqual(['null']);
  });

  it('fields that are missing are null where the index says so', async () => {
    const name = `${language.length}/Null`;
    await put(name, map, { 'indexing.indexmissingfieldsasnull': ' True ' });
    expect(await found(name)).toEqual(['empty', 'false', 'none', 'null', 'value']);
    expect(await found(name, 'where a = null')).toEqual(['none', 'null']);
    expect(await found(name, 'where b = null')).toEqual(['empty', 'false', 'none', 'null']);
    expect(await found(name, 'where deep = null')).toHaveLength(5);
    await put(name, map, { 'Indexing.IndexMissingFieldsAsNull': 'false' });
    await expect.poll(() => found(name, 'where b = null')).toEqual([]);
  });
});

it('a field that is created without a value is none', async () => {
  await put('Created', "map('Words', (w) => ({ _: { $name: 'b', $value: w.b, $options: {} } }))", {});
  expect(await found('Created', 'where b = null')).toEqual([]);
  expect(await found('Created', "where b = 'y'")).toEqual(['value']);
});
