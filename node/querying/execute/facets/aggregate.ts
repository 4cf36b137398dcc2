import type { IndexField } from '../../../indexing/definitions/index-field.ts';
import { type EntrySet, forEachShared, lowerBound, NO_ENTRIES } from '../../../indexing/store/entry-set.ts';
import { fieldTerms } from '../../../indexing/store/field-terms.ts';
import type { IndexReader } from '../../../indexing/store/index-reader.ts';
import { numberOfKey } from '../../../indexing/store/number-key.ts';
import { NUMBER_TERM } from '../../../indexing/store/term.ts';
import type { QueryWatch } from '../query-watch.ts';
import { FACET_LIMITS, type FacetLimits, TERMS_BETWEEN_LOOKS } from './limits.ts';

/** What the numbers of a field come to. */
export interface Aggregate {
  sum: number;
  min: number;
  max: number;
  /** Numbers that there were. */
  count: number;
}

/** Aggregates a field over each of these groups of entries, all of which are among `entries`. Has turns. */
export function* aggregate(
  reader: IndexReader,
  field: IndexField,
  entries: EntrySet,
  groups: readonly EntrySet[],
  watch?: QueryWatch,
  { byRowMax, atOnce }: FacetLimits = FACET_LIMITS,
): Generator<void, readonly Aggregate[]> {
  const results = groups.map(
    (): Aggregate => ({
      sum: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      count: 0,
    }),
  );
  for (let from = 0; from < entries.length; from += atOnce) {
    const some = entries.subarray(from, from + atOnce);
    const column = new NumberColumn(some);
    if (some.length <= byRowMax) column.readRows(reader, field);
    else yield* column.readTerms(reader, field, watch);
    for (const [at, result] of results.entries()) {
      column.addTo(result, within(groups[at] ?? NO_ENTRIES, some));
      if (watch?.isTurnOver === true) yield;
    }
  }
  return results;
}

/** The part of a set between the first and the last of another, which is not empty. */
function within(set: EntrySet, other: EntrySet): EntrySet {
  const from = lowerBound(set, other[0] ?? 0, 0);
  return set.subarray(from, lowerBound(set, (other.at(-1) ?? 0) + 1, from));
}

/** The numbers of a field by the position of their entry. Equal numbers of one entry count once, as they are indexed. */
class NumberColumn {
  readonly #entries: EntrySet;
  readonly #sums: Float64Array;
  readonly #minima: Float64Array;
  readonly #maxima: Float64Array;
  readonly #counts: Uint32Array;

  constructor(entries: EntrySet) {
    this.#entries = entries;
    this.#sums = new Float64Array(entries.length);
    this.#minima = new Float64Array(entries.length).fill(Number.POSITIVE_INFINITY);
    this.#maxima = new Float64Array(entries.length).fill(Number.NEGATIVE_INFINITY);
    this.#counts = new Uint32Array(entries.length);
  }

  addTo(result: Aggregate, group: EntrySet): void {
    forEachShared(this.#entries, group, (position) => {
      result.sum += this.#sums[position] as number;
      result.min = Math.min(result.min, this.#minima[position] as number);
      result.max = Math.max(result.max, this.#maxima[position] as number);
      result.count += this.#counts[position] as number;
    });
  }

  readRows(reader: IndexReader, field: IndexField): void {
    reader.entryRows([...this.#entries]).forEach((row, position) => {
      for (const term of fieldTerms(field, row?.values[field.source] ?? []).terms) {
        if (term.kind === NUMBER_TERM) this.#add(position, numberOfKey(term.bytes));
      }
    });
  }

  *readTerms(reader: IndexReader, field: IndexField, watch: QueryWatch | undefined): Generator<void, void> {
    let terms = 0;
    for (const { bytes, entries } of reader.terms(field.id, NUMBER_TERM)) {
      const number = numberOfKey(bytes);
      forEachShared(this.#entries, entries, (position) => this.#add(position, number));
      if (++terms % TERMS_BETWEEN_LOOKS === 0 && watch?.isTurnOver === true) yield;
    }
  }

  #add(position: number, number: number): void {
    this.#sums[position] = (this.#sums[position] as number) + number;
    this.#minima[position] = Math.min(this.#minima[position] as number, number);
    this.#maxima[position] = Math.max(this.#maxima[position] as number, number);
    this.#counts[position] = (this.#counts[position] as number) + 1;
  }
}
