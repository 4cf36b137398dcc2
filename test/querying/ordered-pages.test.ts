import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndexedDatabase } from './indexed-database.ts';

/** Enough that a page is taken by walking through the index, and few enough that all of them are sorted by value. */
const DOCUMENTS = 1500;

const value = fc.oneof(
  { arbitrary: fc.integer({ min: -500, max: 500 }), weight: 6 },
  { arbitrary: fc.string({ maxLength: 3 }), weight: 4 },
  fc.constantFrom(null, undefined, [], [null], true, 0.5, -0.5),
  fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom('b', 'a')), { maxLength: 3 }),
);

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  const values = fc.sample(value, { numRuns: DOCUMENTS, seed: 3 });
  for (const [at, v] of values.entries()) await database.put(`d/${at}`, { v, w: at % 7, half: at % 2 });
});
afterAll(() => database.close());

describe('a page of an ordered query', () => {
  it.each([
    'v',
    'v desc',
    'v nulls last',
    'v desc nulls first',
    'v as long',
    'v as double desc',
    'v as long nulls last',
    'v, w as long desc',
    'w as long desc, v',
    'w as long, v desc nulls first',
  ])('by %s is the part of all results that it says', async (order) => {
    for (const where of ['', 'where half = 1 ']) {
      const query = `from Docs ${where}order by ${order}`;
      const all = await database.ids(query);
      expect(all.length).toBe(where === '' ? DOCUMENTS : DOCUMENTS / 2);
      for (const [skip, take] of [
        [0, 5],
        [3, 40],
        [all.length - 30, 20],
      ] as const) {
        expect(await database.ids(`${query} limit ${skip}, ${take}`)).toEqual(all.slice(skip, skip + take));
      }
    }
  });

  it('is of what is written by now, whatever was read before', async () => {
    const query = 'from Docs where half = 1 order by v as long desc limit 2';
    const before = await database.ids(query);
    await database.put('d/1', { v: 100_000, w: 1, half: 1 });
    expect(await database.ids(query)).toEqual(['d/1', before[0]]);
    await database.put('d/1', { v: -100_000, w: 1, half: 1 });
    expect(await database.ids(query)).toEqual(before);
    await database.put('d/1', { v: 100_000, w: 1, half: 0 });
    expect(await database.ids(query)).toEqual(before);
    expect(await database.ids('from Docs where v = 100000')).toEqual(['d/1']);
  });
});
