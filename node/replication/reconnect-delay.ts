import { RECONNECT_DELAY_MAX_MS, RECONNECT_DELAY_MS } from './limits.ts';

/**
 * Pause before the next attempt, in milliseconds, after `failures` attempts failed in a row: doubling, and spread over
 * its upper half, so that the peers of a node that returns don't all come at once. `random` is in [0, 1).
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const doubled = RECONNECT_DELAY_MS * 2 ** Math.min(Math.max(failures, 1) - 1, 16);
  const delay = Math.min(RECONNECT_DELAY_MAX_MS, doubled);
  return delay / 2 + (delay / 2) * random;
}
