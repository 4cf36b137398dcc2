import type { AdvanceLogTime } from '../cluster-command.ts';
import { ClusterError } from '../cluster-error.ts';
import { LOG_TIME_STEP_MAX_MS } from '../limits.ts';
import type { ApplyContext } from './apply-context.ts';
import { LOG_TIME } from './state-keys.ts';
import type { StateReader } from './state-transaction.ts';

/** Milliseconds that have passed in the log; null: it has no time yet. */
export function logTimeOf(state: StateReader): number | null {
  return (state.get(LOG_TIME) as number | undefined) ?? null;
}

/**
 * The time of the log goes on: never back, never far at once, and by the same command never twice. It is what leaders
 * measured with their monotonic clocks, one after the other, so that no wall clock can move it.
 */
export function advanceLogTime({ state }: ApplyContext, { from, to }: AdvanceLogTime): null {
  if (!Number.isFinite(from) || !Number.isFinite(to) || to < from) {
    throw new ClusterError(`The time of the log can't go from ${from} to ${to}.`);
  }
  if (from === (logTimeOf(state) ?? 0)) state.put(LOG_TIME, Math.min(to, from + LOG_TIME_STEP_MAX_MS));
  return null;
}
