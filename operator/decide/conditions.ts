import type { Condition } from '../api/raven-cluster.ts';
import { tagsOf } from './cluster-view.ts';
import { namesOf } from './database-names.ts';
import { factorStatus } from './factor-status.ts';
import type { StatusInput } from './status.ts';
import type { ConditionDraft } from './step.ts';
import { voterCount } from './voters.ts';

/**
 * Every condition, each from what is seen now. What the platform or a step says wins, since it knows the reason. A
 * condition keeps the time of its last change.
 */
export function describeConditions(input: StatusInput): readonly Condition[] {
  const { cluster, view, step, platformConditions } = input;
  const drafts = new Map<string, ConditionDraft>();
  const own = [...general(input), ...progress(input), ...safety(input)];
  const all = [...own, ...platformConditions, ...step.conditions];
  for (const draft of all) drafts.set(draft.type, draft);
  const generation = cluster.metadata.generation;
  return [...drafts.values()].map((draft) => {
    const before = cluster.status?.conditions?.find((condition) => condition.type === draft.type);
    const isSame = before?.status === draft.status;
    return {
      ...draft,
      lastTransitionTime: isSame ? before.lastTransitionTime : new Date(view.nowMs).toISOString(),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
  });
}

function general({ cluster, view, isPaused }: StatusInput): readonly ConditionDraft[] {
  const away = awayTags({ view });
  const ready = tagsOf(view.leader?.topology ?? NO_TOPOLOGY).length - away.length;
  return [
    condition('Bootstrapped', view.clusterId !== undefined, 'TopologyFormed', 'WaitingForFirstNode'),
    view.leader === undefined
      ? {
          type: 'Available',
          status: view.nodes.some((node) => node.answer !== undefined) ? 'False' : 'Unknown',
          reason: view.nodes.some((node) => node.answer !== undefined) ? 'NoLeader' : 'Unreachable',
        }
      : condition('Available', true, 'QuorumHealthy', 'QuorumLost'),
    view.leader === undefined
      ? { type: 'Ready', status: 'False', reason: view.isUntouched ? 'Bootstrapping' : 'QuorumLost' }
      : {
          ...condition(
            'Ready',
            away.length === 0 && ready >= cluster.spec.nodes,
            'ClusterReady',
            'NodesNotReady',
          ),
          message: `${ready} of ${cluster.spec.nodes} nodes are ready`,
        },
    {
      ...condition('Degraded', away.length > 0, 'NodeDown', 'AsExpected'),
      ...(away.length === 0 ? {} : { message: `No answer from ${away.join(', ')}` }),
    },
    condition('ConfigApplied', !view.nodes.some((node) => node.isOutdated), 'InSync', 'RestartPending'),
    condition('Paused', isPaused, 'ByAnnotation', 'NotPaused'),
  ];
}

function progress({ step }: StatusInput): readonly ConditionDraft[] {
  const reasons = {
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
  } as const;
  const { operation } = step;
  if (operation === undefined) return [{ type: 'Progressing', status: 'False', reason: 'Idle' }];
  return [{ type: 'Progressing', status: 'True', reason: reasons[operation.type], message: operation.step }];
}

function safety(input: StatusInput): readonly ConditionDraft[] {
  const { cluster, view } = input;
  const isOdd = voterCount(cluster.spec) % 2 === 1;
  const factor = factorStatus(input);
  const below = (view.databases ?? []).filter((database) => database.members.length < (factor?.desired ?? 0));
  return [
    { type: 'ScaleSafe', status: 'True', reason: 'Safe' },
    {
      ...condition('QuorumOdd', isOdd, 'Odd', 'EvenVoters'),
      ...(isOdd ? {} : { message: 'An even number of voters survives no more failures than one voter less' }),
    },
    ...(factor === undefined
      ? []
      : [
          {
            ...condition(
              'ReplicationFactorSatisfied',
              factor.reason === 'AtTarget',
              'AtTarget',
              factor.reason,
            ),
            ...(factor.databasesBelow === 0 || below.length === 0
              ? {}
              : { message: `Waiting for copies of ${namesOf(below)}` }),
          },
        ]),
  ];
}

function condition(type: string, holds: boolean, trueReason: string, falseReason: string): ConditionDraft {
  return { type, status: holds ? 'True' : 'False', reason: holds ? trueReason : falseReason };
}

const NO_TOPOLOGY = { id: '', etag: 0, members: [], promotables: [], watchers: [], foreign: [] } as const;

/** Nodes of the topology that do not answer. */
function awayTags({ view }: Pick<StatusInput, 'view'>): readonly string[] {
  return tagsOf(view.leader?.topology ?? NO_TOPOLOGY).filter((tag) => !view.isLive(tag));
}
