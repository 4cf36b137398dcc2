import type { ClusterConditionReason } from '../api/conditions.ts';
import type { Condition } from '../api/raven-cluster.ts';
import { tagsOf } from './cluster-view.ts';
import { withTimes } from './condition-times.ts';
import { namesOf } from './database-names.ts';
import { degraded } from './degraded.ts';
import { databasesBelow, factorStatus } from './factor-status.ts';
import { QUORUM_LOSS_NOTICE_MS } from './limits.ts';
import { describeQuorumLoss } from './quorum-loss.ts';
import type { StatusInput } from './status.ts';
import { type ConditionDraft, condition } from './step.ts';
import { voterCount } from './voters.ts';
import { zoneSpread } from './zone-spread.ts';

/**
 * Every condition, each from what is seen now. What the platform or a step says wins, since it knows the reason. A
 * condition keeps the time of its last change.
 */
export function describeConditions(input: StatusInput): readonly Condition[] {
  const { cluster, view, step, platformConditions } = input;
  const drafts = [...general(input), ...progress(input), ...safety(input), ...platformConditions];
  return withTimes([...drafts, ...step.conditions], cluster.status?.conditions, {
    nowMs: view.nowMs,
    generation: cluster.metadata.generation,
  });
}

function general(input: StatusInput): readonly ConditionDraft[] {
  const { view, isPaused } = input;
  const isFormed = view.clusterId !== undefined;
  const isOutdated = view.nodes.some((node) => node.isOutdated);
  return [
    isFormed
      ? condition('Bootstrapped', 'True', 'TopologyFormed')
      : condition('Bootstrapped', 'False', 'WaitingForFirstNode'),
    available(input),
    ready(input),
    degraded(input),
    isOutdated
      ? condition('ConfigApplied', 'False', 'RestartPending')
      : condition('ConfigApplied', 'True', 'InSync'),
    isPaused ? condition('Paused', 'True', 'ByAnnotation') : condition('Paused', 'False', 'NotPaused'),
  ];
}

function available({ cluster, view, memory }: StatusInput): ConditionDraft {
  if (view.leader !== undefined && !view.isQuorumAway) return condition('Available', 'True', 'QuorumHealthy');
  if (cluster.spec.hibernated) return condition('Available', 'False', 'Hibernated');
  if (view.nodes.every((node) => node.answer === undefined)) {
    return condition('Available', 'Unknown', 'Unreachable');
  }
  const { recovery, quorumLostSinceMs: since } = memory;
  if (recovery !== undefined) {
    const message = `Node ${recovery.tag} is about to go on alone, as it was asked for`;
    return condition('Available', 'False', 'QuorumLost', message);
  }
  // A moment without a majority is nothing to be alarmed about: nodes start, leaders change.
  return since === undefined || view.nowMs - since < QUORUM_LOSS_NOTICE_MS
    ? condition('Available', 'False', 'NoLeader')
    : condition('Available', 'False', 'QuorumLost', describeQuorumLoss(view, since));
}

function ready({ cluster, view }: StatusInput): ConditionDraft {
  if (view.leader === undefined) {
    return condition('Ready', 'False', view.isUntouched ? 'Bootstrapping' : 'QuorumLost');
  }
  const tags = tagsOf(view.leader.topology);
  const count = tags.filter((tag) => view.isLive(tag)).length;
  const message = `${count} of ${cluster.spec.nodes} nodes are ready`;
  if (count < tags.length || count < cluster.spec.nodes) {
    return condition('Ready', 'False', 'NodesNotReady', message);
  }
  const offline = (view.databases ?? []).filter(
    ({ disabled, members, rehabs }) =>
      !disabled && members.length + rehabs.length > 0 && !members.some((tag) => view.isLive(tag)),
  );
  return offline.length === 0
    ? condition('Ready', 'True', 'ClusterReady', message)
    : condition('Ready', 'False', 'DatabasesOffline', `No node serves ${namesOf(offline)}`);
}

const PROGRESS = {
  Bootstrap: 'Bootstrapping',
  ScaleUp: 'ScalingUp',
  ScaleDown: 'ScalingDown',
  Update: 'RollingUpdate',
  Rebalance: 'Rebalancing',
  Replace: 'ReplacingNode',
  Hibernate: 'Hibernating',
  Resize: 'ResizingVolumes',
  Rotate: 'RotatingCertificates',
  Recover: 'Recovering',
} as const satisfies Readonly<Record<string, ClusterConditionReason<'Progressing'>>>;

function progress({ view, step: { operation } }: StatusInput): readonly ConditionDraft[] {
  if (operation === undefined && view.isTakingUp) {
    return [condition('Progressing', 'True', PROGRESS.Update, 'Kubernetes is taking up the new template')];
  }
  if (operation === undefined) return [condition('Progressing', 'False', 'Idle')];
  return [condition('Progressing', 'True', PROGRESS[operation.type], operation.step)];
}

function safety(input: StatusInput): readonly ConditionDraft[] {
  const { cluster, view, volumes } = input;
  const isOdd = voterCount(cluster.spec) % 2 === 1;
  const spread = zoneSpread(view, cluster.spec);
  return [
    condition('ScaleSafe', 'True', 'Safe'),
    isOdd
      ? condition('QuorumOdd', 'True', 'Odd')
      : condition(
          'QuorumOdd',
          'False',
          'EvenVoters',
          'An even number of voters survives no more failures than one voter less',
        ),
    ...replication(input),
    ...(spread === undefined ? [] : [spread]),
    ...(volumes.condition === undefined ? [] : [volumes.condition]),
  ];
}

function replication(input: StatusInput): readonly ConditionDraft[] {
  const factor = factorStatus(input);
  if (factor === undefined) return [];
  const below = databasesBelow(input);
  const { target } = input.cluster.spec.replicationFactor;
  const messages = {
    AtTarget: undefined,
    Rebalancing: `Waiting for copies of ${namesOf(below)}`,
    LimitedByNodes: `${factor.desired} of ${target} copies: there are no more nodes`,
    DatabasePinned: 'The placement of some RavenDatabase leaves fewer nodes than copies wanted',
  } as const;
  const status = factor.reason === 'AtTarget' ? 'True' : 'False';
  return [condition('ReplicationFactorSatisfied', status, factor.reason, messages[factor.reason])];
}
