import { expect, it } from 'vitest';
import { nextRangeSize } from '../../../node/http/handlers/documents/hilo-range.ts';

const now = new Date('2026-11-23T02:44:00.000Z');

it.each([
  [0, '0001-01-01T00:00:00.0000000Z', 32],
  [0, '2026-11-23T02:43:59.0000000Z', 32],
  [32, '2026-11-23T02:43:59.0000000Z', 64],
  [64, '2026-11-23T02:43:15.0000000Z', 64],
  [64, '2020-01-01T00:00:00.0000000Z', 32],
  [128, '2020-01-01T00:00:00.0000000Z', 64],
  [100, 'never', 100],
  [1, undefined, 32],
  [1024 * 1024, '2026-11-23T02:43:59.0000000Z', 1024 * 1024],
  [-5, 'never', 32],
])('after a range of %d at %s comes one of %d', (lastSize, lastRangeAt, expected) => {
  expect(nextRangeSize({ lastSize, lastRangeAt, now })).toBe(expected);
});
