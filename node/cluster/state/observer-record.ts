import type { SuspendObserver, UpdateTopology } from '../cluster-command.ts';
import { DECISIONS_KEPT } from '../limits.ts';
import { type ApplyContext, timestampOf } from './apply-context.ts';
import { numberKey, OBSERVER_DECISIONS, OBSERVER_SUSPENSION } from './state-keys.ts';
import type { StateReader } from './state-transaction.ts';

/** A change that the observer made, kept in the state so that it outlives the leader that decided it. */
export interface ObserverDecision {
  /** .NET's round-trip form, by the clock of the leader. */
  readonly at: string;
  readonly index: number;
  readonly term: number;
  /** Number of the round among those of that leader's process. */
  readonly round: number;
  readonly database: string;
  readonly reason: string;
}

/** Every leader obeys, until it is taken back. */
export function suspendObserver(context: ApplyContext, { suspended }: SuspendObserver): null {
  if (suspended) context.state.put(OBSERVER_SUSPENSION, { at: timestampOf(context.timeMs) });
  else context.state.delete(OBSERVER_SUSPENSION);
  return null;
}

export function isObserverSuspended(state: StateReader): boolean {
  return state.get(OBSERVER_SUSPENSION) !== undefined;
}

/** The oldest above the limit go, the same on every node. */
export function rememberDecision(
  context: ApplyContext,
  database: string,
  { reason, round }: NonNullable<UpdateTopology['observed']>,
): void {
  const { index, term, timeMs, state } = context;
  const decision: ObserverDecision = { at: timestampOf(timeMs), index, term, round, database, reason };
  state.put(OBSERVER_DECISIONS + numberKey(index), decision);
  const keys = state.list(OBSERVER_DECISIONS).map(([key]) => key);
  for (const key of keys.slice(0, Math.max(0, keys.length - DECISIONS_KEPT))) state.delete(key);
}

/** The oldest first. */
export function observerDecisionsIn(state: StateReader): readonly ObserverDecision[] {
  return state.list(OBSERVER_DECISIONS).map(([, value]) => value as ObserverDecision);
}
