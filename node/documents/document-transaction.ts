import type { DocumentJson } from '../json/document-json.ts';
import { mergeChangeVectors, withEntry, withoutTransaction } from './change-vector.ts';
import { checkCollection, isSameCollection } from './collection-name.ts';
import { DOCUMENTS, META, TOMBSTONES, TOMBSTONES_BY_COLLECTION } from './columns.ts';
import type { CollectionStatistics, PendingState } from './database-state.ts';
import {
  CollectionMismatchError,
  concurrencyError,
  DocumentConflictError,
  InvalidCommandError,
} from './document-errors.ts';
import { DocumentFlag } from './document-flags.ts';
import { checkDocumentId, completeServerId, lowerIdOf } from './document-id.ts';
import { DocumentReader } from './document-reader.ts';
import type { HybridClock } from './hybrid-clock.ts';
import { ItemRows } from './item-rows.ts';
import { CHANGE_VECTOR_LENGTH_MAX } from './limits.ts';
import type { PendingWrites } from './pending-writes.ts';
import { etagOfKey, idKey, namedEtagKey } from './storage-keys.ts';
import {
  decodeDocument,
  decodeTombstone,
  type StoredDocument,
  type StoredVersion,
  type Tombstone,
} from './stored-document.ts';

/** A version whose change vector is given: it was written elsewhere, or is the outcome of a conflict. */
export interface NewVersion {
  readonly id: string;
  readonly changeVector: string;
  readonly collection: string;
  readonly flags: number;
  readonly lastModified: bigint;
  /** null: a deletion. */
  readonly content: { readonly body: Buffer; readonly metadata: Buffer } | null;
}

/** A document is not in a collection any more, or was not at some time: indexes of the collection follow that. */
export interface Departure {
  readonly collection: string;
  readonly etag: number;
  /** Absent: it has left otherwise, or something else is stored under its id by now. */
  readonly tombstone: Tombstone | undefined;
}

export interface TransactionParts {
  readonly pending: PendingWrites;
  readonly state: PendingState;
  readonly clock: HybridClock;
  readonly nodeTag: string;
  readonly databaseId: string;
}

/** Flags that belong to the document and not to one write of it. */
export const LASTING_FLAGS =
  DocumentFlag.HasRevisions |
  DocumentFlag.HasAttachments |
  DocumentFlag.HasCounters |
  DocumentFlag.HasTimeSeries;

/** What an index has written is no business of the other copies, nor is that it is gone. */
const ARTIFICIAL_FLAGS = DocumentFlag.Artificial | DocumentFlag.FromIndex;

/**
 * What a command works with: reads that see all effects before it, and the writes. It is valid during the command
 * only. An error thrown by the command undoes its writes and nobody else's.
 */
export class DocumentTransaction extends DocumentReader {
  readonly nodeTag: string;
  readonly databaseId: string;
  readonly #pending: PendingWrites;
  readonly #state: PendingState;
  readonly #clock: HybridClock;
  readonly #rows: ItemRows;

  constructor({ pending, state, clock, nodeTag, databaseId }: TransactionParts) {
    super(pending, () => state.counts);
    this.nodeTag = nodeTag;
    this.databaseId = databaseId;
    this.#pending = pending;
    this.#state = state;
    this.#clock = clock;
    this.#rows = new ItemRows(pending, state);
  }

  /** Called by the merger before each command. */
  beginCommand(): void {
    this.#pending.beginCommand();
    this.#state.beginCommand();
    this.#rows.beginTransaction(this.#state.lastEtag + 1);
  }

  /** Called by the merger after a command that failed. */
  undoCommand(): void {
    this.#pending.undoCommand();
    this.#state.undoCommand();
  }

  /** Change vector of the database with all pending effects. */
  get databaseChangeVector(): string {
    return this.#state.changeVector;
  }

  get lastEtag(): number {
    return this.#state.lastEtag;
  }

  collections(): Iterable<CollectionStatistics> {
    return this.#state.collections();
  }

