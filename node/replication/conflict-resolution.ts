import {
  canonicalChangeVector,
  compareChangeVectors,
  mergeChangeVectors,
} from '../documents/change-vector.ts';
import { type DocumentVersion, isSameContent, MERGED_TWIN } from './document-version.ts';
import { compareTransactions, compareVersions, type VersionTraits } from './version-order.ts';

/** `latest` resolves at once; `manual` keeps every version until somebody writes the document. */
export type ConflictPolicy = 'latest' | 'manual';

/** What a version that arrived does to what is stored under its id. */
export type ConflictOutcome =
  /** Everything in it is known here. */
  | { readonly kind: 'ignore' }
  /** It includes all that is stored; it becomes the document as it is. */
  | { readonly kind: 'store'; readonly version: DocumentVersion }
  /**
   * Same content, written twice: the vectors become one. It gets a place in the local order, so that others learn the
   * vector, but no entry of its own in it: nobody has anything to answer, so there is no ping-pong.
   */
  | { readonly kind: 'merge'; readonly version: DocumentVersion }
  /** One won. The merged vector gets an entry of this database on top, since the resolution is a write of its own. */
  | {
      readonly kind: 'resolve';
      readonly version: DocumentVersion;
      readonly losers: readonly DocumentVersion[];
    }
  /** All of these are kept, none includes another, and no document is served under this id until somebody writes one. */
  | { readonly kind: 'conflict'; readonly versions: readonly DocumentVersion[] };

/**
 * The rule of conflicts, pure. `local` is what is stored under the id: nothing, one document or tombstone, or the
 * versions of a stored conflict. Whatever the order of arrival, all nodes come to the same winner.
 */
export function resolveArrival(
  local: readonly DocumentVersion[],
  arrived: DocumentVersion,
  policy: ConflictPolicy,
  traits: VersionTraits,
): ConflictOutcome {
  const concurrent: DocumentVersion[] = [];
  for (const version of local) {
    const order = compareChangeVectors(arrived.changeVector, version.changeVector);
    if (order === 'AlreadyMerged') return { kind: 'ignore' };
    if (order === 'Conflict') concurrent.push(version);
  }
  if (concurrent.length === 0) return { kind: 'store', version: arrived };
  const versions = foldTwins(concurrent, arrived, traits);
  const [only] = versions;
  if (versions.length === 1 && only !== undefined) return { kind: 'merge', version: only };
  const isAutomatic = policy === 'latest' || hasOwnRule(versions, traits);
  return isAutomatic ? resolveToGreatest(versions, traits) : { kind: 'conflict', versions };
}

/** Resolves a stored conflict, for a database whose policy was changed to `latest`. At least one version. */
export function resolveStored(versions: readonly DocumentVersion[], traits: VersionTraits): ConflictOutcome {
  const [first, ...rest] = versions;
  if (first === undefined) return { kind: 'ignore' };
  return rest.length === 0 ? { kind: 'store', version: first } : resolveToGreatest(versions, traits);
}

function resolveToGreatest(versions: readonly DocumentVersion[], traits: VersionTraits): ConflictOutcome {
  const winner = versions.reduce((best, version) =>
    compareVersions(version, best, traits) > 0 ? version : best,
  );
  const changeVector = versions.reduce(
    (merged, version) => mergeChangeVectors(merged, version.changeVector),
    winner.changeVector,
  );
  return {
    kind: 'resolve',
    version: { ...winner, changeVector },
    losers: versions.filter((version) => version !== winner),
  };
}

/** HiLo documents and cluster transactions have a winner even where people decide about the rest. */
function hasOwnRule(versions: readonly DocumentVersion[], traits: VersionTraits): boolean {
  return versions.some(
    (version) => traits.hiloMax(version) !== null || traits.clusterTransaction(version) !== null,
  );
}

/**
 * Adds `arrived` to versions of which none includes another; one of the same content takes its vector in. Not where a
 * cluster transaction wrote one of them and not the other: whoever executes it over the other one takes in nothing, so
 * that what the two come to has to be told as a write of its own.
 */
function foldTwins(
  concurrent: readonly DocumentVersion[],
  arrived: DocumentVersion,
  traits: VersionTraits,
): DocumentVersion[] {
  const twin = concurrent.find(
    (version) => isSameContent(version, arrived) && compareTransactions(version, arrived, traits) === 0,
  );
  if (twin === undefined) return [...concurrent, arrived];
  const later = twin.lastModified < arrived.lastModified ? arrived : twin;
  const merged: DocumentVersion = {
    ...later,
    // Each node may meet the halves in another order, and clients compare vectors as text.
    changeVector: canonicalChangeVector(mergeChangeVectors(twin.changeVector, arrived.changeVector)),
    flags: twin.flags | arrived.flags | MERGED_TWIN,
  };
  // The wider vector may now include versions that neither half did.
  return concurrent
    .filter((version) => version !== twin)
    .filter((version) => compareChangeVectors(merged.changeVector, version.changeVector) !== 'Update')
    .concat(merged);
}
