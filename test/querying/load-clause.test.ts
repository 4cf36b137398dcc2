import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueryParameters } from '../../node/querying/plan/bind-values.ts';
import { IndexedDatabase } from './indexed-database.ts';

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  const person = (id: string, name: string, boss: string | null) =>
    database.put(id, { name, boss }, 'People');
  await person('people/1', 'Ada', 'people/3');
  await person('people/2', 'Grace', 'people/1');
  await person('people/3', 'Linus', null);
  const lists = [
    ['people/1', 'people/3', 'people/404'],
    [],
    ['people/2', 'people/404'],
    'people/1',
    null,
    undefined,
    [null, 'people/1', 5, ['people/2'], ''],
    [{ id: 'people/1' }, { id: 'people/3' }],
    { id: 'people/2' },
    ['', ''],
  ];
  for (const [at, m] of lists.entries()) await database.put(`teams/${at}`, { n: at, m }, 'Teams');
});
afterAll(() => database.close());

async function loaded(n: number, load: string, parameters: QueryParameters = {}): Promise<unknown> {
  const query = `from Teams as t where t.n = ${n} load ${load} select { b: [b].flat().map((x) => x?.name) }`;
  return (await database.query(query, parameters)).Results[0]?.b;
}

const REFUSED = /multiple values in field b/;

describe('load', () => {
  it.each<[n: number, load: string, names: readonly (string | null)[]]>([
    [0, 't.m as b[]', ['Ada', 'Linus']],
    [1, 't.m as b[]', []],
    [1, 't.m as b', [null]],
    [2, 't.m as b', ['Grace']],
    [3, 't.m as b[]', ['Ada']],
    [3, 't.m as b', ['Ada']],
    [4, 't.m as b[]', []],
    [4, 't.m as b', [null]],
    [5, 't.m as b[]', []],
    [6, 't.m as b[]', ['Ada']],
    [6, 't.m as b', ['Ada']],
    [7, 't.m as b', [null]],
    [7, 't.m[].id as b[]', ['Ada', 'Linus']],
    [8, 't.m as b', [null]],
    [8, 't.m.id as b', ['Grace']],
    [9, 't.m as b[]', []],
    [0, 't.m as a[], a.boss as b[]', ['Linus']],
    [2, 't.m as a, a.boss as b', ['Ada']],
    [2, 't.m as a[], a.boss as b', ['Ada']],
    [5, 't.m as a, a.boss as b', [null]],
    [0, "'people/2' as b", ['Grace']],
    [0, "'people/404' as b", [null]],
    [0, '5 as b', [null]],
  ])('of team %i: %s', async (n, load, names) => {
    expect(await loaded(n, load)).toEqual(names);
  });

  it.each<[load: string, p: QueryParameters[string], names: readonly (string | null)[]]>([
    ['$p as b', 'people/2', ['Grace']],
    ['$p as b[]', 'people/2', ['Grace']],
    ['$p as b[]', ['people/3', 'people/404', 'people/2', null], ['Linus', 'Grace']],
    ['$p as b', ['people/3'], ['Linus']],
    ['$p as b', null, [null]],
    ['$p as b[]', null, []],
    ['$p as b', '', [null]],
  ])('%s, with %j', async (load, p, names) => {
    expect(await loaded(0, load, { p })).toEqual(names);
  });

  it('refuses several documents where one is asked for', async () => {
    await expect(loaded(0, 't.m as b')).rejects.toThrow(REFUSED);
    await expect(loaded(0, '$p as b', { p: ['people/1', 'people/2'] })).rejects.toThrow(REFUSED);
  });

  it('refuses names that are taken, and calls', async () => {
    await expect(loaded(0, 't.m as b[], t.m as b[]')).rejects.toThrow(/duplicate alias .*'b'/);
    await expect(loaded(0, 't.m as t[]')).rejects.toThrow(/duplicate alias .*'t'/);
    await expect(loaded(0, 'id() as b')).rejects.toThrow(/a field or a value/);
  });
});
