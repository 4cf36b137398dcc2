import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fragmentsOf, type Hit } from '../../node/querying/execute/highlight/fragments.ts';
import { IndexedDatabase } from './indexed-database.ts';

const TAGS = [
  ['[', ']'],
  ['<', '>'],
] as const;

describe('fragments of a text', () => {
  const hitsOf = (text: string, ...words: readonly string[]): Hit[] =>
    words
      .flatMap((word, kind) =>
        Array.from(text.matchAll(new RegExp(word, 'g')), ({ index }) => ({
          start: index,
          end: index + word.length,
          kind,
        })),
      )
      .sort((a, b) => a.start - b.start);
  const TEXT = 'apple fruit from the tree, a sweet fruit that everybody likes';

  it.each([
    [18, 2, ['fruit'], ['apple [fruit] from', 'a sweet [fruit] that']],
    [18, 1, ['fruit'], ['apple [fruit] from']],
    [100, 3, ['fruit'], ['apple [fruit] from the tree, a sweet [fruit] that everybody likes']],
    [30, 3, ['fruit', 'sweet'], ['<sweet> [fruit] that everybody', 'apple [fruit] from the tree, a']],
    [1, 1, ['everybody'], ['[everybody]']],
    [100, 0, ['fruit'], []],
    [100, 3, ['nothing'], []],
  ] as const)('%i characters, %i of them, %j', (length, count, words, fragments) => {
    expect(fragmentsOf(TEXT, hitsOf(TEXT, ...words), { length, count, tags: TAGS })).toEqual(fragments);
  });

  it('hold every hit once, whole, and are no longer than they may be', () => {
    const words = fc.array(fc.constantFrom('a', 'bb', 'hit', 'hit', 'long-word', ' ', '\n'), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 60 }), (parts, length) => {
        const text = parts.join(' ');
        const hits = hitsOf(text, 'hit');
        const fragments = fragmentsOf(text, hits, { length, count: 1000, tags: TAGS });
        const shown = fragments.flatMap((fragment) => fragment.match(/\[hit\]/g) ?? []);
        expect(shown.length).toBe(hits.length);
        for (const fragment of fragments) {
          const plain = fragment.replace(/[[\]]/g, '');
          expect(text).toContain(plain);
          expect(plain.length).toBeLessThanOrEqual(Math.max(length, 'hit'.length));
        }
      }),
    );
  });
});

