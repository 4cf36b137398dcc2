import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndexedDatabase } from './indexed-database.ts';

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  await database.put('products/1', { name: 'Tea' }, 'Products');
  await database.put('products/2', { name: 'Milk' }, 'Products');
  await database.put(
    'orders/1',
    { n: 1, parent: null, lines: [{ p: 'products/1' }, { p: 'products/2' }] },
    'Orders',
  );
  await database.put('orders/2', { n: 2, parent: 'orders/1', lines: [{ p: 'products/404' }, {}] }, 'Orders');
});
afterAll(() => database.close());

const LINES = 'declare function f(o) { o.lines.forEach((l) => include(l.p)); return o; }';

async function included(query: string): Promise<readonly string[]> {
  const { Includes } = (await database.query(query)) as unknown as { readonly Includes: object };
  return Object.keys(Includes).sort();
}

describe('include() in a script', () => {
  it.each<[query: string, ids: readonly string[]]>([
    [`${LINES} from Orders as o select f(o)`, ['products/1', 'products/2']],
    [`${LINES} from Orders as o where o.n = 1 select f(o)`, ['products/1', 'products/2']],
    [`${LINES} from Orders as o where o.n = 2 select f(o)`, []],
    [
      'from Orders as o where o.n = 1 select { i: include(o.lines.map((l) => l.p)) }',
      ['products/1', 'products/2'],
    ],
    ['from Orders as o where o.n = 2 select { i: include(o.parent), n: o.n }', ['orders/1']],
    ['from Orders as o order by o.n select { i: include(o.parent) } limit 1', []],
    ['from Orders as o order by o.n desc select { i: include(o.parent) } limit 1', ['orders/1']],
    [
      'declare function f(o) { include(o.parent); return [o, o]; } from Orders as o select f(o)',
      ['orders/1'],
    ],
    ['declare function f(o) { include(o.parent); return true; } from Orders as o filter f(o)', []],
  ])('%s', async (query, ids) => {
    expect(await included(query)).toEqual(ids);
  });

  it('gives nothing, and refuses what is no id', async () => {
    const { Results } = await database.query(
      'from Orders as o where o.n = 2 select { i: include(o.parent) }',
    );
    expect(Results[0]?.i).toBeNull();
    await expect(included('from Orders as o select { i: include(o.n) }')).rejects.toThrow(
      'takes the id of a document',
    );
  });
});
