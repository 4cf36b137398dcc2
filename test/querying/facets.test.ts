import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueryParameters } from '../../node/querying/plan/bind-values.ts';
import { IndexedDatabase } from './indexed-database.ts';

interface FacetValue {
  readonly Name: string | null;
  readonly Count: number;
  readonly Range: string;
}

interface Facet {
  readonly Name: string;
  readonly Values: readonly FacetValue[];
  readonly RemainingHits: number;
  readonly RemainingTermsCount: number;
  readonly RemainingTerms: readonly string[];
}

let database: IndexedDatabase;

const DOCUMENTS: readonly object[] = [
  { color: 'Red', price: 1.2, qty: 10, text: 'sweet fruit', tags: ['a', 'b'], date: '2020-01-15T00:00:00Z' },
  { color: 'red', price: 5, qty: 20, text: 'sweet and yellow', tags: ['b', 'b'], date: '2020-03-15' },
  { color: 'Green', price: 10, qty: null, text: 'a green vegetable', tags: [] },
  { color: null, price: 2, qty: 5, text: 'bitter root' },
  { color: '', price: 7.5, qty: 1, text: 'sour fruit' },
  { price: 3, qty: 'many', text: 'quick' },
  { color: 'Blue', price: 100, qty: 7, text: 'lazy' },
];

beforeAll(async () => {
  database = await IndexedDatabase.open();
  for (const [at, document] of DOCUMENTS.entries()) await database.put(`p/${at}`, document, 'Products');
  database.defineIndex(
    'Products',
    "map('Products', p => ({ color: p.color, price: p.price, qty: p.qty, text: p.text, tags: p.tags, date: p.date }))",
    { text: { Indexing: 'Search' } },
  );
  await database.put('facets/1', {
    Facets: [
      {
        FieldName: 'color',
        DisplayFieldName: 'Colour',
        Options: { TermSortMode: 'CountDesc', PageSize: 1, IncludeRemainingTerms: true },
        Aggregations: { Sum: [{ Name: 'price', DisplayName: 'total' }] },
      },
      { FieldName: null, Aggregations: { Max: 'price' } },
    ],
    RangeFacets: [{ Ranges: ['price < 5', 'price >= 5'], DisplayFieldName: 'Price' }],
  });
  await database.put('facets/count', { Facets: [{ FieldName: 'color', Aggregations: { Count: 'price' } }] });
  await database.put('facets/odd', { Facets: [{ FieldName: 7 }] });
  await database.put('facets/range', { RangeFacets: [{ Ranges: ['price <'] }] });
});
afterAll(() => database.close());

async function facets(select: string, parameters: QueryParameters = {}, where = ''): Promise<Facet[]> {
  const { Results } = await database.query(`from index 'Products' ${where} select ${select}`, parameters);
  return Results as unknown as Facet[];
}

/** `value=count` of the only facet. */
async function counts(select: string, parameters: QueryParameters = {}, where = ''): Promise<string[]> {
  const [facet] = await facets(select, parameters, where);
  return (facet?.Values ?? []).map(({ Range, Count }) => `${Range}=${Count}`);
}

