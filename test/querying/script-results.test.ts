import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndexedDatabase } from './indexed-database.ts';

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  const lines = [{ p: 'tea' }, { p: 'cup' }];
  const put = (id: string, document: object) => database.put(id, document, 'People');
  await put('people/1', { name: 'Ada', n: 1, boss: 'people/3', address: { zip: '12' } });
  await put('people/2', { name: 'Grace', n: 2, boss: 'people/1', lines });
  await put('people/3', { name: 'Linus', n: 3, lines: [{ p: 'tea' }], list: [], none: null });
  database.defineIndex('Stored', "map('People', (p) => ({ n: p.n, name: p.name, boss: 'none' }))", {
    boss: { Storage: 'Yes' },
  });
});
afterAll(() => database.close());

/** The result of a function that gets the document of Ada. */
async function given(body: string, rest = "where p.name = 'Ada' select f(p)") {
  const { Results } = await database.query(`declare function f(d) { ${body} } from People as p ${rest}`);
  return Results.map(({ '@metadata': metadata, ...result }) => {
    const {
      '@last-modified': _,
      '@change-vector': __,
      '@index-score': ___,
      ...about
    } = metadata as object & {
      [name: string]: unknown;
    };
    return [result, about] as const;
  });
}

const ADA = { name: 'Ada', n: 1, boss: 'people/3', address: { zip: '12' } };
const LINUS = { name: 'Linus', n: 3, lines: [{ p: 'tea' }], list: [], none: null };
const whole = (id: string) => ({ '@collection': 'People', '@id': id });
const projected = (more: object = {}) => ({ ...more, '@projection': true, '@id': 'people/1' });

describe('a function that is all that is selected', () => {
  it.each<[body: string, result: object, metadata: object]>([
    ['return d;', ADA, whole('people/1')],
    ["return load('people/3');", LINUS, whole('people/3')],
    ['const read = d.address.zip + getMetadata(d)["@id"]; return d;', ADA, whole('people/1')],
    ['d.name = d.name; return d;', ADA, whole('people/1')],
    ['d.n++; return d;', { ...ADA, n: 2 }, projected({ '@collection': 'People' })],
    [
      "const other = load('people/3'); other.n = 0; return other;",
      { ...LINUS, n: 0 },
      projected({ '@collection': 'People' }),
    ],
    ['d["@metadata"].z = 1; return d;', ADA, projected({ '@collection': 'People', z: 1 })],
    ['d["@metadata"] = { z: 1 }; return d;', ADA, projected({ z: 1 })],
    ['return d.address;', { zip: '12' }, projected()],
    ['return Object.assign({}, d);', ADA, projected()],
    [
      'return { a: 1, "@metadata": { z: [1], "@collection": "C" } };',
      { a: 1 },
      projected({ z: [1], '@collection': 'C' }),
    ],
    [
      'return { a: 1, "@metadata": { "@id": "x", "@flags": "x", "@change-vector": "x", "@projection": false, "@index-score": 9 } };',
      { a: 1 },
      projected(),
    ],
    ['return { "@metadata": [1] };', {}, projected()],
    ['return { "@metadata": "x" };', {}, projected()],
  ])('%s', async (body, result, metadata) => {
    expect(await given(body)).toEqual([[result, metadata]]);
  });

  it('gives documents of collection queries whole, too, and loaded ones', async () => {
    const rest = 'load p.boss as b select f(b) limit 1';
    expect(await given('return d;', rest)).toEqual([[LINUS, whole('people/3')]]);
  });

  it('sees what an index has stored, which is not the document', async () => {
    const query = (fields: string) =>
      database.query(`declare function f(d) { return d; } from index 'Stored' as p ${fields}`);
    const { Results } = await query('where p.n = 1 select f(p)');
    expect(Results).toMatchObject([{ boss: 'none', '@metadata': { '@projection': true } }]);
  });

  it('gives groups as they are without a function', async () => {
    const group = 'from People as p group by name';
    const { Results } = await database.query(`declare function f(g) { return g; } ${group} select f(p)`);
    expect(Results[0]).toEqual({ name: 'Ada', '@metadata': { '@change-vector': null } });
  });

  it.each([
    'return null;',
    'return 1;',
    'return "text";',
    'return new Date(0);',
    'return { toJSON: () => 5 };',
    'return [d, null];',
    'return [1];',
    'return d.nope;',
  ])('is an error: %s', async (body) => {
    await expect(given(body)).rejects.toThrow('must return an object');
  });
});

