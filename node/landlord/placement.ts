import { createHash } from 'node:crypto';
import type { DatabaseTopology } from '../cluster/database-record.ts';
import { isExpired } from '../cluster/expired-copy.ts';

/** The part of a database topology that says who holds copies. Arrays hold node tags. */
export interface CopyHolders {
  readonly Members: readonly string[];
  readonly Promotables: readonly string[];
  readonly Rehabs: readonly string[];
  /** Promotable → the member that an administrator named to fill it. */
  readonly PredefinedMentors?: Readonly<Record<string, string>>;
  readonly NodesExpiredAt?: DatabaseTopology['NodesExpiredAt'];
}

/** When nodes were given their copies: Raft indexes by tag. Absent in records of older versions. */
export interface GivenTimes {
  readonly NodesAddedAt?: Readonly<Record<string, number>>;
}

/** Every node that holds a copy, or is getting one. */
export function copyHolders(topology: CopyHolders): readonly string[] {
  return [...topology.Members, ...topology.Rehabs, ...topology.Promotables];
}

/**
 * To whom this node sends the database's changes. Members and rehabs form a full mesh. A promotable is filled by one
 * member, its mentor, so that a new replica does not get everything several times; itself it sends to all members,
 * since it serves writes too. A copy that is not trusted any more gets nothing.
 */
export function replicationTargets(
  databaseName: string,
  topology: CopyHolders,
  ownTag: string,
): readonly string[] {
  const mesh = [...topology.Members, ...topology.Rehabs].filter((tag) => tag !== ownTag);
  if (!topology.Members.includes(ownTag)) return mesh;
  const mentored = comingCopies(topology).filter((tag) => mentorOf(databaseName, topology, tag) === ownTag);
  return [...mesh, ...mentored];
}

/**
 * Whether another member fills a copy of the group. What it is sent may be deleted meanwhile, and another may have to
 * go on filling it: nobody may lose a tombstone before that copy is a member.
 */
export function isFilledByOthers(databaseName: string, topology: CopyHolders, ownTag: string): boolean {
  const targets = replicationTargets(databaseName, topology, ownTag);
  return comingCopies(topology).some((tag) => tag !== ownTag && !targets.includes(tag));
}

/** Promotables that hold, or may hold, something. */
function comingCopies(topology: CopyHolders): readonly string[] {
  return topology.Promotables.filter((tag) => !isExpired(topology, tag));
}

/**
 * The member that fills a promotable: the one that was named for it, as long as that is a member; otherwise by hash over
 * the sorted members, so that every node finds the same one.
 */
export function mentorOf(
  databaseName: string,
  topology: CopyHolders,
  promotable: string,
): string | undefined {
  const members = [...topology.Members].sort();
  if (members.length === 0) return undefined;
  const named = topology.PredefinedMentors?.[promotable];
  if (named !== undefined && members.includes(named)) return named;
  const digest = createHash('sha256').update(`${databaseName.toLowerCase()}/${promotable}`).digest();
  return members[digest.readUInt32LE(0) % members.length];
}

/**
 * Whether a copy that has executed no cluster transaction may begin with the first one: when it was in the group before
 * there was any (`since`, a Raft index), or has become a member, by proof that it has what the others have.
 */
export function mayBeginTransactions(
  topology: CopyHolders & GivenTimes,
  tag: string,
  since: number,
): boolean {
  return topology.Members.includes(tag) || copySinceOf(topology, tag) <= since;
}

/** Raft index at which a node of the group was given its copy. */
export function copySinceOf(topology: GivenTimes, tag: string): number {
  return topology.NodesAddedAt?.[tag] ?? 0;
}