describe('a facet', () => {
  it.each<[select: string, expected: readonly string[]]>([
    ['facet(color)', ['blue=1', 'EMPTY_STRING=1', 'green=1', 'NULL_VALUE=1', 'red=2']],
    ["facet('color')", ['blue=1', 'EMPTY_STRING=1', 'green=1', 'NULL_VALUE=1', 'red=2']],
    ['facet(tags)', ['a=1', 'b=2']],
    ['facet(price)', ['1.2=1', '10=1', '100=1', '2=1', '3=1', '5=1', '7.5=1']],
    ['facet(date)', ['2020-01-15T00:00:00.0000000Z=1', '2020-03-15=1']],
    [
      'facet(text)',
      'bitter fruit green lazy quick root sour sweet vegetable yellow'
        .split(' ')
        .map((word) => `${word}=${word === 'fruit' || word === 'sweet' ? 2 : 1}`),
    ],
    ['facet()', ['@AllResults=7']],
    [
      'facet(price < 2, price between 2 and 10, price >= 10 and price < 50)',
      ['price < 2=1', 'price between 2 and 10=5', 'price >= 10 and price < 50=1'],
    ],
    ["facet(date < '2020-02-01', date >= '2020-02-01')", ['date < 2020-02-01=1', 'date >= 2020-02-01=1']],
    ['facet(price > 1000)', ['price > 1000=0']],
  ])('%s counts what matches', async (select, expected) => {
    expect(await counts(select)).toEqual(expected);
  });

  it('counts only what matches the condition, whatever the page of the query', async () => {
    expect(await counts('facet(color) limit 1', {}, 'where price < 6')).toEqual(['NULL_VALUE=1', 'red=2']);
    expect(await counts('facet(color)', {}, "where color = 'no such'")).toEqual([]);
    expect(await counts('facet(price < 6)', {}, "where color = 'no such'")).toEqual(['price < 6=0']);
  });

  it.each<[options: object, values: string[], remaining: [hits: number, count: number, terms: string[]]]>([
    [{ termSortMode: 'CountDesc', pageSize: 2 }, ['red=2', 'blue=1'], [3, 3, []]],
    [
      { TermSortMode: 'valuedesc', Start: 1, PageSize: 2, IncludeRemainingTerms: true },
      ['NULL_VALUE=1', 'green=1'],
      [2, 2, ['EMPTY_STRING', 'blue']],
    ],
    [{ termSortMode: 'CountAsc', start: 4 }, ['red=2'], [0, 0, []]],
    [{ start: 99, includeRemainingTerms: true }, [], [0, 0, []]],
    [{ pageSize: 0 }, [], [6, 5, []]],
    [{}, ['blue=1', 'EMPTY_STRING=1', 'green=1', 'NULL_VALUE=1', 'red=2'], [0, 0, []]],
  ])('with options %j shows a page of its values', async (options, values, [hits, count, terms]) => {
    const [facet] = await facets('facet(color, $options)', { options });
    expect(facet?.Values.map(({ Range, Count }) => `${Range}=${Count}`)).toEqual(values);
    expect(facet).toMatchObject({
      RemainingHits: hits,
      RemainingTermsCount: count,
      RemainingTerms: terms,
    });
  });

  it('computes over the numbers of its entries; what is no number has no part', async () => {
    const [facet] = await facets(
      'facet(color, sum(price) as p, max(price) as p, avg(qty), min(qty), sum(qty))',
    );
    expect(facet?.Values).toEqual([
      { Name: 'p', Max: 100, Sum: 100, Count: 1, Range: 'blue' },
      { Name: 'qty', Average: 7, Min: 7, Sum: 7, Count: 1, Range: 'blue' },
      { Name: 'p', Max: 7.5, Sum: 7.5, Count: 1, Range: 'EMPTY_STRING' },
      { Name: 'qty', Average: 1, Min: 1, Sum: 1, Count: 1, Range: 'EMPTY_STRING' },
      { Name: 'p', Max: 10, Sum: 10, Count: 1, Range: 'green' },
      { Name: 'qty', Sum: 0, Count: 1, Range: 'green' },
      { Name: 'p', Max: 2, Sum: 2, Count: 1, Range: 'NULL_VALUE' },
      { Name: 'qty', Average: 5, Min: 5, Sum: 5, Count: 1, Range: 'NULL_VALUE' },
      { Name: 'p', Max: 5, Sum: 6.2, Count: 2, Range: 'red' },
      { Name: 'qty', Average: 15, Min: 10, Sum: 30, Count: 2, Range: 'red' },
    ]);
    const [ordered] = await facets('facet(price < 2, sum(price), min(qty), sum(qty) as s)');
    expect(ordered?.Values.map(({ Name }) => Name)).toEqual(['price', 's', 'qty']);
    const [all] = await facets('facet(sum(price), sum(nope))');
    expect(all).toMatchObject({
      Name: '@AllResults',
      Values: [
        { Name: 'price', Sum: 128.7, Count: 7, Range: '@AllResults' },
        { Name: 'nope', Sum: 0, Count: 7, Range: '@AllResults' },
      ],
    });
    const [none] = await facets('facet(price > 1000, sum(price), min(price))');
    expect(none?.Values).toEqual([{ Name: 'price', Count: 0, Range: 'price > 1000' }]);
  });

  it('goes by its alias, and its ranges by their values', async () => {
    const named = await facets(
      "facet(color) as c, facet(p.price < $max, p.price >= $max) as 'a b'",
      { max: 2.5 },
      'as p',
    );
    expect(named.map(({ Name }) => Name)).toEqual(['c', 'a b']);
    expect(named[1]?.Values.map(({ Range }) => Range)).toEqual(['price < 2.5', 'price >= 2.5']);
  });

  it('may stand in a document', async () => {
    const [colour, all, price] = await facets("facet(id('facets/1'))");
    expect(colour).toEqual({
      Name: 'Colour',
      Values: [{ Name: 'total', Sum: 6.2, Count: 2, Range: 'red' }],
      RemainingHits: 4,
      RemainingTermsCount: 4,
      RemainingTerms: ['blue', 'EMPTY_STRING', 'green', 'NULL_VALUE'],
    });
    expect(all?.Values).toEqual([{ Name: 'price', Max: 100, Count: 7, Range: '@AllResults' }]);
    expect(price).toMatchObject({ Name: 'Price', Values: [{ Count: 3 }, { Count: 4 }] });
  });

  it.each<[select: string, parameters: QueryParameters, message: string]>([
    ['facet(nope)', {}, "The field 'nope' of a facet is not indexed"],
    ['facet(color), price', {}, 'can select nothing else'],
    ['facet(price), facet(price < 5)', {}, "Duplicate alias 'price' detected"],
    ['facet(price) as a, facet(color) as a', {}, "Duplicate alias 'a' detected"],
    ["facet(id('facets/count'))", {}, "can be Average, Max, Min, Sum, but one is 'count'"],
    ['distinct facet(color)', {}, 'Cannot use SELECT DISTINCT in a facet query'],
    ["facet(color = 'red')", {}, 'Unsupported operator in a range of a facet query: ='],
    ['facet(price < 1 or price > 2)', {}, 'Unsupported operator in a range of a facet query: or'],
    ['facet(price < 1, qty > 2)', {}, "same field while we got 'price' and 'qty'"],
    ['facet(price < 1 and qty > 2)', {}, "same field while we got 'price' and 'qty'"],
    ['facet(price < $p)', { p: null }, "A range can't begin or end with null"],
    ['facet(color, count(price))', {}, "count() can't be in a facet"],
    ['facet(color, sum(5))', {}, 'sum() in a facet expects a field'],
    ['facet(color, price)', {}, "facet() can't have the field price"],
    ['facet(color, $o)', { o: null }, 'must be a JSON object, but it is null'],
    [
      'facet(color, $o)',
      { o: { PageSize: -1 } },
      "'PageSize' of the options $o of a facet must be a whole number",
    ],
    [
      'facet(color, $o)',
      { o: { TermSortMode: 'Best' } },
      'must be one of ValueAsc, ValueDesc, CountAsc, CountDesc',
    ],
    ["facet(id('facets/2'))", {}, "Document 'facets/2' does not exist."],
    [
      "facet(id('facets/odd'))",
      {},
      "'FieldName' of the facet setup 'facets/odd' must be a text, but it is 7",
    ],
    ["facet(id('facets/range'))", {}, "Expected a value after '<'"],
  ])('%s is refused: %j', async (select, parameters, message) => {
    await expect(facets(select, parameters)).rejects.toThrow(message);
  });

  it('needs a static index', async () => {
    await expect(database.query('from Products select facet(color)')).rejects.toThrow(
      'Facet query must be executed against static index.',
    );
  });
});

