import { isLinearizable, type RegisterOperation } from '../../processes/harness/linearizability.ts';
import type { Completed } from '../history/operation.ts';
import type { Finding } from './finding.ts';

type Value = string | null;

/** Every key by itself must be a linearizable register, which begins missing. */
export function checkRegisters(operations: readonly Completed[]): readonly Finding[] {
  const byKey = Map.groupBy(operations, ({ invoke }) => invoke.key ?? '');
  return [...byKey].flatMap(([key, ofKey]): Finding[] => {
    const history = ofKey.flatMap(registerOperations).sort((a, b) => a.endMs - b.endMs);
    if (isLinearizable(history)) return [];
    const explanation = `no order of the operations on ${key} explains their answers; ${shortest(history)}`;
    return [{ anomaly: 'not-linearizable', explanation }];
  });
}

/** Reads without an answer say nothing; sets without one may happen at any time. */
function registerOperations({
  invoke,
  end,
  outcome,
  startAt,
  endAt,
}: Completed): readonly RegisterOperation[] {
  const times = { startMs: startAt, endMs: endAt };
  if (invoke.f === 'read') {
    return outcome === 'ok' ? [{ ...times, kind: 'read', seen: (end?.value ?? null) as Value }] : [];
  }
  const [expected, written] = invoke.value as readonly [Value, string];
  if (outcome !== 'fail') return [{ ...times, kind: 'set', expected, written }];
  // One that was never sent says nothing.
  if (end?.seen === undefined) return [];
  return [{ ...times, kind: 'refused', expected, seen: end.seen as Value }];
}

/** What ended first without fitting in: all that ended before it does. */
function shortest(history: readonly RegisterOperation[]): string {
  const at = history.findIndex((_, place) => !isLinearizable(upTo(history, place)));
  const { startMs, kind, expected, written, seen } = history[at] ?? {};
  return `the first that does not fit is #${startMs}: ${JSON.stringify({ kind, expected, written, seen })}`;
}

/** Until that one has ended; what has not, may or may not have taken effect, and refusals and reads say nothing yet. */
function upTo(history: readonly RegisterOperation[], last: number): readonly RegisterOperation[] {
  const endMs = history[last]?.endMs ?? 0;
  return history.flatMap((operation) => {
    if (operation.endMs <= endMs) return [operation];
    if (operation.kind !== 'set' || operation.startMs > endMs) return [];
    return [{ ...operation, endMs: Number.POSITIVE_INFINITY }];
  });
}
