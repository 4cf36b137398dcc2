import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import { type ClusterView, majorityOf, tagsOf } from './cluster-view.ts';
import { namesOf } from './database-names.ts';
import { tagOfOrdinal } from './node-tag.ts';
import type { ObservedNode } from './observed.ts';
import { acting, NOTHING_TO_DO, type Operation, type Step, waiting } from './step.ts';

/**
 * Restarts nodes that run as the spec was before, one at a time, the leader last. Between two restarts everybody has
 * to be back. A node that nobody hears from is restarted without waiting, since it adds nothing as it is: a change
 * that mends a broken cluster must get through.
 */
export function updateNodes(view: ClusterView, spec: RavenClusterSpec): Step {
  const leader = view.leader;
  const outdated = view.nodes.filter(
    (node) => node.isOutdated && node.process === 'Running' && node.ordinal < spec.nodes,
  );
  if (leader === undefined || outdated.length === 0) return NOTHING_TO_DO;
  // A leader that reaches no majority is about to be none; what it says of the others is worth nothing.
  if (!view.canCommit(leader.topology.members)) return NOTHING_TO_DO;
  const silent = outdated.find((node) => view.isLost(tagOfOrdinal(node.ordinal)));
  if (silent !== undefined) return restart(silent);

  const [next] = [...outdated].sort((a, b) => turnOf(view, a) - turnOf(view, b) || a.ordinal - b.ordinal);
  if (next === undefined) return NOTHING_TO_DO;
  const tag = tagOfOrdinal(next.ordinal);
  const obstacle = obstacleTo(view, spec, tag);
  if (obstacle !== undefined) return waiting(updating(tag, obstacle));
  if (leader.tag === tag && leader.topology.members.length > 1) {
    return acting(updating(tag, `Moving the lead off node ${tag}`), [{ type: 'StepDown', tag }]);
  }
  return restart(next);
}

function updating(target: string, step: string): Operation {
  return { type: 'Update', target, step };
}

function restart({ ordinal }: ObservedNode): Step {
  const tag = tagOfOrdinal(ordinal);
  return acting(updating(tag, `Restarting node ${tag}`), [{ type: 'RestartNode', ordinal }]);
}

/** Who votes less goes first. */
function turnOf(view: ClusterView, { ordinal }: ObservedNode): number {
  const tag = tagOfOrdinal(ordinal);
  if (view.leader?.tag === tag) return 2;
  return view.leader?.topology.members.includes(tag) === true ? 1 : 0;
}

/** Why the node must not be away now, if so. */
function obstacleTo(view: ClusterView, spec: RavenClusterSpec, tag: string): string | undefined {
  const topology = view.leader?.topology;
  if (topology === undefined || view.databases === undefined)
    return 'Waiting to learn which databases there are';
  const others = tagsOf(topology).filter((other) => other !== tag);
  const away = others.filter((other) => !view.isLive(other));
  if (away.length > 0) return `Waiting for ${away.join(', ')} before node ${tag} restarts`;
  const voters = topology.members.filter((voter) => voter !== tag).length;
  const isOnlyVoter = topology.members.length === 1;
  // Of two voters none can be spared, yet they must be updated, too: clients wait for the moment of the restart.
  if (voters < majorityOf(topology.members.length) && !isOnlyVoter && topology.members.length > 2) {
    return `Waiting: without node ${tag} there is no majority`;
  }
  const behind = others.find((other) => (view.lagOf(other) ?? 0) > spec.update.maxReplicationLag);
  if (behind !== undefined) return `Waiting for node ${behind} to catch up`;
  const thin = view.databases.filter(({ members, rehabs, promotables }) => {
    const spares = members.filter((member) => member !== tag && view.isLive(member)).length;
    const copies = members.length + rehabs.length;
    const isShared = copies > 1 && [...members, ...rehabs].includes(tag);
    return promotables.length > 0 || (isShared && spares < Math.max(1, Math.ceil(copies / 2)));
  });
  return thin.length === 0 ? undefined : `Waiting for the copies of ${namesOf(thin)}`;
}
