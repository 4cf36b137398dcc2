import type { RavenCluster, RavenClusterStatus } from '../api/raven-cluster.ts';
import { type ClusterView, majorityOf, tagsOf } from './cluster-view.ts';
import { describeConditions } from './conditions.ts';
import { factorStatus } from './factor-status.ts';
import { LISTED_DATABASES_MAX } from './limits.ts';
import { ordinalOfTag, tagOfOrdinal } from './node-tag.ts';
import type { ObservedDatabase } from './observed.ts';
import type { ConditionDraft, Step } from './step.ts';

export interface StatusInput {
  readonly cluster: RavenCluster;
  readonly view: ClusterView;
  readonly step: Step;
  readonly isPaused: boolean;
  /** What the platform says of its own objects. */
  readonly platformConditions: readonly ConditionDraft[];
}

type Status = RavenClusterStatus;

/** The status as it is seen now. Times of conditions come from the previous status, where nothing changed. */
export function buildStatus(input: StatusInput): Status {
  const { cluster, view, step } = input;
  const nodes = nodeStatuses(view);
  const leader = view.leader;
  const generation = cluster.metadata.generation;
  const factor = factorStatus(input);
  const databases = databaseStatus(view);
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase: phaseOf(input, nodes),
    replicas: view.nodes.filter((node) => node.process !== 'Stopped').length,
    readyReplicas: nodes.filter((node) => node.ready).length,
    ...(view.clusterId === undefined ? {} : { clusterId: view.clusterId }),
    conditions: describeConditions(input),
    ...(leader === undefined
      ? {}
      : {
          topology: {
            id: leader.topology.id,
            etag: leader.topology.etag,
            term: leader.term,
            leader: leader.tag,
            members: leader.topology.members,
            promotables: leader.topology.promotables,
            watchers: leader.topology.watchers,
            quorum: majorityOf(leader.topology.members.length),
          },
        }),
    nodes,
    ...(factor === undefined ? {} : { replicationFactor: factor }),
    ...(databases === undefined ? {} : { databases }),
    ...(step.operation === undefined ? {} : { operation: step.operation }),
  };
}

function nodeStatuses(view: ClusterView): NonNullable<Status['nodes']> {
  const known = view.nodes.map((node) => tagOfOrdinal(node.ordinal));
  const topology = view.leader?.topology;
  const others = topology === undefined ? [] : tagsOf(topology).filter((tag) => !known.includes(tag));
  return [...known, ...others].flatMap((tag) => {
    const node = view.nodeOfTag(tag);
    const isGone = node !== undefined && node.process === 'Stopped' && node.data === 'Detached';
    if (isGone && !view.belongs(tag)) return [];
    const lag = view.lagOf(tag);
    return [
      {
        tag,
        ordinal: node?.ordinal ?? ordinalOfTag(tag) ?? -1,
        role: roleOf(view, tag),
        // Without a leader a node still serves its databases.
        ready: view.isLive(tag) && (view.leader === undefined || view.belongs(tag)),
        ...(node === undefined ? {} : { url: node.url }),
        ...(node?.zone === undefined ? {} : { zone: node.zone }),
        ...(lag === undefined ? {} : { lag }),
        ...(node === undefined || node.process === 'Running' ? {} : { message: `Process: ${node.process}` }),
      },
    ];
  });
}

function roleOf(view: ClusterView, tag: string): NonNullable<Status['nodes']>[number]['role'] {
  const topology = view.leader?.topology;
  if (topology === undefined) return 'Unknown';
  if (view.leader?.tag === tag) return 'Leader';
  if (topology.members.includes(tag)) return 'Member';
  if (topology.promotables.includes(tag)) return 'Promotable';
  return topology.watchers.includes(tag) ? 'Watcher' : 'None';
}

function databaseStatus(view: ClusterView): Status['databases'] {
  if (view.databases === undefined) return undefined;
  const isOnline = (database: ObservedDatabase): boolean =>
    !database.disabled && database.members.some((tag) => view.isLive(tag));
  const isWhole = (database: ObservedDatabase): boolean =>
    database.rehabs.length === 0 && database.members.every((tag) => view.isLive(tag));
  const degraded = view.databases.filter((database) => !database.disabled && !isWhole(database));
  return {
    total: view.databases.length,
    online: view.databases.filter(isOnline).length,
    degraded: degraded.length,
    worst: degraded.slice(0, LISTED_DATABASES_MAX).map((database) => database.name),
  };
}

function phaseOf(
  { cluster, view, step, isPaused }: StatusInput,
  nodes: NonNullable<Status['nodes']>,
): NonNullable<Status['phase']> {
  if (isPaused) return 'Paused';
  if (cluster.spec.hibernated) return 'Hibernated';
  if (view.isUntouched) return view.nodes.length === 0 ? 'Pending' : 'Bootstrapping';
  if (view.leader === undefined) return 'Unavailable';
  const type = step.operation?.type;
  if (type === 'Update') return 'Updating';
  if (type === 'ScaleUp' || type === 'ScaleDown' || type === 'Rebalance') return 'Scaling';
  const hasLeftovers = view.nodes.some(
    (node) => node.ordinal >= cluster.spec.nodes && node.process !== 'Stopped',
  );
  if (hasLeftovers) return 'Scaling';
  const isWhole = nodes.every((node) => node.ready || node.role === 'None');
  return isWhole && nodes.filter((node) => node.ready).length >= cluster.spec.nodes ? 'Ready' : 'Degraded';
}