describe('a function that gives a list', () => {
  it('gives each of its objects as a result', async () => {
    expect(await given("return [d, [load('people/3'), { a: 1 }]];")).toEqual([
      [ADA, whole('people/1')],
      [LINUS, whole('people/3')],
      [{ a: 1 }, projected()],
    ]);
    expect(await given('return [];')).toEqual([]);
  });

  const LINES = 'declare function f(d) { return d.lines || []; } from People as p';

  it.each<[rest: string, lines: string[], skipped: number]>([
    ['select f(p)', ['tea', 'cup', 'tea'], 1],
    ['select f(p) limit 1', ['tea', 'cup'], 1],
    ['select f(p) limit 1, 1', ['tea', 'cup'], 0],
    ['select f(p) limit 2, 5', ['tea'], 0],
    ['where p.n > 0 order by p.n select f(p) limit 1', [], 0],
    ['where p.n > 0 order by p.n select f(p) limit 2', ['tea', 'cup'], 0],
    ['where p.n > 0 order by p.n select f(p) limit 1, 2', ['tea', 'cup', 'tea'], 0],
    ['where p.n > 0 order by p.n select distinct f(p)', ['tea', 'cup'], 1],
    ['where p.n > 0 order by p.n select distinct f(p) limit 1, 1', ['cup'], 0],
    ['select distinct f(p)', ['tea', 'cup'], 2],
  ])('has pages of rows, not of results, but for distinct: %s', async (rest, lines, skipped) => {
    const { Results, SkippedResults } = await database.query(`${LINES} ${rest}`);
    expect(Results.map(({ p }) => p)).toEqual(lines);
    expect(SkippedResults).toBe(skipped);
  });
});

describe('what is selected beside fields', () => {
  const selected = async (rest: string) => {
    const { Results } = await database.query(`from People as p ${rest}`);
    return Results.map(({ '@metadata': _, ...result }) => result);
  };

  it('is the metadata of the document that is named, alone without a name of its own', async () => {
    const ofAda = { '@collection': 'People', '@id': 'people/1' };
    const ofLinus = { '@collection': 'People', '@id': 'people/3' };
    const first = "where p.name = 'Ada' load p.boss as b";
    expect(await selected(`${first} select getMetadata(p)`)).toMatchObject([ofAda]);
    expect(await selected(`${first} select getmetadata(b)`)).toMatchObject([ofLinus]);
    expect(await selected(`${first} select p.name, getMetadata(b) as m`)).toMatchObject([
      { name: 'Ada', m: ofLinus },
    ]);
    expect(await selected(`${first} select getMetadata(), p.name`)).toMatchObject([{ getMetadata: ofAda }]);
  });

  it('is no metadata of a group, which is no document', async () => {
    expect(await selected('group by name select getMetadata(p) as m limit 1')).toEqual([{ m: {} }]);
  });

  it('is a document with its metadata, and never a member that has the name of the alias', async () => {
    expect(await selected("where p.name = 'Ada' select p, p.p as q, p.name as n")).toEqual([
      { p: { ...ADA, '@metadata': whole('people/1') }, n: 'Ada' },
    ]);
  });
});

it.each<[select: string, parameters: Record<string, string | number | boolean | null>, result: object]>([
  ['true as c, false as d, null as e', {}, { c: true, d: false, e: null }],
  ["1 as c, 1.5 as d, 'name' as e", {}, { c: 1, d: 1.5, e: 'name' }],
  ["true, 1, 'x'", {}, { true: true, 1: 1, x: 'x' }],
  ['$p, $q as r', { p: 'name', q: null }, { p: 'name', r: null }],
])('select %s gives values', async (select, parameters, result) => {
  const { Results } = await database.query(`from People select ${select} limit 1`, parameters);
  const [{ '@metadata': _, ...found } = {}] = Results;
  expect(found).toEqual(result);
});
