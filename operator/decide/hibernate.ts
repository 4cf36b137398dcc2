import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Memory } from './memory.ts';
import { tagOfOrdinal } from './node-tag.ts';
import { planScaleDown } from './scale-down-plan.ts';
import { acting, condition, type Step } from './step.ts';

/** Stops every process, the leader last, so that the others do not spend their last moments on an election. */
export function hibernate(view: ClusterView): Step {
  const running = view.nodes.filter((node) => node.process === 'Running' || node.process === 'Starting');
  const followers = running.filter((node) => tagOfOrdinal(node.ordinal) !== view.leader?.tag);
  const stopping = followers.length > 0 ? followers : running;
  const actions = stopping.map(
    ({ ordinal }): Action => ({ type: 'StopNode', ordinal, reason: 'Hibernated' }),
  );
  if (actions.length === 0) return { actions, conditions: [ASLEEP] };
  return acting({ type: 'Hibernate', step: `Stopping ${actions.length} nodes` }, actions, ASLEEP);
}

/**
 * A change of the membership is in flight, or a node is on its way out: that is finished before the cluster sleeps.
 * One that can't go on, for want of a quorum or of the node, holds nothing up.
 */
export function isInFlight(view: ClusterView, spec: RavenClusterSpec, memory: Memory): boolean {
  const { leader } = view;
  if (leader === undefined || !view.hasQuorum) return false;
  if (memory.uncertainUntilMs !== undefined && view.nowMs < memory.uncertainUntilMs) return true;
  if (leader.topology.promotables.some((tag) => view.isLive(tag))) return true;
  const plan = planScaleDown(view, spec);
  return plan.leaving.length > 0 && plan.blocked === undefined;
}

const ASLEEP = condition(
  'Ready',
  'False',
  'Hibernated',
  'All processes are stopped; set hibernated to false to wake the cluster',
);