describe('a query that includes highlights', () => {
  let database: IndexedDatabase;

  beforeAll(async () => {
    database = await IndexedDatabase.open();
    const texts = {
      't/1': { text: 'apple fruit from the tree, a sweet fruit that everybody likes', name: 'Apple' },
      't/2': { text: 'cherry fruit', name: 'cherry', tags: ['red fruit', 'x', 7] },
      't/3': { text: 'nothing here', name: 'none' },
    };
    for (const [id, text] of Object.entries(texts)) await database.put(id, text, 'Texts');
    database.defineIndex(
      'Texts',
      "map('Texts', t => ({ text: t.name + ': ' + t.text, name: t.name, tags: t.tags }))",
      {
        text: { Indexing: 'Search' },
        tags: { Indexing: 'Search', Analyzer: 'WhitespaceAnalyzer' },
      },
    );
  });
  afterAll(() => database.close());

  const highlightsOf = async (query: string, options?: object) => {
    const answer = (await database.query(query, options === undefined ? {} : { options })) as unknown as {
      readonly Highlightings?: unknown;
    };
    return answer.Highlightings;
  };
  const SQUARE = { PreTags: ['['], PostTags: [']'] };

  it.each([
    [
      "search(text, 'fruit')",
      'highlight(text, 18, 2, $options)',
      { text: { 't/1': ['apple [fruit] from', 'a sweet [fruit] that'], 't/2': ['cherry [fruit]'] } },
    ],
    [
      "search(text, 'fru*')",
      'highlight(text, 18, 1, $options)',
      { text: { 't/1': ['apple [fruit] from'], 't/2': ['cherry [fruit]'] } },
    ],
    ["search(text, '*ee')", 'highlight(text, 18, 1, $options)', { text: { 't/1': ['the [tree], a sweet'] } }],
    [
      'search(text, \'"sweet fruit"\')',
      'highlight(text, 24, 1, $options)',
      { text: { 't/1': ['tree, a [sweet fruit] that'] } },
    ],
    [
      'search(text, \'"fruit from the tree"\')',
      'highlight(text, 18, 1, $options)',
      { text: { 't/1': ['[fruit from the tree]'] } },
    ],
    [
      "name = 'apple' or search(text, 'cherry')",
      'highlight(name, 18, 1, $options), highlight(text, 18, 1, $options)',
      { name: { 't/1': ['[Apple]'] }, text: { 't/2': ['[cherry] fruit'] } },
    ],
    ["search(tags, 'fruit')", 'highlight(tags, 18, 1, $options)', { tags: { 't/2': ['red [fruit] x 7'] } }],
    [
      "search(text, 'fruit') and not search(text, 'cherry')",
      'highlight(text, 40, 1, $options)',
      {
        text: { 't/1': ['apple [fruit] from the tree, a sweet [fruit]'] },
      },
    ],
    ["search(text, 'fruit')", 'highlight(name, 18, 1, $options)', {}],
  ] as const)('%s include %s', async (where, include, highlights) => {
    expect(await highlightsOf(`from Texts where ${where} include ${include}`, SQUARE)).toEqual(highlights);
  });

  it('tells what is searched apart by colours', async () => {
    const found = await highlightsOf(
      "from Texts where search(text, 'cherry fruit', and) include highlight(text, 50, 1)",
    );
    expect(found).toEqual({
      text: {
        't/2': ['<b style="background:yellow">cherry</b> <b style="background:lawngreen">fruit</b>'],
      },
    });
  });

  it('shows what an index computed, under the key that is asked for', async () => {
    const query = "from index 'Texts' where search(text, 'cherry') include highlight(text, 18, 2, $options)";
    expect(await highlightsOf(query, { ...SQUARE, GroupKey: 'name' })).toEqual({
      text: { cherry: ['[cherry]: [cherry]'] },
    });
    const equal = "from index 'Texts' where tags = 'fruit' include highlight(tags, 18, 2, $options)";
    expect(await highlightsOf(equal, SQUARE)).toEqual({ tags: { 't/2': ['red [fruit] x 7'] } });
  });

  it('shows only results of the page, and nothing of a collection', async () => {
    const page = "from Texts where search(text, 'fruit') limit 1, 1 include highlight(text, 18, 1, $options)";
    expect(await highlightsOf(page, SQUARE)).toEqual({ text: { 't/2': ['cherry [fruit]'] } });
    expect(await highlightsOf('from Texts include highlight(text, 18, 1)')).toBeUndefined();
  });

  it.each([
    ['highlight(text)', 'three or four arguments'],
    ['highlight(5, 18, 1)', 'expects a field'],
    ["highlight(text, 'a', 1)", 'fragment length'],
    ['highlight(text, 18, -1)', 'fragment count'],
    ['highlight(text, 18, 1, 5)', 'must be a parameter'],
    ["highlight(text, 18, 1, 'x')", 'must be a JSON object'],
    ['highlight(text, 18, 1, \'{"PreTags":["<"]}\')', 'as many PostTags'],
  ])('refuses include %s', async (include, message) => {
    await expect(database.query(`from Texts where name = 'x' include ${include}`)).rejects.toThrow(message);
  });

  it('says how long it took, when it is asked', async () => {
    const answer = (await database.query("from Texts where name = 'x' include timings()")) as unknown as {
      readonly Timings: { readonly DurationInMs: number };
    };
    expect(answer.Timings.DurationInMs).toBeGreaterThanOrEqual(0);
  });

  it('explains scores by the parts that they are the sum of', async () => {
    const query =
      "from Texts where search(text, 'fruit') or boost(search(text, 'cherry'), 2) include explanations()";
    const { Explanations } = (await database.query(query)) as unknown as {
      readonly Explanations: Readonly<Record<string, readonly string[]>>;
    };
    expect(Object.keys(Explanations)).toEqual(['t/2', 't/1']);
    const [twice] = Explanations['t/1'] ?? [];
    expect(twice).toMatch(
      /^[\d.]+ = sum of:\n {2}[\d.]+ = 'fruit' in search\(text\), 2 time\(s\) here, in 2 of 3 entries$/,
    );
    const lines = (Explanations['t/2']?.[0] ?? '').split('\n');
    const [total = 0, ...parts] = lines.map((line) => Number.parseFloat(line));
    expect(parts.length).toBe(2);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(total, 10);
    expect(lines[2]).toMatch(/'cherry' in search\(text\), 1 time\(s\) here, in 1 of 3 entries, boost 2$/);
  });

  it('explains nothing of a collection', async () => {
    await expect(database.query('from Texts include explanations()')).rejects.toThrow(
      'Collection queries cannot return explanations.',
    );
  });
});
