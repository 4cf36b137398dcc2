import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import { type ClusterView, majorityOf, tagsOf } from './cluster-view.ts';
import { namesOf } from './database-names.ts';
import type { Memory } from './memory.ts';

/**
 * Notes which nodes were away and since when they are back, until they have stayed for the time that the spec asks
 * for. Without a leader nobody can say.
 */
export function watchReturning(
  view: ClusterView,
  spec: RavenClusterSpec,
  memory: Memory,
): NonNullable<Memory['returning']> {
  const before = memory.returning ?? {};
  const topology = view.leader?.topology;
  if (topology === undefined) return before;
  const settleMs = spec.update.minReadySeconds * 1_000;
  const entries = tagsOf(topology).flatMap((tag): [string, number | null][] => {
    if (!view.isLive(tag)) return [[tag, null]];
    if (before[tag] === undefined) return [];
    const since = before[tag] ?? view.nowMs;
    return view.nowMs - since >= settleMs ? [] : [[tag, since]];
  });
  return Object.fromEntries(entries);
}

/** Nodes that are away or about to be, or not back for long enough yet. */
export function unsettledTags(view: ClusterView, memory: Memory): readonly string[] {
  const topology = view.leader?.topology;
  if (topology === undefined) return [];
  return tagsOf(topology).filter((tag) => !view.isLive(tag) || memory.returning?.[tag] !== undefined);
}

/**
 * Why a node must not be away now, if so.
 *
 * @param down nodes that are away, or are about to be, besides this one
 */
export function obstacleToRestart(
  view: ClusterView,
  spec: RavenClusterSpec,
  tag: string,
  down: readonly string[],
): string | undefined {
  const topology = view.leader?.topology;
  if (topology === undefined || view.databases === undefined) {
    return 'Waiting to learn which databases there are';
  }
  const { members } = topology;
  const isDown = (other: string): boolean => other === tag || down.includes(other) || !view.isLive(other);
  const left = members.filter((voter) => !isDown(voter)).length;
  // Of two voters none can be spared, yet they must be updated, too: clients wait for the moment of the restart.
  const isSpared = members.length <= 2 ? down.length === 0 : left >= majorityOf(members.length);
  if (members.includes(tag) && !isSpared) return `Waiting: without node ${tag} there is no majority`;
  const others = tagsOf(topology).filter((other) => other !== tag);
  const behind = others.find((other) => (view.lagOf(other) ?? 0) > spec.update.maxReplicationLag);
  if (behind !== undefined) return `Waiting for node ${behind} to catch up`;
  const thin = view.databases.filter(({ members: copies, rehabs, promotables, disabled }) => {
    const all = [...copies, ...rehabs];
    const spares = copies.filter((copy) => !isDown(copy)).length;
    const isShared = all.length > 1 && all.includes(tag);
    const isThin = promotables.length > 0 || (isShared && spares < Math.max(1, Math.ceil(all.length / 2)));
    // One that is disabled serves nobody anyway.
    return isThin && !disabled;
  });
  return thin.length === 0 ? undefined : `Waiting for the copies of ${namesOf(thin)}`;
}
