import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueryParameters } from '../../node/querying/plan/bind-values.ts';
import { IndexedDatabase } from './indexed-database.ts';

const DOCUMENTS: readonly object[] = [
  { text: 'sweet fruit from a tree', name: 'Apple', color: 'Red', price: 1.2, tags: ['a', 'b'] },
  { text: 'sweet fruit that is long', name: 'Banana', color: 'red', price: 5, tags: ['b', 'c'] },
  { text: 'a green vegetable', name: 'Broccoli', color: 'Green', price: 10, date: '2020-03-15T00:00:00Z' },
  { text: 'quick brown fox jumps over the lazy dog', name: 'Applet', price: 3, date: '2020-01-15' },
  { text: 'the lazy brown dog sleeps quick', name: 'Apply', color: 'Blue', price: 100, tags: ['a', 'c'] },
];

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  for (const [at, document] of DOCUMENTS.entries()) await database.put(`${at}`, document, 'Things');
  const fields = 'text: t.text, name: t.name, color: t.color, price: t.price, tags: t.tags, date: t.date';
  database.defineIndex('Things', `map('Things', t => ({ ${fields} }))`, { text: { Indexing: 'Search' } });
  const shirts = [
    [
      { c: 'red', s: 'S' },
      { c: 'blue', s: 'M' },
    ],
    [
      { c: 'red', s: 'M' },
      { c: 'blue', s: 'S' },
    ],
    [
      { c: 'red', s: 'S' },
      { c: 'blue', s: 'M' },
      { c: 'green', s: 'L' },
    ],
  ];
  shirts.push([{ c: 'yellow', s: 'S' }]);
  for (const [at, types] of shirts.entries()) {
    await database.put(`s${at}`, { types, rank: 10 - at }, 'Shirts');
  }
  database.defineIndex('Shirts', "map('Shirts', s => s.types.map(t => ({ c: t.c, s: t.s, rank: s.rank })))");
});
afterAll(() => database.close());

/** Numbers of the documents that the static and the auto index find: they must agree. */
async function found(where: string, parameters: QueryParameters = {}): Promise<string> {
  const written = await database.ids(`from index 'Things' where ${where}`, parameters);
  const auto = await database.ids(`from Things where ${where}`, parameters);
  expect([...auto].sort()).toEqual([...written].sort());
  return [...written].sort().join(' ');
}

describe('startsWith() and endsWith() of nothing', () => {
  it('find empty texts alone', async () => {
    const names = ['', 'x', null];
    for (const [at, name] of names.entries()) await database.put(`e${at}`, { name }, 'Empties');
    await database.put('e3', {}, 'Empties');
    for (const where of ["startsWith(name, '')", "endsWith(name, '')", "exact(startsWith(name, ''))"]) {
      expect(await database.ids(`from Empties where ${where}`)).toEqual(['e0']);
    }
    expect(await database.ids("from Empties filter startsWith(name, '')")).toEqual(['e0']);
  });
});

describe('lucene()', () => {
  it.each<[query: string, expected: string]>([
    ['fox', '3'],
    ['FOX', '3'],
    ['fox vegetable', '2 3'],
    ['+quick +fox', '3'],
    ['quick AND NOT fox', '4'],
    ['-fox', ''],
    ['*:* -fox', '0 1 2 4'],
    ['sweet AND fruit OR fox', '0 1'],
    ['fox OR sweet AND fruit', '0 1'],
    ['(fox OR vegetable) AND quick', '3'],
    ['"quick brown"', '3'],
    ['"brown quick"', ''],
    ['"brown quick"~2', '3 4'],
    ['fax~', '3'],
    ['fax~0.9', ''],
    ['fru*', '0 1'],
    ['*RUIT', '0 1'],
    ['f?x', '3'],
    ['f*t', '0 1'],
    ['*', '0 1 2 3 4'],
    ['[tr TO v]', '0'],
    ['{tree TO v}', ''],
    ['[vegetable TO *]', '2'],
    ['the', ''],
    ['+the +fox', '3'],
    ['color:Red', '0 1'],
    ['color:(red blue)', '0 1 4'],
    ['color:(+red -blue) AND tags:a', '0'],
    ['name:App*', '0 3 4'],
    ['price:5', '1'],
    ['price:[2 TO 10]', '1 2 3'],
    ['price:{3 TO 10}', '1'],
    ['price:[* TO 3]', '0 3'],
    ['date:[2020-01-01 TO 2020-02-01]', '3'],
    ['date:[* TO *]', '2 3'],
    ['nope:x OR fox', '3'],
    ['text:fox', '3'],
    ['fox\\-jumps', '3'],
    ['jumps\\-fox', ''],
  ])('finds by %j', async (query, expected) => {
    expect(await found('lucene(text, $query)', { query })).toBe(expected);
  });

  it('asks any field, keeps the case where the query does, and joins with other clauses', async () => {
    expect(await found("lucene(color, 'RED OR blue')")).toBe('0 1 4');
    expect(await found("lucene(text, 'quick') and price > 50")).toBe('4');
    expect(await found("price < 4 and not lucene(text, 'fox')")).toBe('0');
    const exact = "from Things where exact(lucene(color, 'Red'))";
    expect(await database.ids(exact)).toEqual(['0']);
  });

  it('lets boosts and optional words decide the order by score', async () => {
    const ordered = (query: string) =>
      database.ids("from index 'Things' where lucene(text, $query) order by score()", { query });
    expect(await ordered('fox vegetable^4')).toEqual(['2', '3']);
    expect(await ordered('fox^4 vegetable')).toEqual(['3', '2']);
    expect(await ordered('+sweet long')).toEqual(['1', '0']);
    expect(await ordered('+sweet tree')).toEqual(['0', '1']);
  });
});

