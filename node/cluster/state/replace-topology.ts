import type { AddDatabase } from '../cluster-command.ts';
import { ClusterArgumentError, ClusterOperationError } from '../cluster-error.ts';
import type { DatabaseRecord, DatabaseTopology } from '../database-record.ts';
import type { ApplyContext } from './apply-context.ts';
import { stampTopology } from './change-topology.ts';

const ROLES = ['Members', 'Promotables', 'Rehabs'] as const;

/**
 * The topology of a record that is replaced: the replication factor, the order of the members, and whether the observer
 * may place copies are taken from the new record. Who holds copies is not: a copy has to be filled before it serves, and
 * to hand over before it goes, which commands of their own see to. Throws ClusterOperationError, ClusterArgumentError.
 */
export function replacedTopology(
  context: ApplyContext,
  { DatabaseName: name, Topology: current }: DatabaseRecord,
  command: AddDatabase,
): DatabaseTopology {
  const given = (command.record.Topology ?? {}) as Partial<DatabaseTopology>;
  refuseOtherNodes(name, current, given);
  const wanted = {
    Members: isNamed(given.Members) ? given.Members : current.Members,
    ReplicationFactor: command.replicationFactor ?? given.ReplicationFactor ?? current.ReplicationFactor,
    DynamicNodesDistribution: given.DynamicNodesDistribution ?? current.DynamicNodesDistribution,
    PriorityOrder: given.PriorityOrder ?? current.PriorityOrder,
  };
  if (!Number.isSafeInteger(wanted.ReplicationFactor) || wanted.ReplicationFactor < 1) {
    throw new ClusterArgumentError(
      `The replication factor of ${name} must be a whole number of at least 1, but it is ${JSON.stringify(wanted.ReplicationFactor)}.`,
    );
  }
  const isSame = Object.entries(wanted).every(
    ([member, value]) => JSON.stringify(value) === JSON.stringify(current[member as keyof DatabaseTopology]),
  );
  return isSame ? current : stampTopology(context, current, { ...current, ...wanted });
}

function isNamed(tags: readonly string[] | undefined): tags is readonly string[] {
  return tags !== undefined && tags !== null && tags.length > 0;
}

/** A role that the new record does not speak of stays as it is. */
function refuseOtherNodes(name: string, current: DatabaseTopology, given: Partial<DatabaseTopology>): void {
  for (const role of ROLES) {
    const tags = given[role];
    if (!isNamed(tags) || isSameSet(tags, current[role])) continue;
    throw new ClusterOperationError(
      `The ${role} of ${name} are ${current[role].join(', ') || 'none'}, and replacing the record with ${tags.join(', ')} does not change them. Add a node (PUT /admin/databases/node), delete a copy (DELETE /admin/databases with FromNodes) or modify the topology (POST /admin/databases/topology/modify).`,
    );
  }
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((tag) => b.includes(tag));
}
