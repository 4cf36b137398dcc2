import type { DocumentVersion } from './document-version.ts';

/** Where a cluster transaction is in the order of all: by its index, and then by its count. */
export interface TransactionPlace {
  /** Raft index; 0: not told. */
  readonly index: number;
  /** Of the documents of its database group. A database of the same name that was there before has counted for itself. */
  readonly count: number;
}

/** What ranks versions besides their time; both come from the document's kind, not from the replication room. */
export interface VersionTraits {
  /** The cluster transaction that wrote a version; it outranks what none wrote. */
  clusterTransaction(version: DocumentVersion): TransactionPlace | null;
  /** `Max` of a HiLo document, -1 for its deletion, null when the document is no HiLo document. */
  hiloMax(version: DocumentVersion): number | null;
}

/**
 * A total order over versions that differ in content: the same on every node, whatever order they arrive in. The
 * later time wins; what could tie is told apart by content, so that two nodes never choose differently.
 */
export function compareVersions(a: DocumentVersion, b: DocumentVersion, traits: VersionTraits): number {
  return (
    compareTransactions(a, b, traits) ||
    (traits.hiloMax(a) ?? 0) - (traits.hiloMax(b) ?? 0) ||
    sign(a.lastModified, b.lastModified) ||
    compareContent(a, b)
  );
}

/** 0: both are of the same cluster transaction, or of none. */
export function compareTransactions(a: DocumentVersion, b: DocumentVersion, traits: VersionTraits): number {
  const [one, other] = [traits.clusterTransaction(a), traits.clusterTransaction(b)];
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  return one.index - other.index || one.count - other.count;
}

function compareContent(a: DocumentVersion, b: DocumentVersion): number {
  if (a.content === null || b.content === null) {
    // A document outranks a deletion of the very same moment: what is kept can still be deleted.
    return Number(a.content !== null) - Number(b.content !== null);
  }
  return (
    Buffer.compare(a.content.body, b.content.body) ||
    Buffer.compare(a.content.metadata, b.content.metadata) ||
    sign(a.collection, b.collection)
  );
}

function sign<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b);
}
