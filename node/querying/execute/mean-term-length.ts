import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { TEXT_TERM } from '../../indexing/store/term.ts';
import type { SearchedIndex } from './evaluate.ts';
import { EXACT_MEAN_ENTRIES_MAX, MEAN_KEPT_PART } from './limits.ts';

interface Mean {
  readonly bytes: number;
  /** Of which it was taken. */
  readonly state: SearchedIndex['state'];
}

const KNOWN = new WeakMap<IndexField, Mean>();

/**
 * Bytes of the terms of a field, in the mean. All terms are looked at for that: in a small index for each state of it,
 * in a large one when a good part of it has changed.
 */
export function meanTermLength(field: IndexField, { reader, state }: SearchedIndex): number {
  const known = KNOWN.get(field);
  if (known !== undefined && isNear(known.state, state)) return known.bytes;
  let terms = 0;
  let bytes = 0;
  for (const term of reader.distinctTerms(field.id, TEXT_TERM)) {
    terms++;
    bytes += term.length;
  }
  const mean = terms === 0 ? 1 : bytes / terms;
  KNOWN.set(field, { bytes: mean, state });
  return mean;
}

function isNear(known: Mean['state'], state: Mean['state']): boolean {
  if (known === state) return true;
  if (state.entryCount <= EXACT_MEAN_ENTRIES_MAX) return false;
  return Math.abs(state.entryCount - known.entryCount) * MEAN_KEPT_PART <= known.entryCount;
}
