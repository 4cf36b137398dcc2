import type { DatabasesDeleting, DeleteDatabase, RemoveNodeFromDatabase } from '../cluster-command.ts';
import { ClusterOperationError } from '../cluster-error.ts';
import type { DatabaseRecord } from '../database-record.ts';
import type { ApplyContext } from './apply-context.ts';
import { forgetDatabase, holdersOf, stampTopology, withoutNode } from './change-topology.ts';
import { regrouped } from './rolling-indexes.ts';
import { findRecord, type StoredRecord, writeRecord } from './stored-record.ts';

/**
 * Marks copies for deletion; each node deletes its own and confirms by RemoveNodeFromDatabase. The marked copies leave
 * the topology at once, so that clients and replication let go of them.
 */
export function deleteDatabase(context: ApplyContext, command: DeleteDatabase): DatabasesDeleting {
  const pending: Record<string, readonly string[]> = {};
  for (const name of command.names) {
    const stored = findRecord(context.state, name);
    if (stored === undefined || isLocked(stored.record, command)) continue;
    const holders = holdersOf(stored.record.Topology);
    const chosen =
      command.fromNodes === null ? holders : command.fromNodes.filter((tag) => holders.includes(tag));
    const stranger = command.fromNodes?.find((tag) => !holders.includes(tag));
    if (stranger !== undefined && stored.record.DeletionInProgress[stranger] === undefined) {
      throw new ClusterOperationError(
        `Database '${name}' doesn't reside on node '${stranger}' so it can't be deleted from it`,
      );
    }
    mark(context, stored, chosen, command);
    pending[stored.record.DatabaseName] = [
      ...new Set([...Object.keys(stored.record.DeletionInProgress), ...chosen]),
    ];
  }
  return { pending };
}

function isLocked(record: DatabaseRecord, command: DeleteDatabase): boolean {
  // The lock protects the database, not one of its copies.
  if (command.fromNodes !== null || record.LockMode === 'Unlock') return false;
  if (record.LockMode === 'PreventDeletesIgnore') return true;
  throw new ClusterOperationError(
    `Database '${record.DatabaseName}' cannot be deleted because of the set lock mode ('PreventDeletesError'). Please consider changing the lock mode before deleting the database.`,
  );
}

function mark(
  context: ApplyContext,
  { record }: StoredRecord,
  chosen: readonly string[],
  { hardDelete, rules }: DeleteDatabase,
): void {
  if (chosen.length === 0) return;
  const left = chosen.reduce(withoutNode, record.Topology);
  const { ReplicationFactor: factor } = record.Topology;
  // One that had its place taken by another copy is none of those that the factor counts.
  const wanted = rules === undefined ? factor - chosen.length : Math.min(factor, holdersOf(left).length);
  const topology = stampTopology(context, record.Topology, {
    ...left,
    ReplicationFactor: Math.max(1, wanted),
  });
  const mode: 'HardDelete' | 'SoftDelete' = hardDelete ? 'HardDelete' : 'SoftDelete';
  const deletion = Object.fromEntries(chosen.map((tag) => [tag, mode] as const));
  const marked = {
    ...regrouped(context, record, topology),
    DeletionInProgress: { ...record.DeletionInProgress, ...deletion },
  };
  writeRecord(context.state, marked, context.index);
}

/** The last copy's confirmation takes the record and all that belongs to the database with it. */
export function removeNodeFromDatabase(context: ApplyContext, command: RemoveNodeFromDatabase): null {
  const stored = findRecord(context.state, command.name);
  if (stored === undefined) return null;
  const { record } = stored;
  if (record.Topology.DatabaseTopologyIdBase64 !== command.topologyId) return null;
  if (record.DeletionInProgress[command.node] === undefined) return null;
  const deletion = Object.fromEntries(
    Object.entries(record.DeletionInProgress).filter(([tag]) => tag !== command.node),
  );
  if (holdersOf(record.Topology).length === 0 && Object.keys(deletion).length === 0) {
    forgetDatabase(context, record.DatabaseName);
    return null;
  }
  writeRecord(context.state, { ...record, DeletionInProgress: deletion }, context.index);
  return null;
}
