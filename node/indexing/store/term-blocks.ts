import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { EntrySet } from './entry-set.ts';
import { POSTINGS } from './index-columns.ts';
import { joinedPostings, type TermPostings } from './posting-block.ts';
import { blockKey } from './posting-key.ts';

/** Last key that a block of a term can have. */
const LAST_ENTRY = 0xffff_ffff;

/** Keys and blocks of a term, in order. `prefix`: see `termPrefix`. */
export function termBlocks(view: KeyValueView, prefix: Buffer): Iterable<readonly [Buffer, Buffer]> {
  return view.scan(POSTINGS, { gte: prefix, lte: blockKey(prefix, LAST_ENTRY) });
}

/** Entries that hold a term, and how often. */
export function postingsOfTerm(view: KeyValueView, prefix: Buffer): TermPostings {
  return joinedPostings(Array.from(termBlocks(view, prefix), ([, block]) => block));
}

export function entriesOfTerm(view: KeyValueView, prefix: Buffer): EntrySet {
  return postingsOfTerm(view, prefix).entries;
}