  nextEtag(): number {
    return this.#state.nextEtag();
  }

  /** Hybrid logical time of a write made now. */
  now(): bigint {
    return this.#clock.now();
  }

  /** `changeVector` with the entry of this database set to `etag`. */
  withOwnEntry(changeVector: string, etag: number): string {
    return withEntry(changeVector, this.nodeTag, etag, this.databaseId);
  }

  /**
   * Everything that `changeVector` includes is here now, or was replaced or deleted here. The database change vector
   * claims that, so that a replica is never told less than it lacks, and a new document includes only what was seen.
   */
  mergeDatabaseChangeVector(changeVector: string): void {
    this.#state.mergeChangeVector(changeVector);
  }

  /**
   * Writes a document as a new version of what is stored. `expectedChangeVector`: null to write whatever is there, ''
   * for a document that must not exist yet. An id ending in `/` is completed to a new one. A conflict under the id is
   * resolved by the write, its versions are kept as revisions. `ownFlags`: those of this write.
   * Throws ConcurrencyError, CollectionMismatchError, DocumentConflictError, DocumentIdError.
   */
  putDocument(
    id: string,
    json: DocumentJson,
    expectedChangeVector: string | null,
    ownFlags = 0,
  ): StoredDocument {
    const fullId = id.endsWith('/') ? completeServerId(id, this.#state.lastEtag + 1, this.nodeTag) : id;
    checkDocumentId(fullId);
    checkCollection(json.collection);
    const lowerId = lowerIdOf(fullId);
    const key = idKey(lowerId);
    const value = this.#pending.get(DOCUMENTS, key);
    const existing = value === undefined ? undefined : decodeDocument(value);
    let base: string;
    let flags = 0;
    if (existing !== undefined) {
      if (expectedChangeVector !== null && expectedChangeVector !== existing.changeVector) {
        throw concurrencyError('Put', existing.id, expectedChangeVector, existing.changeVector);
      }
      if (!isSameCollection(existing.collection, json.collection)) {
        throw new CollectionMismatchError(existing.id, existing.collection, json.collection);
      }
      base = existing.changeVector;
      flags = existing.flags & LASTING_FLAGS;
      this.#rows.remove('document', key, existing);
    } else {
      const resolved = this.#resolveConflict(fullId, expectedChangeVector);
      if (resolved === null && expectedChangeVector !== null && expectedChangeVector !== '') {
        throw concurrencyError('Put', fullId, expectedChangeVector, null);
      }
      base =
        resolved ??
        mergeChangeVectors(this.#state.changeVector, this.#replaceTombstone(key, json.collection));
      flags = resolved === null ? 0 : DocumentFlag.HasRevisions | DocumentFlag.Resolved;
    }
    const etag = this.#state.nextEtag();
    return this.#rows.add('document', key, {
      kind: 'document',
      id: fullId,
      lowerId,
      etag,
      changeVector: this.withOwnEntry(base, etag),
      collection: json.collection,
      flags: flags | ownFlags,
      lastModified: this.#clock.now(),
      metadata: json.metadata,
      body: json.body,
    });
  }

  /**
   * Deletes a document and leaves a tombstone; null when there was none. Deleting a document in conflict resolves it.
   * Throws ConcurrencyError, DocumentConflictError.
   */
  deleteDocument(id: string, expectedChangeVector: string | null): Tombstone | null {
    const lowerId = lowerIdOf(id);
    const key = idKey(lowerId);
    const value = this.#pending.get(DOCUMENTS, key);
    if (value !== undefined) {
      const existing = decodeDocument(value);
      if (expectedChangeVector !== null && expectedChangeVector !== existing.changeVector) {
        throw concurrencyError('Delete', existing.id, expectedChangeVector, existing.changeVector);
      }
      this.#rows.remove('document', key, existing);
      const flags = existing.flags & (LASTING_FLAGS | ARTIFICIAL_FLAGS);
      return this.#addTombstone(existing, key, existing.changeVector, flags);
    }
    const collection = this.#state.counts.conflicts > 0 ? this.getConflicts(id).at(-1) : undefined;
    const resolved = this.#resolveConflict(id, expectedChangeVector);
    if (resolved !== null && collection !== undefined) {
      return this.#addTombstone(collection, key, resolved, DocumentFlag.HasRevisions | DocumentFlag.Resolved);
    }
    if (expectedChangeVector !== null && expectedChangeVector !== '') {
      throw concurrencyError('Delete', id, expectedChangeVector, null);
    }
    return null;
  }

