import { RECENT_POSTINGS_MAX, RECENT_ROWS_MAX } from '../limits.ts';
import type { EntrySet } from './entry-set.ts';
import type { IndexEntry } from './index-entry.ts';
import { RecentValues } from './recent-values.ts';
import { TermTables } from './term-tables.ts';

/** What a set weighs beside its entries, in entries: its key and the objects around it. */
const SET_WEIGHT = 64;

/** What a batch changes of an index. */
export interface IndexChange {
  /** Prefixes of the terms that are not what they were. */
  terms(): Iterable<Buffer>;
  /** Entries that are others than before, or gone. */
  readonly entries: ReadonlySet<number>;
  /** The number of the next new entry, before and after. */
  readonly nextEntry: { readonly before: number; readonly after: number };
}

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
  readonly tables = new TermTables();
  readonly #rows = new RecentValues<number, IndexEntry>(RECENT_ROWS_MAX);

  row(index: number, entry: number): IndexEntry | undefined {
    return this.#rows.get(index * 2 ** 32 + entry);
  }

  keepRow(index: number, entry: number, row: IndexEntry): void {
    this.#rows.set(index * 2 ** 32 + entry, row);
  }

  /** A batch of an index is written. */
  forget(index: number, change: IndexChange): void {
    if (!this.entries.isEmpty)
      for (const prefix of change.terms()) this.entries.delete(prefix.toString('latin1'));
    if (!this.#rows.isEmpty) for (const entry of change.entries) this.#rows.delete(index * 2 ** 32 + entry);
    this.tables.forget(index, change);
  }

  /** Nobody reads through it any more. */
  close(): void {
    this.tables.close();
  }
}
