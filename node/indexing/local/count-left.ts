import { COUNTED_LEFT_MAX } from '../limits.ts';

export interface ItemsLeft {
  readonly left: number;
  readonly total: number;
}

/** The etags of a collection's documents, or of its deletions: ascending after one, or descending from one on. */
export interface EtagLists {
  after(etag: number): Iterable<number>;
  downFrom(etag: number): Iterable<number>;
}

/**
 * How many of `total` come after an etag. They are counted from there on, or those before are, whichever are few; in
 * the middle of many it is told by the etags, as if those were given evenly.
 *
 * @param lastEtag of the collection
 */
export function countLeft(
  lists: EtagLists,
  total: number,
  doneEtag: number,
  lastEtag: number,
  countedMax: number = COUNTED_LEFT_MAX,
): number {
  if (doneEtag === 0 || total === 0) return total;
  const after = upTo(lists.after(doneEtag), countedMax + 1);
  if (after <= countedMax) return Math.min(after, total);
  const before = upTo(lists.downFrom(doneEtag), countedMax + 1);
  if (before <= countedMax) return Math.max(after, total - before);
  const [first = 0] = lists.after(0);
  const share = (lastEtag - doneEtag) / Math.max(1, lastEtag - first + 1);
  return Math.min(Math.max(after, Math.round(total * share)), Math.max(after, total - before));
}

function upTo(rows: Iterable<number>, max: number): number {
  let count = 0;
  for (const _ of rows) if (++count >= max) break;
  return count;
}