describe('fuzzy()', () => {
  it.each<[where: string, expected: string]>([
    ["fuzzy(name = 'aple', 0.5)", '0'],
    ["fuzzy(name = 'aple', 0.75)", ''],
    ["fuzzy(name = 'APLE', 0.49)", '0 3 4'],
    ["fuzzy(name = 'apple', 0.9)", '0'],
    ["fuzzy(name = 'xyz', 0.1)", ''],
    ["fuzzy(id() = '7', 0)", ''],
  ])('%s', async (where, expected) => {
    expect(await found(where)).toBe(expected);
  });

  it('counts a term the more, the more it is alike', async () => {
    const query = "from index 'Things' where fuzzy(name = 'applx', 0.5) order by score()";
    expect((await database.ids(query))[0]).not.toBe('3');
  });
});

describe('proximity()', () => {
  it.each<[where: string, expected: string]>([
    ["proximity(search(text, 'quick brown'), 0)", '3'],
    ["proximity(search(text, 'brown quick'), 1)", ''],
    ["proximity(search(text, 'brown quick'), 2)", '3 4'],
    ["proximity(search(text, 'quick dog'), 4)", '4'],
    ["proximity(search(text, 'quick dog'), 5)", '3 4'],
    ["proximity(search(text, 'quick lazy dog', and), 5)", '3 4'],
    ["proximity(search(text, 'quick the lazy dog'), 3)", ''],
  ])('%s', async (where, expected) => {
    expect(await found(where)).toBe(expected);
  });
});

describe('phrases of search()', () => {
  it.each<[text: string, operator: string, expected: string]>([
    ['"quick brown"', 'or', '3'],
    ['"brown fox" OR "sweet fruit"', 'or', '0 1 3'],
    ['"lazy the dog"', 'or', '3'],
    ['"brown fox" lazy', 'and', '3'],
    ['"brown dog" fox', 'and', ''],
  ])('%s with %s', async (text, operator, expected) => {
    expect(await found(`search(text, $text, ${operator})`, { text })).toBe(expected);
  });
});

describe('intersect()', () => {
  const ids = (where: string, more = '') => database.ids(`from index 'Shirts' where ${where} ${more}`);

  it.each<[where: string, expected: readonly string[]]>([
    ["intersect(c = 'red' and s = 'S', c = 'blue' and s = 'M')", ['s0', 's2']],
    ["intersect(c = 'red', c = 'blue')", ['s0', 's1', 's2']],
    ["intersect(c = 'red', c = 'blue', c = 'green')", ['s2']],
    ["intersect(c = 'red', c = 'pink')", []],
    ["intersect(c = 'red', c = 'yellow')", []],
    ["intersect(s = 'S', c = 'yellow', c = 'red')", []],
    ["intersect(c = 'yellow', s = 'S')", ['s3']],
    ["intersect(c = 'red' or c = 'green', s = 'M' and c = 'red')", ['s1']],
  ])('%s', async (where, expected) => {
    expect(await ids(where)).toEqual(expected);
  });

  it('gives each document once, in any order and page, and counts documents', async () => {
    const where = "intersect(c = 'red', c = 'blue')";
    expect(await ids(where, 'order by rank as long')).toEqual(['s2', 's1', 's0']);
    expect(await ids(where, 'limit 1, 1')).toEqual(['s1']);
    const { TotalResults } = await database.query(`from index 'Shirts' where ${where} select rank`);
    expect(TotalResults).toBe(3);
  });
});

