import { compareChangeVectors } from '../../documents/change-vector.ts';
import type { ExpireCopy, UpdateTopology } from '../cluster-command.ts';
import type { CopyStatus, DatabaseTopology } from '../database-record.ts';
import { isExpired } from '../expired-copy.ts';
import { withNewCopy } from '../new-copy.ts';
import { beginAnew, expireSilent } from './expire-silent.ts';
import { type Copy, goneForMs, observeCopy, witnessesFor } from './observed-copy.ts';
import type { ObservedDatabase, ObserverInput } from './observer-input.ts';
import type { DatabaseMemory } from './observer-state.ts';
import { demotionsWith, isHeldBack, rehabWaitMs } from './rehab-back-off.ts';
import { chooseSubstitute, orderWithoutPreferred } from './substitute.ts';

/** One change that the observer wants, and why. */
export interface TopologyDecision {
  readonly database: string;
  /** Compare-and-set: the record's index that the decision was made on. */
  readonly recordIndex: number;
  readonly topology: DatabaseTopology;
  /** Tag of a copy that is not trusted any more from then on. */
  readonly expires?: string;
  readonly reason: string;
}

/**
 * Decides for one database: at most one change a round, in the order of urgency. Invariants: a member is never taken
 * out while it is the only good copy, and a copy becomes a member by its own proof only.
 */
export function decideTopology(
  input: ObserverInput,
  database: ObservedDatabase,
  memory: DatabaseMemory,
): TopologyDecision | null {
  const { Topology: topology, DatabaseName: name } = database.record;
  const copy = (tag: string) => observeCopy(input, name, topology, tag, memory);
  const members = topology.Members.map(copy);
  const others = [...topology.Rehabs, ...topology.Promotables].map(copy);
  const change =
    reviveWithoutMembers(topology, members, others) ??
    moveToRehab(input, name, topology, members) ??
    rotatePreferred(input, topology, members) ??
    keepFixedOrder(topology, members) ??
    beginAnew(topology, others) ??
    promote(input, topology, memory, others) ??
    replaceLost(input, topology, members, others) ??
    addMissing(input, topology, members, others) ??
    dropSpare(topology, members, others) ??
    expireSilent(input, name, topology, members, others);
  if (change === null) return null;
  return { database: name, recordIndex: database.index, ...change };
}

type Change = Pick<TopologyDecision, 'topology' | 'reason' | 'expires'>;

/** What carries a decision out, made in this round of the observer. */
export function commandFor(
  { database: name, topology, recordIndex: expectedEtag, reason, expires }: TopologyDecision,
  round: number,
): UpdateTopology | ExpireCopy {
  const observed = { reason, round };
  if (expires !== undefined) return { type: 'ExpireCopy', name, node: expires, expectedEtag, observed };
  return { type: 'UpdateTopology', name, topology, expectedEtag, observed };
}

const without = (tags: readonly string[], ...gone: readonly string[]) =>
  tags.filter((tag) => !gone.includes(tag));

function omit<V>(map: Readonly<Record<string, V>>, ...keys: readonly string[]): Record<string, V> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

/** Nobody serves as a member: the copies with the most recent state become members, all of them if they diverged. */
function reviveWithoutMembers(
  topology: DatabaseTopology,
  members: readonly Copy[],
  others: readonly Copy[],
): Change | null {
  if (members.some((member) => member.isGood)) return null;
  const candidates = others.filter(
    (copy) => copy.isGood && (members.length === 0 || topology.Rehabs.includes(copy.tag)),
  );
  const best = candidates.filter(
    (copy) => !candidates.some((other) => other !== copy && isAhead(other, copy)),
  );
  if (best.length === 0) return null;
  const tags = best.map((copy) => copy.tag);
  return {
    topology: asMembers(topology, tags, 'first'),
    reason: `No member of the group is alive; ${tags.join(', ')} has the most recent data and becomes a member`,
  };
}

function isAhead(a: Copy, b: Copy): boolean {
  return compareChangeVectors(a.report?.changeVector ?? '', b.report?.changeVector ?? '') === 'Update';
}

function asMembers(
  topology: DatabaseTopology,
  tags: readonly string[],
  where: 'first' | 'last',
): DatabaseTopology {
  const kept = without(topology.Members, ...tags);
  return {
    ...topology,
    Members: where === 'first' ? [...tags, ...kept] : orderedMembers(topology, [...kept, ...tags]),
    Rehabs: without(topology.Rehabs, ...tags),
    Promotables: without(topology.Promotables, ...tags),
    DemotionReasons: omit(topology.DemotionReasons, ...tags),
    PromotablesStatus: omit(topology.PromotablesStatus, ...tags),
    NodesDemotedAt: omit(topology.NodesDemotedAt, ...tags),
  };
}

