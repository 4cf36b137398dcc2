import type { DocumentVersion } from './document-version.ts';

/** What applying a batch needs of the transaction it runs in. */
export interface ReplicaStore {
  /** Last etag given out. */
  readonly lastEtag: number;
  /** All that this includes is here, or was replaced or deleted here. */
  readonly changeVector: string;
  /** What is stored under the id: nothing, one document or tombstone, or the versions of a stored conflict. */
  versionsOf(id: string): readonly DocumentVersion[];
  /** The change vector with an entry of this database for the etag that is given out next. */
  withNextOwnEntry(changeVector: string): string;
  /** Makes the version the document (or its tombstone) under the id, instead of all that is stored there. */
  storeVersion(id: string, version: DocumentVersion): void;
  /** Makes these the conflicting versions under the id, instead of all that is stored there. */
  storeConflict(id: string, versions: readonly DocumentVersion[]): void;
  /** Keeps a version as a revision, unless a revision with its change vector is there. */
  storeRevision(id: string, version: DocumentVersion): void;
  /** The database's change vector takes this one in. */
  mergeChangeVector(changeVector: string): void;
}