  /**
   * Makes a version with a change vector of its own what is stored under its id; whatever stood there (document,
   * tombstone, versions in conflict) is replaced without a trace. Gives it an etag of this database. The database
   * change vector takes nothing of it in: one item says nothing about those before it (see mergeDatabaseChangeVector).
   */
  storeVersion(version: NewVersion): StoredVersion {
    const stored = this.#stamp(version);
    const key = this.#clearId(stored, stored.collection);
    return stored.kind === 'document'
      ? this.#rows.add('document', key, stored)
      : this.#rows.add('tombstone', key, stored);
  }

  /** Replaces what is stored under an id by versions of which none includes another. At least two. */
  storeConflict(versions: readonly NewVersion[]): void {
    const [first] = versions;
    if (first === undefined || versions.length < 2) {
      throw new InvalidCommandError('A conflict has at least two versions.');
    }
    const stamped = versions.map((version) => this.#stamp({ ...version, id: first.id }));
    this.#clearId(stamped[0] as StoredVersion, null);
    this.#state.count('conflictedDocuments', 1);
    for (const stored of stamped) {
      this.#rows.add('conflict', namedEtagKey(stored.lowerId, stored.etag), stored);
    }
  }

  /** Keeps a version beside the document; one with the same change vector is kept once. */
  storeRevision(version: NewVersion): void {
    for (const revision of this.revisions(version.id)) {
      if (revision.changeVector === version.changeVector) return;
    }
    const kind = version.content === null ? DocumentFlag.DeleteRevision : DocumentFlag.Revision;
    const stored = this.#stamp({ ...version, flags: version.flags | kind });
    this.#rows.add('revision', namedEtagKey(stored.lowerId, stored.etag), stored);
  }

  /** Who has left a collection with an etag up to `upToEtag`, oldest first. Nothing may be removed meanwhile. */
  *departures(collection: string, upToEtag: number): Generator<Departure> {
    const lower = collection.toLowerCase();
    const range = { gte: namedEtagKey(lower, 0), lte: namedEtagKey(lower, upToEtag) };
    for (const [key, lowerId] of this.#pending.scan(TOMBSTONES_BY_COLLECTION, range)) {
      const etag = etagOfKey(key);
      const tombstone = this.getTombstone(lowerId.toString());
      // It has the same etag in another collection where a deletion there has taken the place of a document.
      const isOwn = tombstone?.etag === etag && isSameCollection(collection, tombstone.collection);
      yield { collection, etag, tombstone: isOwn ? tombstone : undefined };
    }
  }

  /** Removes it for good, with its tombstone. */
  removeDeparture({ collection, etag, tombstone }: Departure): void {
    if (tombstone === undefined) this.#rows.removeMove(collection, etag);
    else this.#rows.remove('tombstone', idKey(tombstone.lowerId), tombstone);
  }

  /** Something that other rooms keep with the data, such as a replication cursor. */
  readMeta(name: string): Buffer | undefined {
    return this.#pending.get(META, metaKey(name));
  }

  /** null removes it. */
  writeMeta(name: string, value: Buffer | null): void {
    if (value === null) this.#pending.delete(META, metaKey(name));
    else this.#pending.put(META, metaKey(name), value);
  }

  /** Moves the versions in conflict to the revisions; their merged vector, or null when there is no conflict. */
  #resolveConflict(id: string, expectedChangeVector: string | null): string | null {
    if (this.#state.counts.conflicts === 0) return null;
    const versions = this.getConflicts(id);
    const last = versions.at(-1);
    if (last === undefined) return null;
    if (expectedChangeVector !== null) throw new DocumentConflictError(last.id, last.etag);
    this.#forgetConflicts(versions);
    for (const version of versions) {
      this.storeRevision({
        ...version,
        flags: version.flags | DocumentFlag.Conflicted,
        content: version.kind === 'document' ? version : null,
      });
    }
    return versions.reduce((merged, version) => mergeChangeVectors(merged, version.changeVector), '');
  }

  #stamp({ content, ...version }: NewVersion): StoredVersion {
    checkDocumentId(version.id);
    checkCollection(version.collection);
    if (version.changeVector.length > CHANGE_VECTOR_LENGTH_MAX) {
      throw new InvalidCommandError(
        `The change vector of '${version.id}' has more than ${CHANGE_VECTOR_LENGTH_MAX} characters.`,
      );
    }
    const etag = this.#state.nextEtag();
    this.#clock.observe(version.lastModified);
    const item = {
      id: version.id,
      lowerId: lowerIdOf(version.id),
      etag,
      changeVector: version.changeVector,
      collection: version.collection,
      flags: version.flags,
      lastModified: version.lastModified,
    };
    return content === null
      ? { kind: 'tombstone', ...item }
      : { kind: 'document', ...item, metadata: content.metadata, body: content.body };
  }

