/**
 * Pause before the next attempt, in milliseconds: twice as long after each failure, up to the maximum, and by chance up
 * to a half shorter, so that those who failed together do not come back together.
 *
 * @param failures in a row, from 1
 * @param random from 0 up to 1
 */
export function backoffMs(
  failures: number,
  range: { readonly minMs: number; readonly maxMs: number },
  random: number,
): number {
  const full = Math.min(range.maxMs, range.minMs * 2 ** Math.min(30, failures - 1));
  return full * (1 - random / 2);
}
