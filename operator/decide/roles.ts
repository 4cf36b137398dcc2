import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import { type ClusterView, majorityOf } from './cluster-view.ts';
import { ordinalOfTag } from './node-tag.ts';
import { acting, NOTHING_TO_DO, type Step } from './step.ts';
import { isWatcherOrdinal } from './voters.ts';

/** Makes voters and watchers of the nodes that the policy says, one at a time. */
export function adjustRoles(view: ClusterView, spec: RavenClusterSpec): Step {
  const leader = view.leader;
  if (leader === undefined || leader.topology.promotables.length > 0) return NOTHING_TO_DO;
  const { members, watchers, foreign } = leader.topology;
  const isOurs = (tag: string): boolean =>
    !foreign.includes(tag) && (ordinalOfTag(tag) ?? spec.nodes) < spec.nodes;
  const shouldWatch = (tag: string): boolean => isWatcherOrdinal(ordinalOfTag(tag) ?? 0, spec);

  const riser = watchers.find((tag) => isOurs(tag) && !shouldWatch(tag) && view.isLive(tag));
  const liveVoters = members.filter((tag) => view.isLive(tag)).length;
  if (riser !== undefined && liveVoters + 1 >= majorityOf(members.length + 1)) {
    const step = `Promoting watcher ${riser}`;
    return acting({ type: 'ScaleUp', target: riser, step }, [{ type: 'PromoteNode', tag: riser }]);
  }
  const retiree = members.find((tag) => isOurs(tag) && shouldWatch(tag));
  if (retiree === undefined || !view.canCommit(members.filter((tag) => tag !== retiree)))
    return NOTHING_TO_DO;
  const operation = { type: 'ScaleDown', target: retiree } as const;
  if (leader.tag === retiree) {
    return acting({ ...operation, step: `Moving the lead off node ${retiree}` }, [
      { type: 'StepDown', tag: retiree },
    ]);
  }
  return acting({ ...operation, step: `Making voter ${retiree} a watcher` }, [
    { type: 'DemoteNode', tag: retiree },
  ]);
}
