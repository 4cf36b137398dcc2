import { type EntrySet, has, NO_ENTRIES } from '../../indexing/store/entry-set.ts';
import type { IndexReader } from '../../indexing/store/index-reader.ts';

/** Entries whose documents are looked up at once. */
const ROWS_READ_AT_ONCE = 1024;

/**
 * One entry of each document that has an entry in every set: the first that is in the first set. Only the documents of
 * the smallest set are looked at.
 */
export function intersectDocuments(sets: readonly EntrySet[], reader: IndexReader): EntrySet {
  const [first = NO_ENTRIES] = sets;
  const smallest = sets.reduce((least, set) => (set.length < least.length ? set : least), first);
  const seen = new Set<string>();
  const found: number[] = [];
  for (let from = 0; from < smallest.length; from += ROWS_READ_AT_ONCE) {
    const some = [...smallest.subarray(from, from + ROWS_READ_AT_ONCE)];
    for (const row of reader.entryRows(some)) {
      const id = row?.id.toLowerCase();
      if (id === undefined || seen.has(id)) continue;
      seen.add(id);
      const own = [...reader.entriesOf(id)];
      const shown = own.find((entry) => has(first, entry));
      const isInAll = sets.every((set) => own.some((entry) => has(set, entry)));
      if (shown !== undefined && isInAll) found.push(shown);
    }
  }
  return Uint32Array.from(found).sort();
}
