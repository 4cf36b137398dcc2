import { parseChangeVector } from '../documents/change-vector.ts';
import { DocumentFlag } from '../documents/document-flags.ts';
import type { DocumentVersion } from './document-version.ts';
import type { VersionTraits } from './version-order.ts';

const HILO_COLLECTION = '@hilo';
const RAFT_TAG = 'RAFT';

/** Traits as documents carry them: flags, `RAFT` entries, and the `Max` of documents in the `@hilo` collection. */
export const documentTraits: VersionTraits = {
  clusterTransactionIndex(version: DocumentVersion): number {
    if ((version.flags & DocumentFlag.FromClusterTransaction) === 0) return 0;
    const entry = parseChangeVector(version.changeVector).find(({ tag }) => tag === RAFT_TAG);
    return entry?.etag ?? 0;
  },

  hiloMax(version: DocumentVersion): number | null {
    if (version.collection !== HILO_COLLECTION) return null;
    if (version.content === null) return -1;
    return maxOf(version.content.body);
  },
};

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
