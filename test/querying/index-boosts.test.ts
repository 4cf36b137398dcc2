import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitionOf } from '../indexing/indexed-database.ts';
import { IndexedDatabase } from './indexed-database.ts';

const SEARCHED = {
  Fields: { title: { Indexing: 'Search', Storage: 'Yes' }, body: { Indexing: 'Search' } },
} as const;

const INDEXES = [
  definitionOf('Plain', "map('Docs', (d) => ({ title: d.title, body: d.body }))", SEARCHED),
  definitionOf('Entry', "map('Docs', (d) => boost({ title: d.title, body: d.body }, d.weight))", SEARCHED),
  definitionOf(
    'List',
    "map('Docs', (d) => boost([{ title: d.title }, { body: d.body }], d.weight))",
    SEARCHED,
  ),
  definitionOf('Field', "map('Docs', (d) => ({ title: boost(d.title, d.weight), body: d.body }))", SEARCHED),
  definitionOf(
    'Created',
    "map('Docs', (d) => ({ _: createField('title', boost(d.title, d.weight), { indexing: 'Search', storage: true }) }))",
  ),
  definitionOf(
    'EntryOfLinq',
    'from d in docs.Docs select new { d.title, d.body }.Boost((float)d.weight)',
    SEARCHED,
  ),
  definitionOf(
    'FieldOfLinq',
    'docs.Docs.Select(d => new { title = d.title.Boost(d.weight), d.body })',
    SEARCHED,
  ),
  definitionOf('Groups', "map('Docs', (d) => boost({ kind: d.kind, n: boost(1, 3) }, 2))", {
    Reduce:
      'groupBy((x) => x.kind).aggregate((g) => boost({ kind: g.key, n: g.values.reduce((a, v) => a + v.n, 0) }, g.values.length))',
  }),
  definitionOf('Wrong', "map('Docs', (d) => boost({ title: d.title }, 'much'))"),
];

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  database.indexes.define({ auto: [], static: INDEXES });
  const doc = (id: string, weight: number, title: string, body: string, kind: string) =>
    database.put(id, { weight, title, body, kind }, 'Docs');
  await doc('light', 1, 'fox', 'dog', 'a');
  await doc('heavy', 10, 'fox', 'dog', 'b');
  await doc('middle', 3, 'fox', 'dog', 'b');
});
afterAll(() => database.close());

const best = (index: string, where: string) =>
  database.ids(`from index '${index}' where ${where} order by score(), id()`);
const BY_WEIGHT = ['heavy', 'middle', 'light'];
const ALIKE = ['heavy', 'light', 'middle'];

describe('what a map boosts', () => {
  it.each<[index: string, where: string, ids: readonly string[]]>([
    ['Plain', "search(title, 'fox')", ALIKE],
    ['Entry', "search(title, 'fox')", BY_WEIGHT],
    ['Entry', "search(body, 'dog')", BY_WEIGHT],
    ['List', "search(body, 'dog')", BY_WEIGHT],
    ['Field', "search(title, 'fox')", BY_WEIGHT],
    ['Field', "search(body, 'dog')", ALIKE],
    ['Field', "search(body, 'dog') or search(title, 'fox')", BY_WEIGHT],
    ['Created', "search(title, 'fox')", BY_WEIGHT],
    ['EntryOfLinq', "search(title, 'fox')", BY_WEIGHT],
    ['FieldOfLinq', "search(title, 'fox')", BY_WEIGHT],
    ['FieldOfLinq', "search(body, 'dog')", ALIKE],
  ])('counts more in %s where %s', async (index, where, ids) => {
    expect(await best(index, where)).toEqual(ids);
  });

  it('counts for the results of groups, which are shown as they are without', async () => {
    const { Results } = await database.query(
      "from index 'Groups' where kind = 'a' or kind = 'b' order by score()",
    );
    expect(Results.map(({ kind, n }) => [kind, n])).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
  });

  it('is found and shown as it is without', async () => {
    for (const index of ['Field', 'FieldOfLinq', 'Created']) {
      const { Results } = await database.query(
        `from index '${index}' where title = 'fox' order by id() limit 1 `,
      );
      expect(Results).toMatchObject([{ title: 'fox' }]);
      const shown = await database.query(
        `from index '${index}' where title = 'fox' select title`,
        {},
        { projection: 'FromIndex' },
      );
      expect(shown.Results.map(({ title }) => title)).toEqual(['fox', 'fox', 'fox']);
    }
  });

  it('is no field that entries show', async () => {
    const { Results } = await database.query("from index 'Field'", {}, { shows: 'entries' });
    expect(Object.keys(Results[0] ?? {})).toEqual(['id()', 'title', 'body']);
  });

  it('has the scores times as much as without, and explanations add up to them', async () => {
    const scoresIn = async (index: string) => {
      const answer = (await database.query(
        `from index '${index}' where search(title, 'fox') order by id() include explanations()`,
      )) as unknown as { readonly Explanations: Readonly<Record<string, readonly string[]>> };
      return Object.values(answer.Explanations).map(([text = '']) => {
        const [total = '', ...parts] = text.split('\n');
        expect(Number.parseFloat(parts[0] ?? '')).toBeCloseTo(Number.parseFloat(total), 10);
        return Number.parseFloat(total);
      });
    };
    const [one = 0] = await scoresIn('Plain');
    expect(await scoresIn('Entry')).toEqual([10, 1, 3].map((weight) => expect.closeTo(one * weight, 6)));
    expect(await scoresIn('Field')).toEqual([10, 1, 3].map((weight) => expect.closeTo(one * weight, 6)));
  });

  it('needs a number', async () => {
    expect(await database.ids("from index 'Wrong'")).toEqual([]);
    const [wrong] = (await database.indexes.statistics()).filter(({ name }) => name === 'Wrong');
    expect(wrong?.errors[0]?.error).toContain('takes a number as its factor, but got "much"');
  });
});