function orderedMembers(topology: DatabaseTopology, members: readonly string[]): readonly string[] {
  const fixed = topology.PriorityOrder.filter((tag) => members.includes(tag));
  return [...fixed, ...without(members, ...fixed)];
}

function moveToRehab(
  input: ObserverInput,
  name: string,
  topology: DatabaseTopology,
  members: readonly Copy[],
): Change | null {
  if (!members.some((member) => member.isGood)) return null;
  const lost = members.find((member) => {
    if (member.badForMs < input.settings.moveToRehabMs) return false;
    // A database that reports its own fault is bad whoever sees the node; silence needs a second opinion.
    return member.report !== undefined || witnessesFor(input, name, member.tag).length === 0;
  });
  if (lost === undefined) return null;
  const seconds = Math.round(lost.badForMs / 1000);
  const why = lost.report?.error ?? lost.report?.status ?? 'no report';
  const demotions = demotionsWith(topology, lost.tag, input);
  const waitMs = rehabWaitMs(demotions[lost.tag]?.Times ?? 1, input.settings.moveToRehabMs);
  const wait =
    waitMs === 0 ? '' : `, not for the first time: it stays in rehab for ${waitMs / 1000} s at least`;
  const reason = `Node ${lost.tag} has not served the database for ${seconds} s (${why})${wait}`;
  return {
    topology: {
      ...topology,
      Members: without(topology.Members, lost.tag),
      Rehabs: [...topology.Rehabs, lost.tag],
      DemotionReasons: { ...topology.DemotionReasons, [lost.tag]: reason },
      PromotablesStatus: { ...topology.PromotablesStatus, [lost.tag]: 'NotResponding' },
      NodesDemotedAt: { ...topology.NodesDemotedAt, [lost.tag]: input.wallClock.toISOString() },
      NodesDemotedLately: demotions,
    },
    reason,
  };
}

function rotatePreferred(
  input: ObserverInput,
  topology: DatabaseTopology,
  members: readonly Copy[],
): Change | null {
  const [preferred, ...rest] = members;
  if (preferred === undefined || preferred.badForMs < input.settings.rotatePreferredMs) return null;
  if (topology.PriorityOrder.length > 0 || !rest.some((member) => member.isGood)) return null;
  const well = rest.filter((member) => member.isGood).map((member) => member.tag);
  const good = orderWithoutPreferred(input, preferred.tag, well);
  const bad = rest.filter((member) => !member.isGood).map((member) => member.tag);
  return {
    topology: { ...topology, Members: [...good, ...bad, preferred.tag] },
    reason: `Node ${preferred.tag}, which clients prefer, does not respond; ${good[0]} goes first`,
  };
}

/** An order that an administrator fixed is in force again as soon as all members are well. */
function keepFixedOrder(topology: DatabaseTopology, members: readonly Copy[]): Change | null {
  if (topology.PriorityOrder.length === 0 || !members.every((member) => member.isGood)) return null;
  const ordered = orderedMembers(topology, topology.Members);
  if (ordered.every((tag, place) => tag === topology.Members[place])) return null;
  return {
    topology: { ...topology, Members: ordered },
    reason: `The members go back to their fixed order: ${ordered.join(', ')}`,
  };
}

function promote(
  input: ObserverInput,
  topology: DatabaseTopology,
  memory: DatabaseMemory,
  others: readonly Copy[],
): Change | null {
  for (const copy of others) {
    if (isExpired(topology, copy.tag)) continue;
    const status = promotionStatus(memory, copy);
    if (status === 'Ok' && isHeldBack(topology, copy.tag, input)) continue;
    if (status === 'Ok' && topology.Members.length < topology.ReplicationFactor) {
      return {
        topology: asMembers(topology, [copy.tag], 'last'),
        reason: `Node ${copy.tag} has shown that it is up to date and becomes a member`,
      };
    }
    const shown = topology.PromotablesStatus[copy.tag];
    // Only a lasting change of the status is worth a Raft command; a copy that is merely on its way is not.
    if (status === 'NotResponding' && shown !== status && copy.badForMs >= input.settings.moveToRehabMs) {
      return {
        topology: { ...topology, PromotablesStatus: { ...topology.PromotablesStatus, [copy.tag]: status } },
        reason: `Node ${copy.tag} does not respond`,
      };
    }
  }
  return null;
}

