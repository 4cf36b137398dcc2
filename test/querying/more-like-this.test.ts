import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueryParameters } from '../../node/querying/plan/bind-values.ts';
import { IndexedDatabase } from './indexed-database.ts';

const DOCUMENTS: readonly object[] = [
  { text: 'sweet fruit from a tree', color: 'Red', price: 1 },
  { text: 'sweet fruit that is long and yellow', color: 'red', price: 5 },
  { text: 'a green vegetable', color: 'Green', price: 10 },
  { text: 'sour fruit', color: 'Yellow', price: 7 },
  { text: 'quick brown fox jumps over the lazy dog', color: 'Grey', price: 3 },
  { text: 'the lazy brown dog sleeps quick', color: 'Blue', price: 100 },
  { text: 'fruit, fruit and fruit', color: 'Blue', price: 15 },
];

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  for (const [at, document] of DOCUMENTS.entries()) await database.put(`${at}`, document, 'Things');
  const map = "map('Things', t => ({ text: t.text, color: t.color, price: t.price }))";
  database.defineIndex('Vectors', map, { text: { Indexing: 'Search', TermVector: 'Yes' } });
  database.defineIndex('Plain', map);
  database.defineIndex('Words', "map('Things', t => t.text.split(' ').map(word => ({ word })))");
  await database.put('stop/1', { StopWords: ['Sweet', 'lazy'] });
});
afterAll(() => database.close());

const like = (base: string, o: object | null = {}, more = '', index = 'Vectors') =>
  database.ids(`from index '${index}' where moreLikeThis(${base}, $o) ${more}`, { o });

describe('more like this', () => {
  it('gives what shares words with the document, the likest first, and not the document itself', async () => {
    expect(await like("id() = '0'")).toEqual(['1', '6', '3']);
    expect(await like("id() = '5'")).toEqual(['4']);
    expect(await database.ids("from index 'Vectors' where moreLikeThis(id() = '0')")).toEqual([
      '1',
      '6',
      '3',
    ]);
    expect(await like("id() = '0'", null)).toEqual(['1', '6', '3']);
    expect(await like("id() = '2'")).toEqual([]);
  });

  it.each<[options: object, expected: readonly string[]]>([
    [{ MinimumDocumentFrequency: 4 }, ['6', '1', '3']],
    [{ MinimumDocumentFrequency: 5 }, []],
    [{ MaximumDocumentFrequency: 2 }, ['1']],
    [{ MaximumDocumentFrequencyPercentage: 30 }, ['1']],
    [{ MinimumTermFrequency: 2 }, []],
    [{ MinimumWordLength: 6 }, []],
    [{ MaximumWordLength: 4, MinimumDocumentFrequency: 2 }, []],
    [{ maximumQueryTerms: 0 }, []],
    [{ StopWordsDocumentId: 'stop/1' }, ['6', '1', '3']],
    [{ StopWordsDocumentId: 'stop/1', MaximumDocumentFrequency: 3 }, []],
    [{ MaximumNumberOfTokensParsed: 1 }, ['1']],
    [{ Fields: ['color'] }, ['1']],
    [{ Fields: ['color', 'text'] }, ['1', '6', '3']],
    [{ Fields: ['nope'] }, []],
    [{ Boost: true, BoostFactor: 2 }, ['1', '6', '3']],
  ])('with options %j', async (options, expected) => {
    expect(await like("id() = '0'", options)).toEqual(expected);
  });

  it('takes the oftener a document has a word as more of what it is about', async () => {
    expect(await like("id() = '6'", { MinimumTermFrequency: 3 })).toEqual(['0', '1', '3']);
    expect(await like("id() = '6'", { MinimumTermFrequency: 4 })).toEqual([]);
  });

  it('compares with the first of what a condition finds, or with a document that the query brings', async () => {
    expect(await like("color = 'GREY'")).toEqual(['5']);
    expect(await like('true')).toEqual(['1', '6', '3']);
    const given = async (d: unknown) =>
      database.ids("from index 'Vectors' where moreLikeThis($d)", { d } as QueryParameters);
    expect(await given('{"text": "a lazy dog"}')).toEqual(['4', '5']);
    expect(await given({ text: 'a lazy dog' })).toEqual(['4', '5']);
    expect(await given({ color: 'BLUE' })).toEqual(['5', '6']);
    expect(await given({})).toEqual([]);
  });

  it('joins with other conditions, orders and pages', async () => {
    expect(await like("id() = '0'", {}, 'and price > 6')).toEqual(['6', '3']);
    expect(await like("id() = '0'", {}, 'order by price as long desc')).toEqual(['6', '3', '1']);
    expect(await like("id() = '0'", {}, 'limit 1')).toEqual(['1']);
    expect([...(await like("id() = '0'", {}, 'or price > 50'))].sort()).toEqual(['1', '3', '5', '6']);
  });

  it('takes all fields of an index that keeps none for it, and all entries of a document', async () => {
    expect(await like("id() = '0'", {}, '', 'Plain')).toEqual(['1']);
    expect([...(await like("id() = '3'", {}, '', 'Words'))].sort()).toEqual(['0', '1', '6']);
  });

  it.each<[query: string, parameters: QueryParameters, message: string]>([
    ["from Things where moreLikeThis(id() = '0')", {}, 'cannot be used in dynamic queries'],
    ["from index 'Vectors' where moreLikeThis()", {}, 'expects to have one or two arguments'],
    ["from index 'Vectors' where moreLikeThis(id() = '404')", {}, 'did not yield any documents'],
    ["from index 'Vectors' where moreLikeThis($d)", { d: 'no json' }, 'must be a JSON object'],
    ["from index 'Vectors' where moreLikeThis($d)", { d: 7 }, 'must be a JSON object'],
    ["from index 'Vectors' where moreLikeThis(id() = '0', 5)", {}, 'as a parameter'],
    [
      "from index 'Vectors' where moreLikeThis(id() = '0', $o)",
      { o: { MinimumTermFrequency: 'x' } },
      "'MinimumTermFrequency' of the options of moreLikeThis() must be a whole number",
    ],
    [
      "from index 'Vectors' where moreLikeThis(id() = '0', $o)",
      { o: { MaximumQueryTerms: 5000 } },
      'may be 1024',
    ],
    [
      "from index 'Vectors' where moreLikeThis(id() = '0', $o)",
      { o: { StopWordsDocumentId: 'stop/2' } },
      'Stop words document stop/2 could not be found',
    ],
    ["from Things filter moreLikeThis(id() = '0')", {}, 'cannot be used in dynamic queries'],
  ])('%s with %j is refused', async (query, parameters, message) => {
    await expect(database.query(query, parameters)).rejects.toThrow(message);
  });
});
