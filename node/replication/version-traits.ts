import { type ChangeVector, parseChangeVector, TRANSACTION_TAG } from '../documents/change-vector.ts';
import { DocumentFlag } from '../documents/document-flags.ts';
import type { DocumentVersion } from './document-version.ts';
import type { TransactionPlace, VersionTraits } from './version-order.ts';

const HILO_COLLECTION = '@hilo';
const RAFT_TAG = 'RAFT';

/** Traits as documents carry them: flags, `RAFT` entries, and the `Max` of documents in the `@hilo` collection. */
export const documentTraits: VersionTraits = {
  clusterTransaction({ flags, changeVector }: DocumentVersion): TransactionPlace | null {
    if ((flags & DocumentFlag.FromClusterTransaction) === 0) return null;
    const entries = parseChangeVector(changeVector);
    // A vector that was merged may name several; the last of them wrote the version.
    return { index: greatestOf(entries, TRANSACTION_TAG), count: greatestOf(entries, RAFT_TAG) };
  },

  hiloMax(version: DocumentVersion): number | null {
    if (version.collection !== HILO_COLLECTION) return null;
    if (version.content === null) return -1;
    return maxOf(version.content.body);
  },
};

function greatestOf(entries: ChangeVector, tag: string): number {
  return entries.reduce(
    (greatest, entry) => (entry.tag === tag ? Math.max(greatest, entry.etag) : greatest),
    0,
  );
}

/** -1 for a body that is no HiLo document: whoever wrote it by hand loses to a proper one. */
function maxOf(body: Buffer): number {
  try {
    const value = (JSON.parse(body.toString()) as { readonly Max?: unknown }).Max;
    return typeof value === 'number' && Number.isFinite(value) ? value : -1;
  } catch {
    // Stored bodies are valid JSON; a damaged one must still rank the same everywhere.
    return -1;
  }
}
