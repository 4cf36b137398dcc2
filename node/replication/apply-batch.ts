import { type AppliedAs, applyItem } from './apply-item.ts';
import type { ConflictPolicy } from './conflict-resolution.ts';
import type { ReplicaStore } from './replica-store.ts';
import { type ReplicatedItem, unpackItems } from './replicated-item.ts';
import type { ReplicationCursor } from './replication-cursor.ts';
import { ReplicationError } from './replication-error.ts';

/** A batch as a plain value, for the transaction merger. */
export interface BatchToApply {
  readonly sourceDatabaseId: string;
  readonly sourceTag: string;
  readonly from: number;
  readonly to: number;
  readonly resume: number;
  readonly claim: string;
  readonly isWholeClaim: boolean;
  readonly parts: readonly Buffer[];
  readonly policy: ConflictPolicy;
}

/** How many items were applied in which way. */
export type AppliedCounts = Readonly<Partial<Record<AppliedAs, number>>>;

const unpacked = new WeakMap<BatchToApply, readonly ReplicatedItem[]>();

/** The items of a batch, unpacked when the merger first asks for them: not while it only waits its turn. */
export function itemsOf(batch: BatchToApply): readonly ReplicatedItem[] {
  const known = unpacked.get(batch);
  if (known !== undefined) return known;
  const items = batch.parts.flatMap(unpackItems);
  unpacked.set(batch, items);
  return items;
}

export interface AppliedBatch {
  readonly cursor: ReplicationCursor;
  readonly counts: AppliedCounts;
}

/**
 * Applies a batch within one transaction and gives the cursor to store with it. Throws ReplicationError when the batch
 * doesn't start where the last one ended: another one was lost or failed, or it was applied already.
 */
export function applyBatch(
  store: ReplicaStore,
  cursor: ReplicationCursor,
  batch: BatchToApply,
): AppliedBatch {
  if (cursor.acceptedEtag !== batch.from) {
    throw new ReplicationError(
      `A batch from ${batch.sourceTag} starts after etag ${batch.from} of its source, but ${cursor.acceptedEtag} is the last one taken in; the source has to connect anew.`,
    );
  }
  const etagBefore = store.lastEtag;
  const counts: Partial<Record<AppliedAs, number>> = {};
  for (const item of itemsOf(batch)) {
    const as = applyItem(store, item, batch.policy);
    counts[as] = (counts[as] ?? 0) + 1;
  }
  if (batch.claim !== '') store.mergeChangeVector(batch.claim);
  const firstNew = store.lastEtag > etagBefore ? etagBefore + 1 : 0;
  const unclaimedEtag = batch.isWholeClaim ? 0 : cursor.unclaimedEtag || firstNew;
  return { cursor: { acceptedEtag: batch.to, resumeEtag: batch.resume, unclaimedEtag }, counts };
}
