import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PausedIndexes } from '../../node/index-thread/paused-indexes.ts';

const NAMES = ['Map', 'Reduce', 'Auto/Orders/Bycity'];
const step = fc.record({ index: fc.constantFrom(null, ...NAMES), isPaused: fc.boolean() });

it('the last word on an index counts, for it or for all', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const paused = new PausedIndexes();
      for (const { index, isPaused } of steps) paused.set(index?.toUpperCase() ?? null, isPaused);
      for (const name of [...NAMES, 'Later']) {
        const last = steps.findLast(({ index }) => index === null || index === name);
        expect(paused.has(name)).toBe(last?.isPaused ?? false);
      }
      expect(paused.isAll).toBe(steps.findLast(({ index }) => index === null)?.isPaused ?? false);
    }),
  );
});

it('its steps bring another one to the same state', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const [paused, again] = [new PausedIndexes(), new PausedIndexes()];
      for (const { index, isPaused } of steps) paused.set(index, isPaused);
      for (const { index, isPaused } of paused.steps()) again.set(index, isPaused);
      expect(again.steps()).toEqual(paused.steps());
      expect(NAMES.map((name) => again.has(name))).toEqual(NAMES.map((name) => paused.has(name)));
    }),
  );
});
