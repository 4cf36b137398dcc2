import type { RavenCluster } from '../api/raven-cluster.ts';
import { isMembershipAction } from './action.ts';
import type { ClusterView } from './cluster-view.ts';
import { UNCERTAIN_MEMBERSHIP_MS } from './limits.ts';
import { replacementOf } from './lost-hosts.ts';
import type { Memory } from './memory.ts';
import { keyOf } from './progress-deadline.ts';
import { watchQuorum } from './quorum-loss.ts';
import type { Step } from './step.ts';
import { watchReturning } from './update-gates.ts';
import { watchPassiveNodes } from './wiped-nodes.ts';

/** What this look adds to the memory: since when things are as they are. At rest that is nothing. */
export function noteView(view: ClusterView, { spec }: RavenCluster, memory: Memory): Memory {
  const { clusterId, returning, spread, quorumLostSinceMs, ...rest } = memory;
  const back = watchReturning(view, spec, memory);
  const lostSinceMs = watchQuorum(view, spec.hibernated, memory);
  const known = view.clusterId;
  const settling = noteSpread(view, memory);
  return {
    ...rest,
    ...(known === undefined ? {} : { clusterId: known }),
    passiveSinceMs: watchPassiveNodes(view, memory),
    ...(Object.keys(back).length === 0 ? {} : { returning: back }),
    ...(settling === undefined ? {} : { spread: settling }),
    ...(lostSinceMs === undefined ? {} : { quorumLostSinceMs: lostSinceMs }),
  };
}

/** Which nodes can hold copies, and where they are. */
function noteSpread(view: ClusterView, { spread }: Memory): Memory['spread'] {
  if (view.leader === undefined) return spread;
  const places = [...view.dataTags].sort().map((tag) => `${tag}=${view.zoneOf(tag) ?? ''}`);
  const key = places.join(' ');
  return spread?.key === key ? spread : { key, sinceMs: view.nowMs };
}

/**
 * What this decision adds. A change of the membership is uncertain from before it is asked for until it is answered.
 */
export function noteStep(view: ClusterView, memory: Memory, step: Step): Memory {
  const { nowMs } = view;
  const { operation: last, uncertainUntilMs, ...rest } = memory;
  const key = step.operation && keyOf(step.operation);
  const operation =
    key === undefined ? undefined : { key, sinceMs: last?.key === key ? last.sinceMs : nowMs };
  const isStillUncertain = uncertainUntilMs !== undefined && nowMs < uncertainUntilMs;
  const until = step.actions.some(isMembershipAction)
    ? nowMs + UNCERTAIN_MEMBERSHIP_MS
    : isStillUncertain
      ? uncertainUntilMs
      : undefined;
  const replaced = replacementOf(view, step.actions);
  const isSteppingDown = step.actions.some(({ type }) => type === 'StepDown');
  return {
    ...rest,
    ...(operation === undefined ? {} : { operation }),
    ...(until === undefined ? {} : { uncertainUntilMs: until }),
    ...(replaced === undefined ? {} : { replaced }),
    ...(isSteppingDown ? { steppedDownAtMs: nowMs } : {}),
  };
}
