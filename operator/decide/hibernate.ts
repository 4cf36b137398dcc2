import type { Action } from './action.ts';
import type { ClusterView } from './cluster-view.ts';
import { tagOfOrdinal } from './node-tag.ts';
import { acting, type Step } from './step.ts';

/** Stops every process, the leader last, so that the others do not spend their last moments on an election. */
export function hibernate(view: ClusterView): Step {
  const running = view.nodes.filter((node) => node.process === 'Running' || node.process === 'Starting');
  const followers = running.filter((node) => tagOfOrdinal(node.ordinal) !== view.leader?.tag);
  const stopping = followers.length > 0 ? followers : running;
  const actions = stopping.map(
    ({ ordinal }): Action => ({ type: 'StopNode', ordinal, reason: 'Hibernated' }),
  );
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'Hibernated',
    message: 'All processes are stopped; set hibernated to false to wake the cluster',
  } as const;
  if (actions.length === 0) return { actions, conditions: [condition] };
  return acting({ type: 'Hibernate', step: `Stopping ${actions.length} nodes` }, actions, condition);
}
