import {
  COLLECTIONS,
  CONFLICTS,
  DOCUMENTS,
  ETAGS,
  REVISIONS,
  TOMBSTONES,
  TOMBSTONES_BY_COLLECTION,
} from './columns.ts';
import type { PendingState } from './database-state.ts';
import type { PendingWrites } from './pending-writes.ts';
import { encodeEtagRow, etagKey, type ItemKind, namedEtagKey } from './storage-keys.ts';
import { encodeVersion, type StoredVersion } from './stored-document.ts';

/** Writes and removes items together with their rows in the indexes and their share of the counts. */
export class ItemRows {
  readonly #pending: PendingWrites;
  readonly #state: PendingState;
  #transaction = 0;

  constructor(pending: PendingWrites, state: PendingState) {
    this.#pending = pending;
    this.#state = state;
  }

  /** Items added from now on belong together; `transaction` is the first etag that may be given to one. */
  beginTransaction(transaction: number): void {
    this.#transaction = transaction;
  }

  add<Version extends StoredVersion>(kind: ItemKind, key: Buffer, version: Version): Version {
    const { etag, collection } = version;
    this.#pending.put(ETAGS, etagKey(etag), encodeEtagRow(kind, this.#transaction, key));
    const value = encodeVersion(version);
    if (kind === 'document') {
      this.#pending.put(DOCUMENTS, key, value);
      this.#pending.put(COLLECTIONS, namedEtagKey(collection.toLowerCase(), etag), key);
      this.#state.countInCollection(collection, { documents: 1 }, etag);
    } else if (kind === 'tombstone') {
      this.#pending.put(TOMBSTONES, key, value);
      this.#pending.put(TOMBSTONES_BY_COLLECTION, namedEtagKey(collection.toLowerCase(), etag), key);
      this.#state.countInCollection(collection, { tombstones: 1 }, etag);
    } else if (kind === 'revision') {
      this.#pending.put(REVISIONS, key, value);
      this.#state.count('revisions', 1);
    } else {
      this.#pending.put(CONFLICTS, key, value);
      this.#state.count('conflicts', 1);
    }
    return version;
  }

  remove(kind: 'document' | 'tombstone' | 'conflict', key: Buffer, version: StoredVersion): void {
    const { etag, collection } = version;
    this.#pending.delete(ETAGS, etagKey(etag));
    if (kind === 'document') {
      this.#pending.delete(DOCUMENTS, key);
      this.#pending.delete(COLLECTIONS, namedEtagKey(collection.toLowerCase(), etag));
      this.#state.countInCollection(collection, { documents: -1 });
    } else if (kind === 'tombstone') {
      this.#pending.delete(TOMBSTONES, key);
      this.#pending.delete(TOMBSTONES_BY_COLLECTION, namedEtagKey(collection.toLowerCase(), etag));
      this.#state.countInCollection(collection, { tombstones: -1 });
    } else {
      this.#pending.delete(CONFLICTS, key);
      this.#state.count('conflicts', -1);
    }
  }

  /**
   * A document has left a collection, and no tombstone of it is there: indexes of the collection find it among the
   * deletions, and nobody else does. `etag`: one that no other row of the collection has.
   */
  addMove(collection: string, key: Buffer, etag: number): void {
    this.#pending.put(TOMBSTONES_BY_COLLECTION, namedEtagKey(collection.toLowerCase(), etag), key);
    this.#state.countInCollection(collection, { moves: 1 }, etag);
  }

  removeMove(collection: string, etag: number): void {
    this.#pending.delete(TOMBSTONES_BY_COLLECTION, namedEtagKey(collection.toLowerCase(), etag));
    this.#state.countInCollection(collection, { moves: -1 });
  }
}
