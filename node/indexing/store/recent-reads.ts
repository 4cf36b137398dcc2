import {
  RECENT_GROUP_WEIGHT,
  RECENT_GROUPS_BYTES_MAX,
  RECENT_POSTINGS_MAX,
  RECENT_ROWS_MAX,
  RECENT_SHOWN_BYTES_MAX,
  RECENT_SHOWN_WEIGHT,
} from '../limits.ts';
import type { IndexEntry, ShownEntry } from './index-entry.ts';
import type { TermPostings } from './posting-block.ts';
import { RecentValues } from './recent-values.ts';
import { TermTables } from './term-tables.ts';

/** What the postings of a term weigh beside their entries, in entries: the key and the objects around them. */
const POSTINGS_WEIGHT = 64;

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
 * What queries have read lately of the indexes of one environment: the postings of terms, rows, and results of groups. Values are shared,
 * and nobody changes them. Who writes an index says what changes, in the same turn as it writes.
 */
export class RecentReads {
  /** By the prefix of a term, as latin1 text: it begins with the number of the index. */
  readonly #postings = new RecentValues<string, TermPostings>(
    RECENT_POSTINGS_MAX,
    ({ entries, times }) => entries.length + (times?.length ?? 0) + POSTINGS_WEIGHT,
  );
  /** Indexes of which any were kept. */
  readonly #withPostings = new Set<number>();
  readonly tables = new TermTables();
  readonly #rows = new RecentValues<number, IndexEntry>(RECENT_ROWS_MAX);
  readonly #shown = new RecentValues<number, ShownEntry>(RECENT_SHOWN_BYTES_MAX, weightOfShown);
  readonly #groups = new RecentValues<number, Buffer>(
    RECENT_GROUPS_BYTES_MAX,
    ({ length }) => length + RECENT_GROUP_WEIGHT,
  );

  /** `prefix`: of the term, as latin1 text. */
  postings(prefix: string): TermPostings | undefined {
    return this.#postings.get(prefix);
  }

  keepPostings(index: number, prefix: string, postings: TermPostings): void {
    this.#withPostings.add(index);
    this.#postings.set(prefix, postings);
  }

  row(index: number, entry: number): IndexEntry | undefined {
    return this.#rows.get(numberOf(index, entry));
  }

  keepRow(index: number, entry: number, row: IndexEntry): void {
    this.#rows.set(numberOf(index, entry), row);
  }

  shown(index: number, entry: number): ShownEntry | undefined {
    return this.#shown.get(numberOf(index, entry));
  }

  keepShown(index: number, entry: number, shown: ShownEntry): void {
    this.#shown.set(numberOf(index, entry), shown);
  }

  /** What the group of an entry was reduced to: its entry is written whenever that is. */
  group(index: number, entry: number): Buffer | undefined {
    return this.#groups.get(numberOf(index, entry));
  }

  keepGroup(index: number, entry: number, json: Buffer): void {
    this.#groups.set(numberOf(index, entry), json);
  }

  /** A batch of an index is written. */
  forget(index: number, change: IndexChange): void {
    if (this.#postings.isEmpty) this.#withPostings.clear();
    if (this.#withPostings.has(index))
      for (const prefix of change.terms()) this.#postings.delete(prefix.toString('latin1'));
    for (const kept of [this.#rows, this.#shown, this.#groups])
      if (!kept.isEmpty) for (const entry of change.entries) kept.delete(numberOf(index, entry));
    this.tables.forget(index, change);
  }

  /** Nobody reads through it any more. */
  close(): void {
    this.tables.close();
  }
}

function weightOfShown({ id, stored }: ShownEntry): number {
  let weight = RECENT_SHOWN_WEIGHT + id.length;
  for (const json of stored.values()) weight += RECENT_SHOWN_WEIGHT + json.length;
  return weight;
}

/** Entries of all indexes of an environment. Small numbers, which nearly all are, are found several times as fast. */
function numberOf(index: number, entry: number): number {
  if (index < SMALL_INDEX && entry < SMALL_ENTRY) return index * SMALL_ENTRY + entry;
  return (index + 1) * 2 ** 32 + entry;
}

/** Their product is what a small integer of V8 holds. */
const SMALL_INDEX = 2 ** 7;
const SMALL_ENTRY = 2 ** 23;
