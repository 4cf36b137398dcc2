import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndexedDatabase } from './indexed-database.ts';

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  await database.put('1', { name: 'Apple', text: 'Sour Fruit', age: 5 }, 'Things');
  await database.put('2', { name: 'apply', text: 'the fruit', city: 'London', born: null }, 'Things');
  await database.put('3', { name: 'Box', text: 'fox', city: 'london', tags: ['A', 'b'] }, 'Things');
  database.defineIndex(
    'Things',
    "map('Things', t => ({ exact: t.name, white: t.text, keyword: t.text, text: t.text, lower: t.name }))",
    {
      exact: { Indexing: 'Exact' },
      white: { Indexing: 'Search', Analyzer: 'WhitespaceAnalyzer' },
      keyword: { Indexing: 'Search', Analyzer: 'KeywordAnalyzer' },
      text: { Indexing: 'Search' },
    },
  );
});
afterAll(() => database.close());

describe('a text in a condition', () => {
  it.each<[where: string, expected: readonly string[]]>([
    ["exact = 'Apple'", ['1']],
    ["exact = 'apple'", []],
    ["exact in ('Apple', 'apply', 'box')", ['1', '2']],
    ["startsWith(exact, 'App')", ['1']],
    ["startsWith(exact, 'app')", ['2']],
    ["endsWith(exact, 'X')", []],
    ["endsWith(exact, 'x')", ['3']],
    ["exact > 'B'", ['2', '3']],
    ["exact between 'A' and 'C'", ['1', '3']],
    ["white = 'Fruit'", ['1']],
    ["white = 'fruit'", ['2']],
    ["white = 'Sour Fruit'", []],
    ["keyword = 'Sour Fruit'", ['1']],
    ["keyword = 'sour fruit'", []],
    ["search(white, 'Fru*')", ['1']],
    ["search(white, 'fru*')", ['2']],
    ["search(white, '*UIT')", []],
    ["search(exact, 'App*')", ['1']],
    ["search(exact, '*X')", []],
    ["search(exact, '*x')", ['3']],
    ["search(text, 'FRU*')", ['1', '2']],
    ["regex(exact, '^APPL')", ['1', '2']],
    ["text = 'FRUIT'", ['1', '2']],
    ["text = 'fruit!'", ['1', '2']],
    ["text = 'sour fruit'", []],
    ["text = 'the'", []],
    ["text in ('the', 'Fox')", ['3']],
    ["text all in ('SOUR', 'FRUIT')", ['1']],
    ["lower = 'APPLE'", ['1']],
    ["lower > 'b'", ['3']],
  ])('is what the field of the index makes of it: %s', async (where, expected) => {
    expect(await database.ids(`from index 'Things' where ${where}`)).toEqual(expected);
  });

  it('of a filter is compared as it stands, except by methods', async () => {
    const filtered = (filter: string) => database.ids(`from Things filter ${filter}`);
    expect(await filtered("city = 'London'")).toEqual(['2']);
    expect(await filtered("city != 'London'")).toEqual(['1', '3']);
    expect(await filtered("city in ('london', 'LONDON')")).toEqual(['3']);
    expect(await filtered("name > 'B'")).toEqual(['2', '3']);
    expect(await filtered("startsWith(name, 'APP')")).toEqual(['1', '2']);
    expect(await filtered("endsWith(name, 'X')")).toEqual(['3']);
  });
});

describe('an order', () => {
  it('by a field that the index does not have is refused', async () => {
    await expect(database.ids("from index 'Things' order by nope")).rejects.toThrow(
      "The field 'nope' is not indexed in 'Things'",
    );
    expect(await database.ids('from Things order by nope')).toEqual(['1', '2', '3']);
  });

  it('is that of the ids where documents are asked for by their ids', async () => {
    expect(await database.ids("from Things where id() in ('3', '1', '404', '1')")).toEqual(['1', '3']);
  });
});

describe('a field that is missing', () => {
  it('is null where it is named alone, and left out where a path begins with the alias', async () => {
    const rows = async (query: string) =>
      (await database.query(query)).Results.map(({ '@metadata': _, ...rest }) => rest);
    expect(await rows('from Things select name, age limit 2')).toEqual([
      { name: 'Apple', age: 5 },
      { name: 'apply', age: null },
    ]);
    expect(await rows('from Things as t select t.name, t.age, t.born limit 2')).toEqual([
      { name: 'Apple', age: 5 },
      { name: 'apply', born: null },
    ]);
    expect(await rows('from Things as t load t.city as c select t.name, c.x, c limit 1')).toEqual([
      { name: 'Apple' },
    ]);
  });
});
