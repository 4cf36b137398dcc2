import { compareChangeVectors } from '../documents/change-vector.ts';
import { DocumentFlag } from '../documents/document-flags.ts';
import { type ConflictOutcome, type ConflictPolicy, resolveArrival } from './conflict-resolution.ts';
import { type DocumentVersion, MERGED_TWIN } from './document-version.ts';
import type { ReplicaStore } from './replica-store.ts';
import type { ReplicatedItem } from './replicated-item.ts';
import { documentTraits } from './version-traits.ts';

/** What became of an item; the names of ConflictOutcome, and `revision`. */
export type AppliedAs = ConflictOutcome['kind'] | 'revision';

/** Applies one item that arrived to what is stored. */
export function applyItem(store: ReplicaStore, item: ReplicatedItem, policy: ConflictPolicy): AppliedAs {
  const arrived = versionOf(item);
  if (item.kind === 'revision' || item.kind === 'deleteRevision') {
    store.storeRevision(item.id, arrived);
    return 'revision';
  }
  const local = store.versionsOf(item.id);
  // Nothing here, though this database had it: it was deleted, and the tombstone was cleaned since. A version that was
  // long on its way must not bring the document back.
  const isGone =
    local.length === 0 && compareChangeVectors(arrived.changeVector, store.changeVector) === 'AlreadyMerged';
  if (isGone) return 'ignore';
  const outcome = resolveArrival(local, arrived, policy, documentTraits);
  storeOutcome(store, item.id, outcome);
  return outcome.kind;
}

/** Writes what the rule of conflicts decided. */
export function storeOutcome(store: ReplicaStore, id: string, outcome: ConflictOutcome): void {
  switch (outcome.kind) {
    case 'ignore':
      break;
    case 'store':
    case 'merge':
      store.storeVersion(id, outcome.version);
      break;
    case 'conflict':
      store.storeConflict(id, outcome.versions);
      break;
    case 'resolve':
      storeResolution(store, id, outcome.version, outcome.losers);
  }
}

function storeResolution(
  store: ReplicaStore,
  id: string,
  winner: DocumentVersion,
  losers: readonly DocumentVersion[],
): void {
  for (const loser of losers) {
    store.storeRevision(id, { ...loser, flags: loser.flags | DocumentFlag.Conflicted });
  }
  const changeVector = store.withNextOwnEntry(winner.changeVector);
  const flags = (winner.flags & ~MERGED_TWIN) | DocumentFlag.Resolved | DocumentFlag.HasRevisions;
  store.storeVersion(id, { ...winner, changeVector, flags });
}

function versionOf(item: ReplicatedItem): DocumentVersion {
  const { kind, changeVector, collection, flags, lastModified, metadata, body } = item;
  const isDeletion = kind === 'tombstone' || kind === 'deleteRevision';
  return { changeVector, collection, flags, lastModified, content: isDeletion ? null : { metadata, body } };
}
