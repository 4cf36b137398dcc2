import { expect, test } from 'vitest';
import { faultsOf, ROUND_BEGINS } from './run-world.ts';
import { shortStory } from './short-story.ts';
import { type ShrinkProgress, shrinkWorld } from './shrink-world.ts';

const SEED = 4;
const count = faultsOf(SEED).length;

/** A run that fails as long as it has all of these faults. */
const failsWith =
  (needed: readonly number[]) =>
  async (without: ReadonlySet<number>): Promise<string | null> =>
    needed.some((place) => without.has(place)) ? null : 'broken';

test('only the faults that a failing run needs are left, and each try is told', async () => {
  const needed = [2, 3, count - 1];
  const told: ShrinkProgress[] = [];
  const shrunk = await shrinkWorld(SEED, {
    mayGoOn: () => true,
    onTry: (progress) => told.push(progress),
    failureOf: failsWith(needed),
  });
  expect(shrunk.isShortest).toBe(true);
  expect([...faultsOf(SEED).keys()].filter((place) => !shrunk.without.has(place))).toEqual(needed);
  expect(shrunk.faults).toEqual(needed.map((place) => faultsOf(SEED)[place]));
  expect(told.length).toBeLessThan(3 * count);
  expect(told.map(({ tries }) => tries)).toEqual(told.map((_, at) => at + 1));
  expect(told.at(-1)).toMatchObject({ left: needed.length, all: count });
});

test('a run that fails without any fault is short at once, and one that holds is left alone', async () => {
  const options = { mayGoOn: () => true, onTry: () => {} };
  const faultless = await shrinkWorld(SEED, { ...options, failureOf: failsWith([]) });
  expect(faultless).toMatchObject({ faults: [], isShortest: true });
  const sound = await shrinkWorld(SEED, { ...options, failureOf: async () => null });
  expect(sound).toMatchObject({ without: new Set(), isShortest: false });
});

test('what was left out until there was no time stays left out', async () => {
  let tries = 0;
  const shrunk = await shrinkWorld(SEED, {
    mayGoOn: () => tries < 4,
    onTry: () => tries++,
    failureOf: failsWith([0]),
  });
  expect(tries).toBe(4);
  expect(shrunk.isShortest).toBe(false);
  expect(shrunk.without.has(0)).toBe(false);
  expect(shrunk.without.size).toBeGreaterThan(0);
});

test('a short story has the last round only, what is repeated once, and its end', () => {
  const line = (atMs: number, what: string) => `${String(atMs).padStart(7)} ms  ${what}`;
  const round = [
    line(30, `${ROUND_BEGINS} 2 of 2`),
    line(31, 'n0.0 paused'),
    line(32, 'n0.0 paused'),
    line(33, 'n0.0 crashes'),
  ];
  const before = [line(1, `${ROUND_BEGINS} 1 of 2`), line(2, 'n1.0 paused')];
  expect(shortStory([...before, ...round])).toEqual([round[0], `${round[1]} (2 times)`, round[3]]);
  const long = Array.from({ length: 500 }, (_, at) => line(at, `event ${at}`));
  const told = shortStory([...before, ...round, ...long]);
  expect(told.length).toBeLessThan(70);
  expect(told.slice(0, 2)).toEqual([round[0], expect.stringContaining('left out')]);
  expect(told.at(-1)).toBe(long.at(-1));
});
