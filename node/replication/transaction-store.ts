import type { DocumentTransaction } from '../documents/document-transaction.ts';
import type { StoredVersion } from '../documents/stored-document.ts';
import type { DocumentVersion } from './document-version.ts';
import type { ReplicaStore } from './replica-store.ts';

/** A stored item as the rule of conflicts sees it. */
export function versionOfStored(stored: StoredVersion): DocumentVersion {
  const { changeVector, collection, flags, lastModified } = stored;
  const content = stored.kind === 'document' ? { body: stored.body, metadata: stored.metadata } : null;
  return { changeVector, collection, flags, lastModified, content };
}

/** The transaction of a command, as applying a batch needs it. */
export class TransactionStore implements ReplicaStore {
  readonly #transaction: DocumentTransaction;
  /** Saves a look for each new document in a database without deletions. */
  #hasTombstones: boolean;

  constructor(transaction: DocumentTransaction) {
    this.#transaction = transaction;
    this.#hasTombstones = [...transaction.collections()].some(({ tombstones }) => tombstones > 0);
  }

  get lastEtag(): number {
    return this.#transaction.lastEtag;
  }

  get changeVector(): string {
    return this.#transaction.databaseChangeVector;
  }

  versionsOf(id: string): readonly DocumentVersion[] {
    const transaction = this.#transaction;
    const isConflicted = transaction.isConflicted(id);
    const document = isConflicted ? undefined : transaction.get(id);
    if (document !== undefined) return [versionOfStored(document)];
    const tombstone = this.#hasTombstones ? transaction.getTombstone(id) : undefined;
    if (tombstone !== undefined) return [versionOfStored(tombstone)];
    return isConflicted ? transaction.getConflicts(id).map(versionOfStored) : [];
  }

  withNextOwnEntry(changeVector: string): string {
    return this.#transaction.withOwnEntry(changeVector, this.#transaction.lastEtag + 1);
  }

  storeVersion(id: string, version: DocumentVersion): void {
    if (version.content === null) this.#hasTombstones = true;
    this.#transaction.storeVersion({ id, ...version });
  }

  storeConflict(id: string, versions: readonly DocumentVersion[]): void {
    this.#transaction.storeConflict(versions.map((version) => ({ id, ...version })));
  }

  storeRevision(id: string, version: DocumentVersion): void {
    this.#transaction.storeRevision({ id, ...version });
  }

  mergeChangeVector(changeVector: string): void {
    this.#transaction.mergeDatabaseChangeVector(changeVector);
  }
}
