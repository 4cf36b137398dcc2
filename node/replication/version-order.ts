import type { DocumentVersion } from './document-version.ts';

/** What ranks versions besides their time; both come from the document's kind, not from the replication room. */
export interface VersionTraits {
  /** A version written by a cluster transaction outranks an ordinary one; among several the later transaction wins. */
  clusterTransactionIndex(version: DocumentVersion): number;
  /** `Max` of a HiLo document, -1 for its deletion, null when the document is no HiLo document. */
  hiloMax(version: DocumentVersion): number | null;
}

/**
 * A total order over versions that differ in content: the same on every node, whatever order they arrive in. The
 * later time wins; what could tie is told apart by content, so that two nodes never choose differently.
 */
export function compareVersions(a: DocumentVersion, b: DocumentVersion, traits: VersionTraits): number {
  return (
    traits.clusterTransactionIndex(a) - traits.clusterTransactionIndex(b) ||
    (traits.hiloMax(a) ?? 0) - (traits.hiloMax(b) ?? 0) ||
    sign(a.lastModified, b.lastModified) ||
    compareContent(a, b)
  );
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
