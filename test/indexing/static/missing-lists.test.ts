import { expect, it } from 'vitest';
import { definitionOf } from '../indexed-database.ts';
import { IndexedDatabases } from '../indexed-databases.ts';

const databases = new IndexedDatabases();

it('a map takes missing lines for no lines, and what is null for what it is', async () => {
  const orders = definitionOf(
    'Orders',
    `map('Orders', (o) => ({
      total: o.Lines.reduce((sum, line) => sum + line.Price, 0),
      count: o.Lines.length,
      names: o.Lines.map((line) => line.Name),
    }))`,
  );
  await databases.use([orders], async (indexed) => {
    await indexed.put('orders/1', 'Orders', { Lines: [{ Name: 'a', Price: 2 }, { Price: 3 }] });
    await indexed.put('orders/2', 'Orders', {});
    await indexed.put('orders/3', 'Orders', { Lines: null });
    await indexed.catchUp();
    const entries = indexed.entries('Orders').map((entry) => JSON.parse(entry) as [string, object]);
    expect(Object.fromEntries(entries)).toEqual({
      'orders/1': { 'id()': ['orders/1'], total: [5], count: [2], names: ['a', null] },
      'orders/2': { 'id()': ['orders/2'], total: [0], count: [0] },
      'orders/3': { 'id()': ['orders/3'] },
    });
  });
});
