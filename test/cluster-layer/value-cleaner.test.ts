import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ValueCleaner } from '../../node/cluster/value-cleaner.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { Machine } from './state/machine.ts';

const HOUR_MS = 3_600_000;
const LOOKS = 5;

let machine: Machine;
let cleaner: ValueCleaner | undefined;
beforeEach(() => {
  machine = new Machine();
  machine.create('shop', 'A');
  // The leader's own clock.
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  cleaner?.close();
  vi.useRealTimers();
});

/** How many commands the leader sends in a few looks, for a value that expires then, when most of the nodes say this time. */
async function sent(expiresAtMs: number, agreedMs: number | null): Promise<number> {
  const value = '{"Object":1}';
  machine.apply({ type: 'PutCompareExchange', database: 'shop', key: 'k', index: 0, value, expiresAtMs });
  let commands = 0;
  let looks = 0;
  cleaner = new ValueCleaner({
    periodMs: 1,
    state: machine.reader,
    logger: silentLogger,
    isLeader: () => ++looks > 0,
    agreedMs: () => agreedMs,
    submit: async () => {
      commands++;
      return { result: { removed: 0, isDone: true } };
    },
  });
  await vi.waitUntil(() => looks >= LOOKS, { interval: 1, timeout: 60_000 });
  return commands;
}

it('values whose time has come are removed, also when the clock of the leader is behind', async () => {
  const nowMs = Date.now();
  expect(await sent(nowMs - 1, nowMs)).toBeGreaterThan(0);
  cleaner?.close();
  expect(await sent(nowMs - 1, nowMs + HOUR_MS)).toBeGreaterThan(0);
});

it('nothing is sent before the time of a value has come', async () => {
  const nowMs = Date.now();
  expect(await sent(nowMs + HOUR_MS, nowMs)).toBe(0);
});

it('nothing is sent while the clock of the leader is far ahead of the others', async () => {
  const nowMs = Date.now();
  vi.setSystemTime(nowMs + 8 * HOUR_MS);
  expect(await sent(nowMs + HOUR_MS, nowMs)).toBe(0);
});

it('nothing is sent while most of the nodes have not told what time it is', async () => {
  expect(await sent(Date.now() - 1, null)).toBe(0);
});

it('a look ends when there is no more to do', async () => {
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  const nowMs = Date.now();
  let commands = 0;
  const value = '{"Object":1}';
  const put = { type: 'PutCompareExchange', database: 'shop', key: 'k', index: 0, value } as const;
  machine.apply({ ...put, expiresAtMs: nowMs - 1 });
  cleaner = new ValueCleaner({
    periodMs: 100,
    state: machine.reader,
    logger: silentLogger,
    // Were it to go on, it would not go on for ever.
    isLeader: () => commands < 10,
    agreedMs: () => nowMs,
    submit: async () => {
      commands++;
      return { result: { removed: 0, isDone: true } };
    },
  });
  await vi.advanceTimersByTimeAsync(100);
  expect(commands).toBe(1);
});
