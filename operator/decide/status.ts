import type { RavenCluster, RavenClusterStatus } from '../api/raven-cluster.ts';
import { type ClusterView, majorityOf } from './cluster-view.ts';
import { describeConditions } from './conditions.ts';
import { isRefused } from './degraded.ts';
import { factorStatus } from './factor-status.ts';
import { LISTED_DATABASES_MAX } from './limits.ts';
import type { Memory } from './memory.ts';
import { type NodeStatus, nodeStatuses } from './node-statuses.ts';
import type { ObservedDatabase } from './observed.ts';
import type { ConditionDraft, Step } from './step.ts';
import type { VolumePlan } from './volumes.ts';

export interface StatusInput {
  readonly cluster: RavenCluster;
  readonly view: ClusterView;
  readonly memory: Memory;
  readonly step: Step;
  readonly volumes: VolumePlan;
  readonly isPaused: boolean;
  /** The resource is being deleted. */
  readonly isGoing: boolean;
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
    ...revisionsOf(view),
  };
}

/** What the nodes are to run, and what they all run already, where revisions have names. */
function revisionsOf(view: ClusterView): Pick<Status, 'currentRevision' | 'updateRevision'> {
  const wanted = view.nodes.find((node) => node.wantedRevision !== undefined)?.wantedRevision;
  const running = new Set(view.nodes.flatMap(({ pod }) => (pod === undefined ? [] : [pod.revision])));
  const [current] = running;
  return {
    ...(wanted === undefined ? {} : { updateRevision: wanted }),
    ...(running.size !== 1 || current === undefined ? {} : { currentRevision: current }),
  };
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

function phaseOf(input: StatusInput, nodes: readonly NodeStatus[]): NonNullable<Status['phase']> {
  const { cluster, view, step, isPaused, isGoing } = input;
  const type = step.operation?.type;
  if (isGoing) return 'Deleting';
  if (isPaused) return 'Paused';
  if (cluster.spec.hibernated && (type === undefined || type === 'Hibernate')) return 'Hibernated';
  if (view.isUntouched) return view.nodes.length === 0 ? 'Pending' : 'Bootstrapping';
  if (view.leader === undefined) return 'Unavailable';
  if (type === 'Update' || (type === undefined && view.isTakingUp)) return 'Updating';
  // The membership may change yet, and what waits for that can't be begun.
  if (step.conditions.some(({ reason }) => reason === 'AwaitingAnswer')) return 'Scaling';
  if (type === 'ScaleUp' || type === 'ScaleDown' || type === 'Rebalance') return 'Scaling';
  const hasLeftovers = view.nodes.some(
    (node) => node.ordinal >= cluster.spec.nodes && node.process !== 'Stopped',
  );
  if (hasLeftovers) return 'Scaling';
  const isWhole = !isRefused(input) && nodes.every((node) => node.ready || node.role === 'None');
  return isWhole && nodes.filter((node) => node.ready).length >= cluster.spec.nodes ? 'Ready' : 'Degraded';
}
