import type { NodeReport } from '../node-report.ts';

/** The latest that a date can say, in milliseconds since 1970. */
const DATE_MAX_MS = 8.64e15;

/**
 * What time it is by most of the nodes, in milliseconds since 1970: the middle of what they told, each as much later as its
 * report is old. Of two middle ones the earlier, so that what waits for a time waits rather longer. No single clock that is
 * wrong, the leader's neither, makes much time pass, or none. Null while fewer than a majority of the `nodes` have told: who
 * begins to lead hears itself first.
 */
export function agreedWallMs(reports: readonly NodeReport[], nodes: number, nowMs: number): number | null {
  const told = reports
    .map(({ wallMs = Number.NaN, receivedAtMs }) => wallMs + nowMs - receivedAtMs)
    .filter((wallMs) => Math.abs(wallMs) <= DATE_MAX_MS)
    .sort((a, b) => a - b);
  if (told.length <= nodes / 2) return null;
  return told[Math.floor((told.length - 1) / 2)] ?? null;
}
