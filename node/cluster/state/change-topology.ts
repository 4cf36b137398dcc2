import type {
  AddDatabaseNode,
  DatabaseWritten,
  PromoteDatabaseNode,
  RemoveNodeFromCluster,
  ReorderMembers,
  SetDynamicNodesDistribution,
  UpdateTopology,
} from '../cluster-command.ts';
import { ClusterArgumentError, ClusterOperationError } from '../cluster-error.ts';
import type { DatabaseRecord, DatabaseTopology } from '../database-record.ts';
import { withoutSettledExpiries } from '../expired-copy.ts';
import { withNewCopy } from '../new-copy.ts';
import { type ApplyContext, timestampOf } from './apply-context.ts';
import { dropNodeProperties } from './node-properties.ts';
import { rememberDecision } from './observer-record.ts';
import { regrouped } from './rolling-indexes.ts';
import { forgetSpace } from './spaces.ts';
import { identitiesOf, RECORDS, recordKey } from './state-keys.ts';
import { checkEtag, requireRecord, type StoredRecord, writeRecord } from './stored-record.ts';

type Rest = Omit<DatabaseTopology, 'Stamp'>;

export function holdersOf(
  topology: Pick<DatabaseTopology, 'Members' | 'Promotables' | 'Rehabs'>,
): readonly string[] {
  return [...topology.Members, ...topology.Promotables, ...topology.Rehabs];
}

/** Stamps a changed topology with the place of the change; notes when nodes came. */
export function stampTopology(
  context: ApplyContext,
  before: DatabaseTopology | null,
  after: Rest,
): DatabaseTopology {
  const holders = holdersOf(after);
  const known = new Set(before === null ? [] : holdersOf(before));
  const addedAt = Object.fromEntries(
    holders.map((tag) => [tag, known.has(tag) ? (before?.NodesAddedAt[tag] ?? 0) : context.index]),
  );
  const isSameSet =
    before !== null && known.size === holders.length && holders.every((tag) => known.has(tag));
  return {
    ...withoutSettledExpiries(after),
    NodesAddedAt: addedAt,
    NodesModifiedAt: isSameSet ? before.NodesModifiedAt : timestampOf(context.timeMs),
    Stamp: { Index: context.index, Term: context.term, LeadersTicks: context.timeMs },
  };
}

function write(context: ApplyContext, stored: StoredRecord, topology: Rest): DatabaseWritten {
  const stamped = stampTopology(context, stored.record.Topology, topology);
  const record = regrouped(context, stored.record, stamped);
  writeRecord(context.state, record, context.index);
  return { name: record.DatabaseName, topology: stamped };
}

export function updateTopology(context: ApplyContext, command: UpdateTopology): DatabaseWritten {
  const stored = requireRecord(context.state, command.name);
  checkEtag(stored, command.expectedEtag);
  const holders = holdersOf(command.topology);
  if (new Set(holders).size !== holders.length) {
    throw new ClusterArgumentError(
      `A node is named twice in the topology of ${command.name}: ${holders.join(', ')}.`,
    );
  }
  if (holders.length === 0) {
    throw new ClusterArgumentError(
      `The topology of ${command.name} names no node; delete the database instead.`,
    );
  }
  const written = write(context, stored, command.topology);
  if (command.observed !== undefined) rememberDecision(context, written.name, command.observed);
  return written;
}

/** The leader has filled in the node. */
export function addDatabaseNode(context: ApplyContext, command: AddDatabaseNode): DatabaseWritten {
  const stored = requireRecord(context.state, command.name);
  const topology = stored.record.Topology;
  const { node, mentor, rules } = command;
  if (rules !== undefined && holdersOf(topology).length === 0)
    throw new ClusterOperationError(`Database ${command.name} is being deleted; it gets no copy any more.`);
  if (node === undefined)
    throw new ClusterOperationError(`There is no node left for a copy of ${command.name}.`);
  if (holdersOf(topology).includes(node)) {
    throw new ClusterOperationError(
      `Can't add node ${node} to ${command.name} topology because it is already part of it`,
    );
  }
  if (stored.record.DeletionInProgress[node] !== undefined) {
    throw new ClusterOperationError(
      `The copy of ${command.name} on node ${node} is still being deleted; try again then.`,
    );
  }
  if (mentor !== undefined && !topology.Members.includes(mentor)) {
    throw new ClusterOperationError(
      `Node ${mentor} can't be the mentor of the new copy of ${command.name}: it is no member of the database group; its members are ${topology.Members.join(', ')}.`,
    );
  }
  return write(context, stored, {
    ...withNewCopy(topology, node),
    PredefinedMentors:
      mentor === undefined ? topology.PredefinedMentors : { ...topology.PredefinedMentors, [node]: mentor },
    ReplicationFactor: topology.ReplicationFactor + 1,
  });
}

