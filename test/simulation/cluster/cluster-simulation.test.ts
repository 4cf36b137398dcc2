import { expect, test } from 'vitest';
import { faultsOf } from './run-world.ts';
import { simulateWorld } from './simulate-world.ts';
import { WorldTotals } from './world-totals.ts';

const SEEDS = [2, 5, 7, 4971];

/** For a machine that has other things to do; alone it takes seconds. */
const TIMEOUT_MS = 600_000;

test('whole clusters keep every promise under faults, and are whole again when these end', {
  timeout: TIMEOUT_MS,
}, async () => {
  const totals = new WorldTotals();
  for (const seed of SEEDS) totals.add(await simulateWorld(seed));
  // A simulation in which nothing happens proves nothing.
  for (const figure of ['transactions', 'audits', 'causalReads', 'registers', 'reads', 'writes'] as const) {
    expect(totals.of(figure), figure).toBeGreaterThan(10 * SEEDS.length);
  }
  // Rarer ones, as copies that are deleted or were silent for too long, are in the figures of many seeds.
  for (const figure of [
    'refused',
    'topologyChanges',
    'wiped',
    'setAside',
    'later',
    'recreated',
    'abandoned',
  ] as const) {
    expect(totals.of(figure), figure).toBeGreaterThan(0);
  }
});

test('a seed decides everything: two runs of it tell the same story', { timeout: TIMEOUT_MS }, async () => {
  const tell = async () => {
    const lines: string[] = [];
    const result = await simulateWorld(4, (line) => lines.push(line));
    return { lines, result };
  };
  const first = await tell();
  expect(first.lines.length).toBeGreaterThan(20);
  expect(await tell()).toEqual(first);
});

test('faults can be left out of a run, so that a failing one can be made short', {
  timeout: TIMEOUT_MS,
}, async () => {
  const all = new Set(faultsOf(4).keys());
  expect(all.size).toBeGreaterThan(5);
  const result = await simulateWorld(4, undefined, all);
  expect(result).toMatchObject({ wiped: 0, topologyChanges: 0, setAside: 0 });
});
