import { defineCommand } from '../documents/command.ts';
import { type AppliedBatch, applyBatch, type BatchToApply, itemsOf } from './apply-batch.ts';
import { storeOutcome } from './apply-item.ts';
import { resolveStored } from './conflict-resolution.ts';
import { RESOLVED_PER_COMMAND_MAX } from './limits.ts';
import { cursorKey, decodeCursor, encodeCursor, type ReplicationCursor } from './replication-cursor.ts';
import { TransactionStore } from './transaction-store.ts';
import { documentTraits } from './version-traits.ts';

function idsToFetch(batch: BatchToApply): readonly string[] {
  try {
    return itemsOf(batch).map(({ id }) => id);
  } catch {
    // Only a help for the merger; the command itself fails with what is wrong, and alone.
    return [];
  }
}

/** Takes a batch in; the cursor is stored with it, so that it has its effect exactly once. */
export const receiveReplicationBatch = defineCommand(
  'receiveReplicationBatch',
  (transaction, batch: BatchToApply): AppliedBatch => {
    const key = cursorKey(batch.sourceDatabaseId);
    const before = decodeCursor(transaction.readMeta(key));
    const applied = applyBatch(new TransactionStore(transaction), before, batch);
    transaction.writeMeta(key, encodeCursor(applied.cursor));
    return applied;
  },
  {
    ids: idsToFetch,
    bytes: (batch) => batch.parts.reduce((sum, part) => sum + part.byteLength, 0),
  },
);

/** How far this database is with a source, durably by the time of the answer. */
export const readReplicationCursor = defineCommand(
  'readReplicationCursor',
  (transaction, args: { readonly sourceDatabaseId: string }): ReplicationCursor =>
    decodeCursor(transaction.readMeta(cursorKey(args.sourceDatabaseId))),
);

/** Resolves stored conflicts to the latest version, a bounded number at a time; gives how many. */
export const resolveStoredConflicts = defineCommand('resolveStoredConflicts', (transaction): number => {
  const store = new TransactionStore(transaction);
  const ids = new Set<string>();
  for (const { lowerId } of transaction.conflicts()) {
    if (ids.size >= RESOLVED_PER_COMMAND_MAX) break;
    ids.add(lowerId);
  }
  for (const lowerId of ids) {
    const id = transaction.getConflicts(lowerId)[0]?.id ?? lowerId;
    storeOutcome(store, id, resolveStored(store.versionsOf(id), documentTraits));
  }
  return ids.size;
});
