import type { ClusterConditionType } from '../api/conditions.ts';
import type { Condition, RavenClusterStatus } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import { type ClusterEvent, clusterEvent } from './event-reasons.ts';
import { tagOfOrdinal } from './node-tag.ts';

type Status = RavenClusterStatus;

/**
 * What happened between two looks and what is about to be done, as events: one each, none for what stayed. Of a
 * cluster that nobody has looked at before nothing is told but what is wrong.
 */
export function describeEvents(
  before: Status | undefined,
  now: Status,
  actions: readonly Action[],
): readonly ClusterEvent[] {
  return [
    ...(before === undefined
      ? []
      : [
          ...identityEvents(before, now),
          ...membershipEvents(before, now),
          ...nodeEvents(before, now),
          ...phaseEvents(before, now),
        ]),
    ...conditionEvents(before, now),
    ...actions.flatMap((action) => actionEvents(action, now)),
  ];
}

/** A cluster that came to be, or went on as another. */
function identityEvents(before: Status, now: Status): readonly ClusterEvent[] {
  if (now.clusterId === undefined || now.clusterId === before.clusterId) return [];
  return before.clusterId === undefined
    ? [clusterEvent('Created', `The cluster was formed, with topology id ${now.clusterId}`)]
    : [clusterEvent('RecoveryDone', `The cluster goes on with one node, as ${now.clusterId}`)];
}

function membershipEvents(before: Status, now: Status): readonly ClusterEvent[] {
  const [old, topology] = [before.topology, now.topology];
  if (topology === undefined) return [];
  const led: ClusterEvent[] =
    topology.leader === undefined || topology.leader === old?.leader || before.clusterId === undefined
      ? []
      : [clusterEvent('LeaderMoved', `Node ${topology.leader} leads the cluster (term ${topology.term})`)];
  if (old === undefined || old.id !== topology.id) return led;
  const was = [...old.members, ...old.promotables, ...old.watchers];
  const is = [...topology.members, ...topology.promotables, ...topology.watchers];
  const joined = is.filter((tag) => !was.includes(tag));
  const promoted = topology.members.filter((tag) => old.promotables.includes(tag));
  const removed = was.filter((tag) => !is.includes(tag));
  return [
    ...led,
    ...joined.map((tag) => clusterEvent('NodeJoining', `Node ${tag} belongs to the cluster, and catches up`)),
    ...promoted.map((tag) => clusterEvent('NodePromoted', `Node ${tag} is a member now`)),
    ...removed.map((tag) =>
      clusterEvent('NodeRemoved', `Node ${tag} does not belong to the cluster any more`),
    ),
  ];
}

function nodeEvents(before: Status, now: Status): readonly ClusterEvent[] {
  const earlier = new Map((before.nodes ?? []).map((node) => [node.tag, node]));
  return (now.nodes ?? []).flatMap((node) => {
    const old = earlier.get(node.tag);
    if (old === undefined) return [];
    const { tag } = node;
    const capacity = node.volumes?.[0]?.capacity;
    const oldCapacity = old.volumes?.[0]?.capacity;
    const isMember = node.role !== 'None' && node.role !== 'Unknown';
    const isUpdated =
      old.revision !== undefined && node.revision !== undefined && old.revision !== node.revision;
    const isGrown = capacity !== undefined && oldCapacity !== undefined && capacity !== oldCapacity;
    return [
      ...(old.ready && !node.ready && isMember
        ? [clusterEvent('NodeDown', `Node ${tag} does not answer`)]
        : []),
      ...(!old.ready && node.ready ? [clusterEvent('NodeReady', `Node ${tag} is ready`)] : []),
      ...(isUpdated ? [clusterEvent('NodeUpdated', `Node ${tag} runs revision ${node.revision}`)] : []),
      ...(isGrown ? [clusterEvent('VolumeExpanded', `The volume of node ${tag} has ${capacity}`)] : []),
    ];
  });
}

function phaseEvents(before: Status, now: Status): readonly ClusterEvent[] {
  const [old, operation] = [before.operation, now.operation];
  const isNew = operation !== undefined && (old?.type !== operation.type || old.target !== operation.target);
  const [was, is] = [before.replicationFactor?.desired, now.replicationFactor?.desired];
  return [
    ...(isNew && operation.type === 'ScaleDown'
      ? [clusterEvent('NodeDraining', `Node ${operation.target} is to leave: ${operation.step}`)]
      : []),
    ...(isNew && operation.type === 'Recover'
      ? [clusterEvent('RecoveryRequested', `Node ${operation.target} is to go on alone: ${operation.step}`)]
      : []),
    ...(was !== undefined && is !== undefined && was !== is
      ? [clusterEvent('ReplicationFactorChanged', `${was} → ${is} (${now.replicationFactor?.reason})`)]
      : []),
    ...(now.phase === 'Hibernated' && before.phase !== 'Hibernated'
      ? [clusterEvent('Hibernated', 'All nodes are being stopped; their data is kept')]
      : []),
    ...(before.phase === 'Hibernated' && now.phase !== 'Hibernated'
      ? [clusterEvent('Resumed', 'The nodes start again')]
      : []),
  ];
}