export function promoteDatabaseNode(
  context: ApplyContext,
  { name, node }: PromoteDatabaseNode,
): DatabaseWritten {
  const stored = requireRecord(context.state, name);
  const topology = stored.record.Topology;
  if (topology.Members.includes(node)) return { name: stored.record.DatabaseName, topology };
  if (!holdersOf(topology).includes(node)) {
    throw new ClusterOperationError(`Node ${node} holds no copy of ${name}, so it can't be promoted.`);
  }
  const rest = withoutNode(topology, node);
  return write(context, stored, { ...rest, Members: [...rest.Members, node] });
}

export function reorderMembers(context: ApplyContext, command: ReorderMembers): DatabaseWritten {
  const stored = requireRecord(context.state, command.name);
  const topology = stored.record.Topology;
  const isSameSet =
    command.order.length === topology.Members.length &&
    topology.Members.every((tag) => command.order.includes(tag));
  if (!isSameSet) {
    throw new ClusterArgumentError(
      "The reordered list doesn't correspond to the existing nodes of the database group.",
    );
  }
  return write(context, stored, {
    ...topology,
    Members: command.order,
    PriorityOrder: command.fixed ? command.order : [],
  });
}

export function setDynamicNodesDistribution(
  context: ApplyContext,
  { name, enabled }: SetDynamicNodesDistribution,
): DatabaseWritten {
  const stored = requireRecord(context.state, name);
  return write(context, stored, { ...stored.record.Topology, DynamicNodesDistribution: enabled });
}

/** The topology without a node, and without anything that is said about it. */
export function withoutNode(topology: DatabaseTopology, node: string): DatabaseTopology {
  const less = (tags: readonly string[]) => tags.filter((tag) => tag !== node);
  const omit = <V>(map: Readonly<Record<string, V>>) =>
    Object.fromEntries(Object.entries(map).filter(([tag]) => tag !== node));
  return {
    ...topology,
    Members: less(topology.Members),
    Promotables: less(topology.Promotables),
    Rehabs: less(topology.Rehabs),
    PriorityOrder: less(topology.PriorityOrder),
    PredefinedMentors: omit(topology.PredefinedMentors),
    DemotionReasons: omit(topology.DemotionReasons),
    PromotablesStatus: omit(topology.PromotablesStatus),
    NodesDemotedAt: omit(topology.NodesDemotedAt),
  };
}

/** Removes the record and all that belongs to the database in the cluster's state. */
export function forgetDatabase(context: ApplyContext, name: string): void {
  context.state.delete(recordKey(name));
  for (const [key] of context.state.list(identitiesOf(name))) context.state.delete(key);
  forgetSpace(context, name);
}

/**
 * Takes a node out of every database group, with its properties. Refused as a whole while a database has its only copy there: its record
 * would be lost with it.
 */
export function removeNodeFromCluster(context: ApplyContext, { node, rules }: RemoveNodeFromCluster): null {
  if (rules !== undefined) {
    for (const [, value] of context.state.list(RECORDS))
      refuseUnfilledRest((value as StoredRecord).record, node);
  }
  refuseLossOfOnlyCopies(context, node);
  dropNodeProperties(context, node);
  for (const [, value] of context.state.list(RECORDS)) {
    const stored = value as StoredRecord;
    const { Topology: topology, DeletionInProgress: deletion } = stored.record;
    if (!holdersOf(topology).includes(node) && deletion[node] === undefined) continue;
    const left = withoutNode(topology, node);
    const pending = Object.fromEntries(Object.entries(deletion).filter(([tag]) => tag !== node));
    if (holdersOf(left).length === 0 && Object.keys(pending).length === 0) {
      forgetDatabase(context, stored.record.DatabaseName);
      continue;
    }
    const stamped = stampTopology(context, topology, {
      ...left,
      ReplicationFactor: Math.max(1, Math.min(topology.ReplicationFactor, holdersOf(left).length)),
    });
    writeRecord(
      context.state,
      { ...regrouped(context, stored.record, stamped), DeletionInProgress: pending },
      context.index,
    );
  }
  return null;
}

/** Throws ClusterOperationError when, without the node, all copies that are left are still being filled. */
export function refuseUnfilledRest({ DatabaseName, Topology }: DatabaseRecord, node: string): void {
  const left = withoutNode(Topology, node);
  if (!holdersOf(Topology).includes(node) || left.Members.length + left.Rehabs.length > 0) return;
  if (left.Promotables.length === 0) return;
  throw new ClusterOperationError(
    `Node ${node} holds the only whole copy of ${DatabaseName}: that on ${left.Promotables.join(', ')} is still being filled. Wait until it is a member, or promote it with what it has, before removing the node.`,
  );
}

function refuseLossOfOnlyCopies(context: ApplyContext, node: string): void {
  const lost = context.state
    .list(RECORDS)
    .map(([, value]) => (value as StoredRecord).record)
    .filter(
      ({ Topology }) =>
        holdersOf(Topology).includes(node) && holdersOf(withoutNode(Topology, node)).length === 0,
    )
    .map(({ DatabaseName }) => DatabaseName);
  if (lost.length === 0) return;
  throw new ClusterOperationError(
    `Node ${node} holds the only copy of ${lost.join(', ')}. Add a copy on another node, or delete the database, before removing the node.`,
  );
}
