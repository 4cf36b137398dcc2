import type { ChangeVectorEntry } from '../documents/change-vector.ts';
import type { LeftItem } from './batch-collector.ts';
import type { DestinationView } from './item-route.ts';
import { CLAIM_PATIENCE_MS, RELAY_PATIENCE_MS } from './limits.ts';

interface RememberedItem extends LeftItem {
  readonly leftAt: number;
}

/**
 * Items of other origins that were not sent, because their origin is connected to the destination and sends them
 * itself: without this, each write of a group of n travels n - 1 times to each node. They are forgotten as the
 * destination's vector comes to include them, and sent after all when the origin falls silent.
 */
export class LeftRelays {
  readonly #rememberedMax: number;
  #items: RememberedItem[] = [];
  #first = 0;
  #unrememberedFrom: number | null = null;
  #greatestOwnEtag = 0;
  /** Since when the origins have sent everything and nothing came of it; null while that is not so. */
  #isStuckSince: number | null = null;

  constructor(rememberedMax: number) {
    this.#rememberedMax = rememberedMax;
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.#unrememberedFrom === null;
  }

  /** Etag of the first item left, or null. */
  get firstEtag(): number | null {
    return this.#items[this.#first]?.etag ?? this.#unrememberedFrom;
  }

  /** Takes note of items that were left, in the order of their etags. */
  add(items: readonly LeftItem[], now: number): void {
    for (const { etag, pending, ownEtag } of items) {
      if (this.#unrememberedFrom === null && this.#count < this.#rememberedMax) {
        this.#items.push({ etag, pending, ownEtag, leftAt: now });
        this.#greatestOwnEtag = Math.max(this.#greatestOwnEtag, ownEtag);
      } else {
        this.#unrememberedFrom ??= etag;
      }
    }
  }

  /**
   * Whether the destination has all that this database itself wrote, although items are left: not while one of those
   * stands for own writes that the destination doesn't have either, since it replaced them here.
   */
  isOwnClaimTrue(ownEtagIncluded: number): boolean {
    return this.#unrememberedFrom === null && this.#greatestOwnEtag <= ownEtagIncluded;
  }

  /**
   * Forgets the items that the destination has by now. Gives the etag to scan again from, when items were left that
   * are not remembered one by one and all that are have arrived.
   */
  forgetIncluded({ included }: DestinationView): number | null {
    const isThere = ({ databaseId, etag }: ChangeVectorEntry) => etag <= (included.get(databaseId) ?? 0);
    for (let item = this.#items[this.#first]; item !== undefined; item = this.#items[this.#first]) {
      if (!item.pending.every(isThere)) return null;
      this.#first++;
      this.#isStuckSince = null;
    }
    const again = this.#unrememberedFrom;
    this.clear();
    return again;
  }

  /** Must the first item be sent after all: has its origin gone, or made no progress for too long? */
  isImpatient(destination: DestinationView, now: number): boolean {
    const { included, sources } = destination;
    const item = this.#items[this.#first];
    if (item === undefined) return false;
    if (this.#isStuck(destination, now)) return true;
    return item.pending.some(
      ({ databaseId, etag }) =>
        etag > (included.get(databaseId) ?? 0) &&
        (!sources.has(databaseId) ||
          now - Math.max(item.leftAt, sources.progressedAt(databaseId)) >= RELAY_PATIENCE_MS),
    );
  }

  /**
   * Two origins can wait for one another: each has an item of the other that it left, and whose writer had seen its own
   * latest writes, so neither may claim those. While there are new writes this goes on, and both make progress all the
   * time. It shows in that the origins have sent what was left long ago, and still it is not included.
   */
  #isStuck({ included, sources }: DestinationView, now: number): boolean {
    const newest = this.#newestLeftBefore(now - RELAY_PATIENCE_MS);
    const isSent = ({ databaseId, etag }: ChangeVectorEntry) =>
      Math.max(included.get(databaseId) ?? 0, sources.acceptedEtag(databaseId)) >= etag;
    if (newest === undefined || !newest.pending.every(isSent)) {
      this.#isStuckSince = null;
      return false;
    }
    this.#isStuckSince ??= now;
    return now - this.#isStuckSince >= CLAIM_PATIENCE_MS;
  }

  /** They are in the order in which they were left. */
  #newestLeftBefore(time: number): RememberedItem | undefined {
    let from = this.#first;
    let to = this.#items.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#items[middle]?.leftAt ?? Number.POSITIVE_INFINITY) <= time) from = middle + 1;
      else to = middle;
    }
    return from === this.#first ? undefined : this.#items[from - 1];
  }

  clear(): void {
    this.#isStuckSince = null;
    this.#items = [];
    this.#first = 0;
    this.#unrememberedFrom = null;
    this.#greatestOwnEtag = 0;
  }

  get #count(): number {
    return this.#items.length - this.#first;
  }
}
