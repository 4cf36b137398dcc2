import { describe, expect, it } from 'vitest';
import { definitionOf } from '../indexed-database.ts';
import { IndexedDatabases } from '../indexed-databases.ts';

const databases = new IndexedDatabases();

/** What a map gives as `x` for each of two documents. */
async function valuesOf(map: string): Promise<unknown> {
  let found: unknown;
  await databases.use([definitionOf('Rows', map)], async (indexed) => {
    for (const at of [0, 1])
      await indexed.put(`docs/${at}`, 'Docs', { at, text: 'a "quoted" \\ text', list: [1, [2]] });
    await indexed.catchUp();
    const { state } = indexed.index('Rows');
    expect(state.errors).toEqual([]);
    found = indexed.entries('Rows').map((row) => (JSON.parse(row) as [string, { x: unknown }])[1].x);
  });
  return found;
}

describe('a map', () => {
  it.each([
    ["map('Docs', (d) => ({ x: getMetadata(d)['@collection'] }))", [['Docs'], ['Docs']]],
    ["map('Docs', (d) => ({ x: d['@meta' + 'data']['@collection'].toUpperCase() }))", [['DOCS'], ['DOCS']]],
    ["map('Docs', (d) => ({ x: d.at === 0 ? 'none' : d['@metadata']['@id'] }))", [['none'], ['docs/1']]],
    [
      "map('Docs', (d) => { try { return { x: getMetadata(d)['@collection'].length }; } catch { return { x: -1 }; } })",
      [[4], [4]],
    ],
    ['from d in docs.Docs select new { x = MetadataFor(d)["@collection"] }', [['Docs'], ['Docs']]],
    ['from d in docs.Docs select new { x = MetadataFor(d).Value<string>("@id") }', [['docs/0'], ['docs/1']]],
  ])('has the metadata of its documents, also when it asks for it late: %s', async (map, values) => {
    expect(await valuesOf(map)).toEqual(values);
  });

  it('has the documents as they were stored', async () => {
    expect(await valuesOf("map('Docs', (d) => ({ x: [d.at, d.text, d.list, id(d)] }))")).toEqual([
      [0, 'a "quoted" \\ text', 1, 2, 'docs/0'],
      [1, 'a "quoted" \\ text', 1, 2, 'docs/1'],
    ]);
  });

  it.each([
    ['[0 / 0, 1 / 0, -1 / 0, 1.5]', ['NaN', 'Infinity', '-Infinity', 1.5]],
    ['[[[[0 / 0]]]]', ['NaN']],
    ['({ a: [0 / 0, 1], f() {} })', [{ json: '{"a":["NaN",1]}' }]],
    ['({ a: [1], f() {} })', [{ json: '{"a":[1]}' }]],
    ['({ toJSON: () => 0 / 0 })', ['NaN']],
    ['new Date(0)', ['1970-01-01T00:00:00.0000000Z']],
    ['Object.create({ inherited: 0 / 0 }, { own: { value: 1, enumerable: true } })', [{ json: '{"own":1}' }]],
  ])('gives values as JSON says them, numbers that are none as text: %s', async (text, values) => {
    expect(await valuesOf(`map('Docs', (d) => ({ x: ${text} }))`)).toEqual([values, values]);
  });
});

describe('the groups of documents that are mapped together', () => {
  const GROUPS = definitionOf('Groups', "map('Docs', (d) => d.keys.map((key) => ({ key, count: 1 })))", {
    Reduce: `groupBy((x) => { if (x.key === 'bad') throw new Error('no group'); return x.key; })
      .aggregate((g) => ({ key: g.key, count: g.values.reduce((sum, x) => sum + x.count, 0) }))`,
  });
  const groupsOf = async (documents: readonly (readonly string[])[]) => {
    let found: unknown;
    await databases.use([GROUPS], async (indexed) => {
      for (const [at, keys] of documents.entries()) await indexed.put(`docs/${at}`, 'Docs', { keys });
      await indexed.catchUp();
      const failed = indexed.index('Groups').state.errors.map(({ document }) => document);
      const groups = indexed.entries('Groups').map((row) => {
        const [, values] = JSON.parse(row) as [string, { key: [string]; count: [number] }];
        return [values.key[0], values.count[0]];
      });
      found = { failed, groups: groups.sort() };
    });
    return found;
  };

  it('are those of the values of each, however many it gives', async () => {
    expect(await groupsOf([['a', 'b'], [], ['b'], ['c', 'a', 'a']])).toEqual({
      failed: [],
      groups: [
        ['a', 3],
        ['b', 2],
        ['c', 1],
      ],
    });
  });

  it('are missing only of the one whose group can not be told', async () => {
    expect(await groupsOf([['a', 'b'], ['a', 'bad'], ['b']])).toEqual({
      failed: ['docs/1'],
      groups: [
        ['a', 1],
        ['b', 2],
      ],
    });
  });
});
