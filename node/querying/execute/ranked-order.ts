import { type EntrySet, has } from '../../indexing/store/entry-set.ts';
import type { KnownTerms } from '../../indexing/store/known-terms.ts';
import { NUMBER_TERM, TEXT_TERM } from '../../indexing/store/term.ts';
import type { OrderKey } from '../plan/order.ts';
import { leastFirst } from './least-first.ts';

export type FieldKey = Extract<OrderKey, { kind: 'field' }>;

/** A key of an order, and the terms that stand in it: those of a field whose text is not analysed. */
export interface RankedKey {
  readonly key: FieldKey;
  readonly terms: KnownTerms;
  /** Entries with a null among their values: they have no place, whatever else they hold. */
  readonly nulls: EntrySet;
}

export function termKindOf({ type }: FieldKey): number {
  return type === 'long' || type === 'double' ? NUMBER_TERM : TEXT_TERM;
}

/** Entries whose order the tables of terms know, and the others: what was written since the tables were made. */
export function byKnowledge(
  entries: EntrySet,
  keys: readonly RankedKey[],
): { readonly known: ArrayLike<number>; readonly changed: readonly number[] } {
  if (keys.every(({ terms }) => terms.changes.size === 0)) return { known: entries, changed: [] };
  const known: number[] = [];
  const changed: number[] = [];
  for (const entry of entries) {
    (keys.some(({ terms }) => terms.changes.hasEntry(entry)) ? changed : known).push(entry);
  }
  return { known, changed };
}

/**
 * Entries in the order of the keys, by where their terms stand among all of the fields; equal ones in entry order.
 * Each entry becomes one number that sorts as it does. Undefined: there are too many terms for that.
 *
 * @param wanted how many will be taken, as far as one knows
 */
export function rankedOrder(
  entries: ArrayLike<number>,
  keys: readonly RankedKey[],
  wanted: number,
): Iterable<number> | undefined {
  let end = 1;
  for (let at = 0; at < entries.length; at++) end = Math.max(end, (entries[at] as number) + 1);
  // Two places more than terms: entries without one come first or last.
  const scales = keys.map(({ terms }) => terms.table.count + 2);
  if (scales.reduce((product, scale) => product * scale, end) > Number.MAX_SAFE_INTEGER) return undefined;
  const numbers = new Float64Array(entries.length);
  for (const [n, { key, terms, nulls }] of keys.entries()) {
    const { ranks, count } = terms.table;
    const scale = scales[n] as number;
    const isFirst = key.nulls === undefined ? !key.descending : key.nulls === 'first';
    const without = isFirst ? 0 : count + 1;
    for (let at = 0; at < numbers.length; at++) {
      const entry = entries[at] as number;
      const rank = nulls.length > 0 && has(nulls, entry) ? 0 : (ranks[entry] ?? 0);
      const place = rank === 0 ? without : key.descending ? count + 1 - rank : rank;
      numbers[at] = (numbers[at] as number) * scale + place;
    }
  }
  for (let at = 0; at < numbers.length; at++) {
    numbers[at] = (numbers[at] as number) * end + (entries[at] as number);
  }
  return remainders(leastFirst(numbers, wanted), end);
}

function* remainders(numbers: Iterable<number>, by: number): Generator<number> {
  for (const number of numbers) yield number % by;
}
