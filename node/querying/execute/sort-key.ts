import { TEXT_TERM, termsOf } from '../../indexing/store/term.ts';
import type { FieldValues, IndexValue } from '../../indexing/values/index-value.ts';
import type { OrderType } from '../rql/syntax-tree.ts';

/** What an entry sorts by; `null` for an entry without a value of the type. */
export type SortKey = Buffer | number | bigint | string | null;

/**
 * The key of an entry for one field. An array counts by its smallest element in either direction; one that holds null,
 * or nothing, has no value.
 */
export function sortKey(values: FieldValues, type: OrderType): SortKey {
  if (values.length === 0 || values.includes(null)) return null;
  const keys = values.flatMap((value) => keysOf(value, type));
  return keys.reduce<SortKey>(
    (best, key) => (best === null || compareKeys(key, best) < 0 ? key : best),
    null,
  );
}

function keysOf(value: IndexValue, type: OrderType): readonly Exclude<SortKey, null>[] {
  switch (type) {
    case 'implicit':
    case 'string': {
      const term = termsOf(value, false).find(({ kind }) => kind === TEXT_TERM);
      return term === undefined ? [] : [term.bytes];
    }
    case 'alphaNumeric':
      return [typeof value === 'object' ? (value?.json ?? '') : String(value).toLowerCase()];
    case 'long':
    case 'double':
      return typeof value === 'number' || typeof value === 'bigint' ? [value] : [];
  }
}

/** Ascending; two keys of one type. */
export function compareKeys(a: SortKey, b: SortKey): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareNaturally(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

const RUNS = /\d+|\D+/g;

/** Numbers inside texts count as numbers: N2 before N10; digits before other characters. */
export function compareNaturally(a: string, b: string): number {
  const left = a.match(RUNS) ?? [];
  const right = b.match(RUNS) ?? [];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = compareRuns(left[at] ?? '', right[at] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareRuns(a: string, b: string): number {
  const isNumber = (run: string): boolean => /^\d/.test(run);
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
    return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0);
  }
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
