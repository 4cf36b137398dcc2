import type { RavenClusterSpec } from '../api/raven-cluster.ts';

type VoterPolicy = Pick<RavenClusterSpec, 'nodes' | 'consensus'>;

/** Nodes that should vote: those of the lowest ordinals. */
export function voterCount({ nodes, consensus }: VoterPolicy): number {
  const candidates = Math.max(1, Math.min(nodes - consensus.watchers, consensus.maxVoters));
  const isEven = candidates % 2 === 0;
  return isEven && consensus.evenNodes === 'Watcher' ? candidates - 1 : candidates;
}

/** Should the node of this ordinal be a watcher, in the end? */
export function isWatcherOrdinal(ordinal: number, policy: VoterPolicy): boolean {
  return ordinal >= voterCount(policy);
}
