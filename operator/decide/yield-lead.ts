import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import type { ClusterView } from './cluster-view.ts';

/**
 * The lead moves off a node that is about to be taken away, or that a person wants to keep it away from, before that
 * costs an election; then the platform's own eviction takes its course. Stays where it is when no other voter could
 * take over that does better.
 */
export function yieldLead(view: ClusterView, spec: RavenClusterSpec): readonly Action[] {
  const { leader } = view;
  if (leader === undefined || !view.hasQuorum || !view.isDraining(leader.tag)) return [];
  const heir = leader.topology.members.find(
    (tag) =>
      tag !== leader.tag &&
      view.isLive(tag) &&
      !view.isDraining(tag) &&
      (view.lagOf(tag) ?? 0) <= spec.update.maxReplicationLag,
  );
  return heir === undefined ? [] : [{ type: 'StepDown', tag: leader.tag }];
}
