import type { ItemRoute, PendingItem } from './item-route.ts';
import type { StreamLimits } from './limits.ts';
import { approximateBytes, type ReplicatedItem } from './replicated-item.ts';

/** An item of the source in the order of its etags. */
export interface SourceItem {
  readonly etag: number;
  /** Items written by one command of the source share this number. */
  readonly transaction: number;
  readonly changeVector: string;
  /** It was written several times with the same content, and the vectors became one here or elsewhere. */
  readonly isMergedTwin: boolean;
  /** What the destination's vector says nothing about: it goes to everybody. */
  readonly isAlwaysSent: boolean;
  /** It was made here of what the destination has, too, and makes for itself. */
  readonly isOwnOnly: boolean;
  /** The item with its body. */
  load(): ReplicatedItem;
}

/** What one synchronous look at the source brought. */
export interface CollectedItems {
  readonly items: readonly ReplicatedItem[];
  /** Those that are left to their origin. */
  readonly left: readonly LeftItem[];
  readonly bytes: number;
  /** Everything up to this etag was looked at. */
  readonly scannedEtag: number;
  /** There was nothing after it. */
  readonly isAtEnd: boolean;
  /** The next item belongs to the transaction of the last one. */
  readonly isInsideTransaction: boolean;
}

/** An item that somebody else sends. */
export interface LeftItem extends PendingItem {
  readonly etag: number;
}

/** Takes items until the limits of a batch are reached. Pure, since the storage may ask for the same look again. */
export function collectItems(
  source: Iterable<SourceItem>,
  scannedEtag: number,
  limits: StreamLimits,
  route: (item: SourceItem) => ItemRoute,
): CollectedItems {
  const items: ReplicatedItem[] = [];
  const left: LeftItem[] = [];
  let bytes = 0;
  let scanned = 0;
  let last: SourceItem | null = null;
  for (const candidate of source) {
    const isFull =
      items.length >= limits.batchItems || bytes >= limits.batchBytes || scanned >= limits.scanItems;
    if (isFull && last !== null) {
      const isInsideTransaction = candidate.transaction === last.transaction;
      return { items, left, bytes, scannedEtag: last.etag, isAtEnd: false, isInsideTransaction };
    }
    scanned++;
    last = candidate;
    const way = route(candidate);
    if (typeof way === 'object') left.push({ etag: candidate.etag, ...way });
    if (way !== 'send') continue;
    const item = candidate.load();
    items.push(item);
    bytes += approximateBytes(item);
  }
  const scannedTo = last?.etag ?? scannedEtag;
  return { items, left, bytes, scannedEtag: scannedTo, isAtEnd: true, isInsideTransaction: false };
}