describe('texts and what is exact', () => {
  it.each<[where: string, p: QueryParameters[string], expected: string]>([
    ["boost(name = 'apple', $p)", '2', '0'],
    ["boost(name = 'apple', $p)", '-1.5', '0'],
    ["exact(color between 'A' and 'Z')", null, '0 2 4'],
    ["exact(color between 'a' and 'z')", null, '1'],
    ["exact(regex(color, '^r'))", null, '1'],
    ["regex(color, '^r')", null, '0 1'],
    ['regex(color, $p)', '', '0 1 2 4'],
    ["exact(id() = '0')", null, '0'],
  ])('%s, with %j', async (where, p, expected) => {
    expect((await database.ids(`from Things where ${where}`, { p })).join(' ')).toBe(expected);
  });

  it.each(['x', '', '2x', '1e999', null, true])('%j is no factor', async (p) => {
    const query = database.ids("from Things where boost(name = 'apple', $p)", { p });
    await expect(query).rejects.toThrow('boost() expects to get a number');
  });
});

describe('between', () => {
  it.each<[where: string, from: QueryParameters[string], to: QueryParameters[string], expected: string]>([
    ['price between $from and $to', '*', 3, '0 3'],
    ['price between $from and $to', 5, 'NULL', '1 2 4'],
    ['price between $from and $to', 3, null, '1 2 3 4'],
    ['date between $from and $to', '*', '2020-02-01T00:00:00.0000000', '3'],
    ['date between $from and $to', '2020-02-01T00:00:00.0000000', 'NULL', '2'],
    ['date between $from and $to', '*', 'NULL', '2 3'],
    ['name between $from and $to', '*', 'appleZ', '0 3'],
    ['name between $from and $to', 'b', 'NULL', '1 2'],
    ['date between $from and $to', '2020-01-15', '2020-03', '3'],
    ['date between $from and $to', 'NULL', '2020-03-15', ''],
    ['date between $from and $to', '2020-01-15', '*', ''],
  ])('%s, from %j to %j', async (where, from, to, expected) => {
    const ids = await database.ids(`from Things where ${where}`, { from, to });
    expect([...ids].sort().join(' ')).toBe(expected);
  });

  it('refuses a number and a text', async () => {
    const query = database.ids("from Things where price between 1 and 'NULL VALUE'");
    await expect(query).rejects.toThrow('must have one type, but they are Long and String');
  });
});

describe('a text method that makes no sense is refused', () => {
  it.each<[where: string, message: string]>([
    ["lucene(text, '(fox')", "Cannot parse '(fox' as a Lucene query: ')' was expected at character 4"],
    ['lucene(text)', 'expects a value as its second argument'],
    ['lucene(text, 5)', 'expects to get an argument of type String while it got Long'],
    ["lucene(nope, 'x')", "The field 'nope' is not indexed in 'Things'"],
    ["fuzzy(name = 'x')", 'Method fuzzy() expects to have two arguments'],
    ["fuzzy(name > 'x', 0.5)", "expects a comparison with '='"],
    ['fuzzy(price = 5, 0.5)', 'compares with a text, but it was Long'],
    ["fuzzy(name = 'x', 1)", 'must be at least 0 and less than 1'],
    ["proximity(search(text, 'the quick'), 5)", 'works only on multiple search terms'],
    ["proximity(search(text, 'quick brown'))", 'Method proximity() expects to have two arguments'],
    ["proximity(text = 'quick', 2)", 'expects a search(…) as its first argument'],
    ["proximity(search(text, 'quick brown'), -1)", 'cannot be negative'],
    ["boost(name = 'x', '2')", 'Method boost() expects to get a number while it got String'],
    ['count() > 1', 'count() may only be used in group by queries'],
    ['sum(price) > 1', 'sum() may only be used in group by queries'],
    ["key() = 'x'", 'key() may only be used in group by queries'],
    ['nope() > 1', "Method 'nope' is not supported"],
    ["intersect(name = 'x')", 'must have multiple intersect clauses'],
    ["intersect(name = 'x', name = 'y') and price > 2", 'must hold just one intersect(…)'],
  ])('%s: %s', async (where, message) => {
    await expect(database.ids(`from index 'Things' where ${where}`)).rejects.toThrow(message);
  });
});
