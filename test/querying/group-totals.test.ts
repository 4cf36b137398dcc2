import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndexedDatabase } from './indexed-database.ts';

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  for (const [at, n] of [1, 2, 2, 3, 3, 3].entries()) {
    await database.put(`docs/${at}`, { n, Count: n % 2, tags: [n, n] }, 'Docs');
  }
});
afterAll(() => database.close());

async function rows(query: string): Promise<unknown> {
  const { Results } = await database.query(query);
  return Results.map(({ '@metadata': _, ...row }) => row);
}

describe('a sum of what is grouped by', () => {
  const TOTALS = [
    { n: 1, c: 1, s: 1 },
    { n: 2, c: 2, s: 4 },
    { n: 3, c: 3, s: 9 },
  ];

  it.each([
    'from Docs group by n order by n select n, count() as c, sum(n) as s',
    'from Docs group by n order by s select n, count() as c, sum(n) as s',
    'from Docs as d group by d.n order by d.n select { n: d.n, c: count(), s: sum(x => x.n) }',
    'from Docs as d group by d.n order by d.n select d.n, count() as c, sum(d.n) as s',
    'declare function f(n, c, s) { return { n, c, s }; } from Docs group by n order by n select f(n, count(), sum(n))',
  ])('is one: %s', async (query) => {
    expect(await rows(query)).toEqual(TOTALS);
  });

  it('does not change what others find that are grouped by the same', async () => {
    const plain = [
      { n: 1, c: 1 },
      { n: 2, c: 2 },
      { n: 3, c: 3 },
    ];
    expect(await rows('from Docs group by n order by n select n, count() as c')).toEqual(plain);
    expect(await rows('from Docs group by n where n > 1.5 order by n select n, count() as c')).toEqual(
      plain.slice(1),
    );
  });

  it('can be asked for, and ordered by', async () => {
    expect(await rows('from Docs group by n where sum(n) > 3.5 order by sum(n) desc select n')).toEqual([
      { n: 3 },
      { n: 2 },
    ]);
    expect(await rows('from Docs group by tags[] order by k select tags[] as k, sum(tags[]) as s')).toEqual([
      { k: 1, s: 2 },
      { k: 2, s: 8 },
      { k: 3, s: 18 },
    ]);
  });

  it('goes for a field that is called as the count is', async () => {
    const counted = () => rows('from Docs group by Count order by Count select Count as k, count() as c');
    const COUNTS = [
      { k: 0, c: 2 },
      { k: 1, c: 4 },
    ];
    expect(await counted()).toEqual(COUNTS);
    expect(await rows('from Docs group by Count order by Count select Count as k, sum(Count) as s')).toEqual([
      { k: 0, s: 0 },
      { k: 1, s: 4 },
    ]);
    expect(await counted()).toEqual(COUNTS);
    await expect(rows('from Docs group by n select count(), sum(Count)')).rejects.toThrow('in two queries');
    expect(await rows('from Docs group by Count where count() > 2.5 select Count as k')).toEqual([{ k: 1 }]);
  });
});