function conditionEvents(before: Status | undefined, now: Status): readonly ClusterEvent[] {
  const was = (type: ClusterConditionType) => conditionOf(before, type);
  const is = (type: ClusterConditionType) => conditionOf(now, type);
  const message = (type: ClusterConditionType): string => is(type)?.message ?? is(type)?.reason ?? type;
  const becomes = (type: ClusterConditionType, status: Condition['status']): boolean =>
    is(type)?.status === status && was(type)?.status !== status;
  const getsReason = (type: ClusterConditionType, reason: string): boolean =>
    is(type)?.reason === reason && was(type)?.reason !== reason;
  const isRefused = (type: ClusterConditionType): boolean =>
    is(type)?.status === 'False' &&
    (was(type)?.reason !== is(type)?.reason || was(type)?.message !== is(type)?.message);
  const isUpdate = now.operation?.type === 'Update';
  const isHeldUp =
    getsReason('Progressing', 'ProgressDeadlineExceeded') || getsReason('Progressing', 'AwaitingApproval');
  return [
    ...(isRefused('ScaleSafe') ? [clusterEvent('ScaleBlocked', message('ScaleSafe'))] : []),
    ...(isRefused('RecoveryAccepted') ? [clusterEvent('RecoveryRefused', message('RecoveryAccepted'))] : []),
    ...(becomes('QuorumOdd', 'False') ? [clusterEvent('EvenVoters', message('QuorumOdd'))] : []),
    ...(getsReason('Available', 'QuorumLost') ? [clusterEvent('QuorumLost', message('Available'))] : []),
    ...(getsReason('StorageReady', 'ExpansionUnsupported')
      ? [clusterEvent('ExpansionUnsupported', message('StorageReady'))]
      : []),
    ...(isUpdate && isHeldUp ? [clusterEvent('UpdatePaused', message('Progressing'))] : []),
    ...(was('ConfigApplied')?.status === 'True' && becomes('ConfigApplied', 'False')
      ? [clusterEvent('UpdateStarted', 'Nodes restart one by one as the spec says now')]
      : []),
    ...(was('ConfigApplied')?.status === 'False' && becomes('ConfigApplied', 'True')
      ? [clusterEvent('UpdateCompleted', 'Every node runs as the spec says')]
      : []),
    ...(becomes('Paused', 'True') ? [clusterEvent('Paused', 'The operator only watches')] : []),
    ...(was('Paused')?.status === 'True' && becomes('Paused', 'False')
      ? [clusterEvent('Resumed', 'The operator acts again')]
      : []),
  ];
}

function conditionOf(status: Status | undefined, type: ClusterConditionType): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

function actionEvents(action: Action, now: Status): readonly ClusterEvent[] {
  switch (action.type) {
    case 'DetachData':
      return [
        clusterEvent(
          'VolumeRetained',
          `The data of node ${tagOfOrdinal(action.ordinal)}, which left, is kept`,
        ),
      ];
    case 'DeleteData':
      return [clusterEvent('VolumeDeleted', `The data of node ${tagOfOrdinal(action.ordinal)} is deleted`)];
    case 'QuarantineData':
      return [
        clusterEvent(
          'StaleVolumeQuarantined',
          `The old data of node ${tagOfOrdinal(action.ordinal)} is set aside`,
        ),
      ];
    case 'RestartNode': {
      const node = now.nodes?.find(({ ordinal }) => ordinal === action.ordinal);
      const tag = tagOfOrdinal(action.ordinal);
      return node?.ready === true
        ? []
        : [
            clusterEvent(
              'StuckPodDeleted',
              `Node ${tag} does not run, by a revision that is not wanted any more`,
            ),
          ];
    }
    case 'GrowVolume':
      return [clusterEvent('VolumeExpanding', `The volume of node ${tagOfOrdinal(action.ordinal)} grows`)];
    case 'RemoveNodeFromCluster':
      return action.reason === 'HostLost'
        ? [
            clusterEvent(
              'NodeReplaced',
              `The machine of node ${action.tag} is lost; an empty node takes its place`,
            ),
          ]
        : [];
    case 'CreateDatabase':
      return [clusterEvent('DatabaseCreated', `Database ${action.database} on ${action.tags.join(', ')}`)];
    case 'DeleteDatabase':
      return [
        clusterEvent('DatabaseDeleted', `Database ${action.database}, as its RavenDatabase is deleted`),
      ];
    default:
      return [];
  }
}