/** Which condition of promotion is not met yet. Unknown is never taken for met. */
export function promotionStatus(memory: DatabaseMemory, copy: Copy): CopyStatus {
  if (!copy.isGood || copy.report === undefined) return 'NotResponding';
  const target = memory.copies.get(copy.tag)?.target ?? null;
  if (target === null) return 'WaitingForResponse';
  if ((copy.node?.report?.appliedIndex ?? 0) < target.raftIndex) return 'RaftIndexNotUpToDate';
  const isCovered = compareChangeVectors(target.changeVector, copy.report.changeVector) === 'AlreadyMerged';
  return isCovered ? 'Ok' : 'ChangeVectorNotMerged';
}

/** A copy that has been gone for long gets a substitute on another node; itself it goes when that one is a member. */
function replaceLost(
  input: ObserverInput,
  topology: DatabaseTopology,
  members: readonly Copy[],
  others: readonly Copy[],
): Change | null {
  if (!topology.DynamicNodesDistribution || !members.some((member) => member.isGood)) return null;
  if (input.settings.addReplicaMs === 0) return null;
  const lost = others.find(
    (copy) => !copy.isGood && goneForMs(input, topology, copy) >= input.settings.addReplicaMs,
  );
  const coming = others.filter((copy) => copy.isGood).length;
  if (lost === undefined || members.length + coming >= topology.ReplicationFactor) return null;
  const gone = others.filter((copy) => !copy.isGood).map((copy) => copy.tag);
  const substitute = chooseSubstitute(input, topology, gone);
  if (substitute === null) return null;
  // A lost promotable had nothing that others lack and goes at once; a lost rehab stays until its substitute serves.
  return {
    topology: {
      ...withNewCopy({ ...topology, Promotables: without(topology.Promotables, lost.tag) }, substitute),
      NodesModifiedAt: input.wallClock.toISOString(),
    },
    reason: `Node ${lost.tag} has been gone for too long; node ${substitute} gets a copy in its place`,
  };
}

/** The group is to have more copies than it has, on an administrator's word: one more, where there is room. */
function addMissing(
  input: ObserverInput,
  topology: DatabaseTopology,
  members: readonly Copy[],
  others: readonly Copy[],
): Change | null {
  if (!topology.DynamicNodesDistribution || !members.some((member) => member.isGood)) return null;
  if (members.length + others.length >= topology.ReplicationFactor) return null;
  const node = chooseSubstitute(input, topology, []);
  if (node === null) return null;
  return {
    topology: {
      ...withNewCopy(topology, node),
      NodesModifiedAt: input.wallClock.toISOString(),
    },
    reason: `The group has fewer copies than ${topology.ReplicationFactor}; node ${node} gets one`,
  };
}

/** Enough good members are there: copies beyond the replication factor go, one a round. */
function dropSpare(
  topology: DatabaseTopology,
  members: readonly Copy[],
  others: readonly Copy[],
): Change | null {
  const spare = others[0];
  if (spare === undefined || members.length < topology.ReplicationFactor) return null;
  if (!members.every((member) => member.isGood)) return null;
  const isLostRehab = topology.Rehabs.includes(spare.tag) && !spare.isGood;
  // A rehab that answers may hold writes that nobody else has: it is dropped when its vector is covered.
  const isCovered = members.some((member) => !isAhead(spare, member) && !diverges(spare, member));
  if (!isLostRehab && !isCovered) return null;
  return {
    topology: {
      ...topology,
      Rehabs: without(topology.Rehabs, spare.tag),
      Promotables: without(topology.Promotables, spare.tag),
      DemotionReasons: omit(topology.DemotionReasons, spare.tag),
      PromotablesStatus: omit(topology.PromotablesStatus, spare.tag),
      NodesDemotedAt: omit(topology.NodesDemotedAt, spare.tag),
      NodesAddedAt: omit(topology.NodesAddedAt, spare.tag),
    },
    reason: `The group has its ${topology.ReplicationFactor} members; the copy on ${spare.tag} is not needed any more`,
  };
}

function diverges(a: Copy, b: Copy): boolean {
  return compareChangeVectors(a.report?.changeVector ?? '', b.report?.changeVector ?? '') === 'Conflict';
}
