import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueryParameters } from '../../node/querying/plan/bind-values.ts';
import { IndexedDatabase } from './indexed-database.ts';

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  const names = ['Apple', 'Banana', 'Applet', 'Apply', 'Ape', 'Lemon', 'Lemon', 'Apply'];
  for (const [at, name] of names.entries()) {
    const text = at % 2 === 0 ? 'sweet fruit from the tree' : 'sour fruits';
    await database.put(`p/${at}`, { name, text, code: 'AbC' }, 'Products');
  }
  database.defineIndex(
    'Products',
    "map('Products', p => ({ name: p.name, text: p.text, code: p.code, plain: p.name }))",
    {
      name: { Suggestions: true },
      text: { Indexing: 'Search', Suggestions: true },
      code: { Indexing: 'Exact', Suggestions: true },
      later: { Suggestions: true },
    },
  );
});
afterAll(() => database.close());

async function suggested(select: string, parameters: QueryParameters = {}, from = "from index 'Products'") {
  const { Results } = await database.query(`${from} select ${select}`, parameters);
  return Results;
}

async function words(select: string, parameters: QueryParameters = {}): Promise<unknown> {
  return (await suggested(select, parameters))[0]?.Suggestions;
}

describe('suggestions', () => {
  it.each<[select: string, parameters: QueryParameters, expected: readonly string[]]>([
    ["suggest(name, 'aple')", {}, ['apple', 'ape', 'applet', 'apply']],
    ["suggest(name, 'APLE')", {}, ['apple', 'ape', 'applet', 'apply']],
    ["suggest(name, 'apply')", {}, ['apply', 'apple', 'applet']],
    ["suggest(name, 'zzzzzz')", {}, []],
    ["suggest(name, '')", {}, []],
    ['suggest(name, $terms)', { terms: ['lemno', 'bananas'] }, ['banana', 'lemon']],
    ['suggest(name, $terms)', { terms: [] }, []],
    ["suggest(name, 'aple', $o)", { o: { accuracy: 0.75 } }, ['apple', 'ape']],
    ["suggest(name, 'aple', $o)", { o: { PageSize: 2, Accuracy: null } }, ['apple', 'ape']],
    ["suggest(name, 'aple', $o)", { o: { pageSize: 0 } }, []],
    [
      "suggest(name, 'aple', $o)",
      { o: { distance: 'JaroWinkler', accuracy: 0.9 } },
      ['apple', 'ape', 'applet'],
    ],
    [
      "suggest(name, 'aple', $o)",
      { o: { distance: 'NGram', accuracy: 0.6 } },
      ['apple', 'apply', 'applet', 'ape'],
    ],
    ["suggest(text, 'frut')", {}, ['fruit', 'fruits', 'from']],
    ["suggest(text, 'frut', $o)", { o: { sortMode: 'Popularity' } }, ['fruit', 'fruits', 'from']],
    ["suggest(name, 'applx')", {}, ['apple', 'apply', 'applet']],
    ["suggest(name, 'applx', $o)", { o: { sortMode: 'Popularity' } }, ['apply', 'apple', 'applet']],
    ["suggest(text, 'sweat frut')", {}, ['fruit', 'sweet', 'fruits', 'from']],
    ["suggest(code, 'AbD')", {}, ['AbC']],
    ["suggest(code, 'xyz')", {}, []],
    ["suggest(later, 'x')", {}, []],
  ])('%s with %j', async (select, parameters, expected) => {
    expect(await words(select, parameters)).toEqual(expected);
  });

  it('go by their alias, several in one query, whatever its condition and page', async () => {
    expect(
      await suggested(
        "suggest(name, 'lemn') as n, suggest('text', 'sweets') limit 0",
        {},
        "from index 'Products' where name = 'nobody'",
      ),
    ).toEqual([
      { Name: 'n', Suggestions: ['lemon'] },
      { Name: 'text', Suggestions: ['sweet'] },
    ]);
  });

  it('of a collection make an auto index that can suggest', async () => {
    expect(await suggested("suggest(name, 'lemn')", {}, 'from Products')).toEqual([
      { Name: 'name', Suggestions: ['lemon'] },
    ]);
    expect(database.indexes.autoIndexes.map(({ Name }) => Name)).toEqual(['Auto/Products/BySuggest(name)']);
  });

  it.each<[select: string, parameters: QueryParameters, message: string]>([
    ["suggest(plain, 'x')", {}, "Index 'Products' does not have suggestions configured for field 'plain'."],
    ["suggest(nope, 'x')", {}, "Index 'Products' does not have a field 'nope'."],
    ['suggest(name, 5)', {}, 'it was Long'],
    ['suggest(name, null)', {}, 'it was Null'],
    ['suggest(name, $t)', { t: ['a', 1] }, 'it was Long'],
    ['suggest(name, $t)', { t: 'x'.repeat(257) }, 'may have 256 characters'],
    ['suggest(name, $t)', { t: Array.from({ length: 65 }, String) }, 'suggestions for 64 terms'],
    ['suggest(name)', {}, "must contain two or three arguments but '1' were specified"],
    ["suggest(name, 'x'), plain", {}, 'can select nothing else'],
    ["suggest(name, 'x'), facet(name)", {}, 'can select nothing else'],
    ["distinct suggest(name, 'x')", {}, 'Cannot use SELECT DISTINCT in a suggestion query'],
    ["suggest(name, 'x', $o)", { o: null }, 'must be a JSON object, but it is null'],
    ["suggest(name, 'x', $o)", { o: { Distance: 'Miles' } }, 'must be one of None, Default, Levenshtein'],
    [
      "suggest(name, 'x', $o)",
      { o: { Accuracy: 'high' } },
      "'Accuracy' of the options of suggest() must be a number",
    ],
  ])('%s with %j is refused', async (select, parameters, message) => {
    await expect(suggested(select, parameters)).rejects.toThrow(message);
  });
});
