import { compareChangeVectors, etagOf, parseChangeVector } from '../documents/change-vector.ts';
import type { LeftItem } from './batch-collector.ts';
import type { DestinationSources } from './destination-sources.ts';
import { RELAY_PATIENCE_MS } from './limits.ts';

interface RememberedItem extends LeftItem {
  readonly leftAt: number;
}

/**
 * Items of other origins that were not sent, because their origin is connected to the destination and sends them
 * itself: without this, each write of a group of n travels n - 1 times to each node. They are forgotten as the
 * destination's vector comes to include them, and sent after all when the origin falls silent.
 */
export class LeftRelays {
  readonly #ownId: string;
  readonly #rememberedMax: number;
  #items: RememberedItem[] = [];
  #first = 0;
  #unrememberedFrom: number | null = null;

  constructor(ownDatabaseId: string, rememberedMax: number) {
    this.#ownId = ownDatabaseId;
    this.#rememberedMax = rememberedMax;
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.#unrememberedFrom === null;
  }

  /** Etag of the first item left, or null. */
  get firstEtag(): number | null {
    return this.#items[this.#first]?.etag ?? this.#unrememberedFrom;
  }

  /** Does all that the destination lacks of the item come from databases that are connected to it? */
  isOnItsWay(changeVector: string, destinationVector: string, sources: DestinationSources): boolean {
    if (sources.isEmpty) return false;
    return parseChangeVector(changeVector).every(
      ({ databaseId, etag }) =>
        etag <= etagOf(destinationVector, databaseId) ||
        (databaseId !== this.#ownId && sources.has(databaseId)),
    );
  }

  /** Takes note of items that were left, in the order of their etags. */
  add(items: readonly LeftItem[], now: number): void {
    for (const { etag, changeVector } of items) {
      if (this.#unrememberedFrom === null && this.#count < this.#rememberedMax) {
        this.#items.push({ etag, changeVector, leftAt: now });
      } else {
        this.#unrememberedFrom ??= etag;
      }
    }
  }

  /**
   * Forgets the items that the destination has by now. Gives the etag to scan again from, when items were left that
   * are not remembered one by one and all that are have arrived.
   */
  forgetIncluded(destinationVector: string): number | null {
    for (let item = this.#items[this.#first]; item !== undefined; item = this.#items[this.#first]) {
      if (compareChangeVectors(item.changeVector, destinationVector) !== 'AlreadyMerged') return null;
      this.#first++;
    }
    const again = this.#unrememberedFrom;
    this.clear();
    return again;
  }

  /** Must the first item be sent after all: has its origin gone, or made no progress for too long? */
  isImpatient(destinationVector: string, sources: DestinationSources, now: number): boolean {
    const item = this.#items[this.#first];
    if (item === undefined) return false;
    return parseChangeVector(item.changeVector).some(
      ({ databaseId, etag }) =>
        etag > etagOf(destinationVector, databaseId) &&
        now - Math.max(item.leftAt, sources.progressedAt(databaseId)) >= RELAY_PATIENCE_MS,
    );
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
    this.#unrememberedFrom = null;
  }

  get #count(): number {
    return this.#items.length - this.#first;
  }
}
