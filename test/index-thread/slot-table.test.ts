import { expect, test } from 'vitest';
import { SlotTable } from '../../node/index-thread/slot-table.ts';

test('each value has a slot of its own, until it is taken', () => {
  const table = new SlotTable<string>();
  const slots = ['a', 'b', 'c'].map((value) => table.put(value));
  expect(new Set(slots).size).toBe(3);
  expect(table.take(slots[1] as number)).toBe('b');
  expect(table.take(slots[1] as number)).toBeUndefined();
  expect([...table.all].sort()).toEqual(['a', 'c']);
  expect(table.size).toBe(2);
});

test('slots are used again', () => {
  const table = new SlotTable<number>();
  for (let n = 0; n < 1000; n++) {
    const slots = [table.put(n), table.put(n + 1)];
    expect(Math.max(...slots)).toBeLessThan(2);
    expect(slots.map((slot) => table.take(slot))).toEqual([n, n + 1]);
  }
  expect(table.size).toBe(0);
});

test('what was never given is not there', () => {
  const table = new SlotTable<string>();
  expect([-1, 0, 1, 0.5, Number.NaN].map((slot) => table.take(slot))).toEqual(Array(5).fill(undefined));
  table.put('a');
  expect(table.take(1)).toBeUndefined();
  expect(table.size).toBe(1);
});

test('all are taken at once', () => {
  const table = new SlotTable<string>();
  table.put('a');
  const slot = table.put('b');
  table.put('c');
  table.take(slot);
  expect(table.takeAll()).toEqual(['a', 'c']);
  expect(table.size).toBe(0);
  expect(table.take(0)).toBeUndefined();
  expect(table.put('d')).toBe(0);
});
