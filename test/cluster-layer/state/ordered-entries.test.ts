import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OrderedEntries } from '../../../node/cluster/state/ordered-entries.ts';
import { numberKey } from '../../../node/cluster/state/state-keys.ts';

type Step = readonly ['set' | 'delete', number];

const key = fc.integer({ min: 0, max: 20 });
const step: fc.Arbitrary<Step> = fc.tuple(fc.constantFrom('set', 'delete'), key);

function check(entries: OrderedEntries, map: ReadonlyMap<string, unknown>, keyCount: number): void {
  expect([...entries]).toEqual([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  for (let at = 0; at < keyCount; at++) expect(entries.get(numberKey(at))).toBe(map.get(numberKey(at)));
}

it('entries that come in any order are those of a map, in the order of their keys', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const entries = new OrderedEntries();
      const map = new Map<string, unknown>();
      for (const [position, [act, at]] of steps.entries()) {
        if (act === 'set') {
          entries.set(numberKey(at), position);
          map.set(numberKey(at), position);
        } else {
          entries.delete(numberKey(at));
          map.delete(numberKey(at));
        }
        check(entries, map, 21);
      }
    }),
  );
});

it('entries that come at the end and go at the front stay in order while places are given back', () => {
  const entries = new OrderedEntries();
  const map = new Map<string, unknown>();
  for (let at = 0; at < 20_000; at++) {
    entries.set(numberKey(at), at);
    map.set(numberKey(at), at);
    if (at < 100) continue;
    entries.delete(numberKey(at - 100));
    map.delete(numberKey(at - 100));
  }
  check(entries, map, 20_000);
  for (let at = 19_900; at < 20_000; at++) entries.delete(numberKey(at));
  expect([...entries]).toEqual([]);
  entries.set(numberKey(3), 'again');
  expect([...entries]).toEqual([[numberKey(3), 'again']]);
});
