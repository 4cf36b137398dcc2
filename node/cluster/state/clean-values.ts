import type { ValuesCleaned } from '../cluster-command.ts';
import { CLEANED_SLICE_VALUES, VALUES_REMOVED_AT_ONCE } from '../limits.ts';
import type { ApplyContext } from './apply-context.ts';
import { removeValue, type StoredValue } from './compare-exchange.ts';
import {
  EXPIRIES,
  FORGOTTEN_SPACES,
  transactionsOf,
  valueDigestKey,
  valueKey,
  valuesOf,
} from './state-keys.ts';
import type { StateReader } from './state-transaction.ts';

/** Whether a command of the cleaner would find something at that time. */
export function hasValuesToClean(state: StateReader, nowMs: number): boolean {
  if (state.list(FORGOTTEN_SPACES).length > 0) return true;
  const [first] = state.scan(EXPIRIES, { limit: 1 });
  return first !== undefined && expiryOf(first[0]).expiresAtMs <= nowMs;
}

/**
 * Removes values that have expired by the command's own clock, so that all nodes remove the same ones, and what deleted
 * databases have left: a bounded number of both.
 */
export function cleanValues(context: ApplyContext): ValuesCleaned {
  const removed = removeExpired(context);
  const left = VALUES_REMOVED_AT_ONCE - removed;
  const forgotten = left > 0 ? removeForgotten(context, left) : 0;
  return { removed: removed + forgotten, isDone: removed + forgotten < VALUES_REMOVED_AT_ONCE };
}

function removeExpired(context: ApplyContext): number {
  let removed = 0;
  for (const [key] of context.state.scan(EXPIRIES, { limit: VALUES_REMOVED_AT_ONCE })) {
    const { expiresAtMs, space, lowerKey } = expiryOf(key);
    if (expiresAtMs > context.timeMs) break;
    const stored = context.state.get(valueKey(space, lowerKey)) as StoredValue | undefined;
    if (stored !== undefined) removeValue(context, space, stored);
    context.state.delete(key);
    removed++;
  }
  return removed;
}

function removeForgotten(context: ApplyContext, limit: number): number {
  let removed = 0;
  for (const [marker, space] of context.state.list(FORGOTTEN_SPACES)) {
    removed += removeSpace(context, space as number, limit - removed);
    if (removed >= limit) return removed;
    context.state.delete(marker);
    context.state.delete(valueDigestKey(space as number));
  }
  return removed;
}

/** A slice at a time: what is read of each value is not held longer than that. */
function removeSpace(context: ApplyContext, space: number, limit: number): number {
  let removed = 0;
  for (const prefix of [valuesOf(space), transactionsOf(space)]) {
    for (let after: string | undefined; removed < limit; ) {
      const slice = Math.min(CLEANED_SLICE_VALUES, limit - removed);
      const rows = context.state.scan(
        prefix,
        after === undefined ? { limit: slice } : { after, limit: slice },
      );
      for (const [key, value] of rows) {
        if (prefix === valuesOf(space)) removeValue(context, space, value as StoredValue);
        else context.state.delete(key);
      }
      removed += rows.length;
      if (rows.length < slice) break;
      after = rows.at(-1)?.[0];
    }
  }
  return removed;
}

function expiryOf(key: string) {
  const [time = '', space = '', ...rest] = key.slice(EXPIRIES.length).split('/');
  return { expiresAtMs: Number(time), space: Number(space), lowerKey: rest.join('/') };
}