  /**
   * Removes document, tombstone and versions in conflict before another version is stored; gives the key of the id.
   * `collection`: that which the id is in from then on; null: none.
   */
  #clearId({ id, lowerId, etag }: StoredVersion, collection: string | null): Buffer {
    const key = idKey(lowerId);
    const value = this.#pending.get(DOCUMENTS, key);
    if (value !== undefined) {
      const document = decodeDocument(value);
      this.#rows.remove('document', key, document);
      if (!isSameCollection(document.collection, collection)) {
        this.#rows.addMove(document.collection, key, etag);
      }
      return key;
    }
    this.#replaceTombstone(key, collection);
    if (this.#state.counts.conflicts > 0) this.#forgetConflicts(this.getConflicts(id));
    return key;
  }

  #forgetConflicts(versions: readonly StoredVersion[]): void {
    if (versions.length === 0) return;
    for (const version of versions) {
      this.#rows.remove('conflict', namedEtagKey(version.lowerId, version.etag), version);
    }
    this.#state.count('conflictedDocuments', -1);
  }

  /**
   * Removes the tombstone, since something is stored under the id that is in this collection; null: in none. Gives its
   * change vector; '' when there was none.
   */
  #replaceTombstone(key: Buffer, collection: string | null): string {
    const value = this.#state.counts.tombstones === 0 ? undefined : this.#pending.get(TOMBSTONES, key);
    if (value === undefined) return '';
    const tombstone = decodeTombstone(value);
    this.#rows.remove('tombstone', key, tombstone);
    // Nobody tells an index of the former collection of what comes after it.
    if (!isSameCollection(tombstone.collection, collection)) {
      this.#rows.addMove(tombstone.collection, key, tombstone.etag);
    }
    // A cluster transaction that deleted the document took its guard away; what is written now is of no transaction.
    const isOfTransaction = (tombstone.flags & DocumentFlag.FromClusterTransaction) !== 0;
    return isOfTransaction ? withoutTransaction(tombstone.changeVector) : tombstone.changeVector;
  }

  #addTombstone(of: StoredVersion, key: Buffer, base: string, flags: number): Tombstone {
    const etag = this.#state.nextEtag();
    return this.#rows.add('tombstone', key, {
      kind: 'tombstone',
      id: of.id,
      lowerId: of.lowerId,
      etag,
      changeVector: this.withOwnEntry(base, etag),
      collection: of.collection,
      flags,
      lastModified: this.#clock.now(),
    });
  }
}

function metaKey(name: string): Buffer {
  return Buffer.from(`room/${name}`);
}
