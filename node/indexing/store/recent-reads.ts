import { RECENT_POSTINGS_MAX, RECENT_ROWS_MAX } from '../limits.ts';
import type { EntrySet } from './entry-set.ts';
import type { IndexEntry } from './index-entry.ts';
import { RecentValues } from './recent-values.ts';

/** What a set weighs beside its entries, in entries: its key and the objects around it. */
const SET_WEIGHT = 64;

/**
 * What queries have read lately of the indexes of one environment: the entries of terms, and rows. Values are shared,
 * and nobody changes them. Who writes an index says what changes, in the same turn as it writes.
 */
export class RecentReads {
  /** By the prefix of a term, as latin1 text: it begins with the number of the index. */
  readonly entries = new RecentValues<string, EntrySet>(
    RECENT_POSTINGS_MAX,
    ({ length }) => length + SET_WEIGHT,
  );
  readonly #rows = new RecentValues<number, IndexEntry>(RECENT_ROWS_MAX);

  row(index: number, entry: number): IndexEntry | undefined {
    return this.#rows.get(index * 2 ** 32 + entry);
  }

  keepRow(index: number, entry: number, row: IndexEntry): void {
    this.#rows.set(index * 2 ** 32 + entry, row);
  }

  /** These terms and entries of an index are not what they were. */
  forget(index: number, terms: Iterable<Buffer>, entries: Iterable<number>): void {
    if (!this.entries.isEmpty) for (const prefix of terms) this.entries.delete(prefix.toString('latin1'));
    if (!this.#rows.isEmpty) for (const entry of entries) this.#rows.delete(index * 2 ** 32 + entry);
  }
}