describe('facets of many entries', () => {
  it('are the sums of those of fewer, which are counted in another way', async () => {
    // 60 documents of 80 entries each.
    for (let n = 0; n < 60; n++) await database.put(`n/${n}`, { n }, 'Numbers');
    database.defineIndex(
      'Numbers',
      `map('Numbers', d => Array.from({ length: 80 }, (_, m) => ({
        n: d.n,
        kind: ['k' + (m % 7), 'k' + (d.n % 3)],
        value: (m % 50) / 4,
      })))`,
    );
    const asked = async (
      where: string,
    ): Promise<Map<string, { Count: number; Sum: number; Max: number }>> => {
      const { Results } = await database.query(
        `from index 'Numbers' ${where} select facet(kind, sum(value), max(value))`,
      );
      const [facet] = Results as unknown as {
        Values: { Range: string; Count: number; Sum: number; Max: number }[];
      }[];
      return new Map(facet?.Values.map(({ Range, Count, Sum, Max }) => [Range, { Count, Sum, Max }]));
    };
    const whole = await asked('');
    const low = await asked('where n < 24');
    const high = await asked('where n >= 24');
    expect([...whole.keys()]).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6']);
    for (const [kind, all] of whole) {
      const [a, b] = [low.get(kind), high.get(kind)];
      expect(all).toEqual({
        Count: (a?.Count ?? 0) + (b?.Count ?? 0),
        Sum: (a?.Sum ?? 0) + (b?.Sum ?? 0),
        Max: Math.max(a?.Max ?? 0, b?.Max ?? 0),
      });
    }
  });
});
