import Table from 'cli-table3';
import { CLUSTER_CONDITIONS } from '../api/conditions.ts';
import type { Condition, RavenClusterStatus } from '../api/raven-cluster.ts';
import type { ClusterObject } from './find-cluster.ts';

/** What is read of a pod besides the status of the cluster. */
export interface PodFacts {
  readonly name: string;
  readonly restarts: number;
  readonly node: string | undefined;
}

type NodeStatus = NonNullable<RavenClusterStatus['nodes']>[number];

/** Several clusters, a line each. */
export function clusterList(clusters: readonly ClusterObject[]): string {
  const table = newTable([
    'Namespace',
    'Cluster',
    'Status',
    'Ready',
    'Leader',
    'Factor',
    'Version',
    'What is wrong',
  ]);
  for (const { metadata, spec, status = {} } of clusters) {
    const [worst] = unhealthy(status);
    table.push([
      metadata.namespace ?? '',
      metadata.name,
      status.phase ?? 'Pending',
      `${status.readyReplicas ?? 0}/${spec.nodes}`,
      status.topology?.leader ?? '-',
      status.replicationFactor?.effective ?? '-',
      status.version ?? '-',
      worst === undefined ? '' : `${worst.type}: ${worst.reason}`,
    ]);
  }
  return table.toString();
}

/** One cluster: what it is doing, its nodes, its databases and certificates, and everything that is not as it should be. */
export function clusterStatus(cluster: ClusterObject, pods: ReadonlyMap<string, PodFacts>): string {
  const { status = {} } = cluster;
  return [
    headline(cluster),
    nodeTable(status.nodes ?? [], pods),
    databaseLine(status),
    certificateLine(cluster),
    ...approvalLine(status),
    conditionTable(status),
  ].join('\n');
}

function headline({ metadata, spec, status = {} }: ClusterObject): string {
  const { generation } = metadata;
  const isBehind = generation !== undefined && (status.observedGeneration ?? 0) < generation;
  const operation = status.operation === undefined ? '' : ` (${status.operation.step})`;
  const { topology } = status;
  const quorum =
    topology === undefined
      ? 'no leader'
      : `led by ${topology.leader ?? 'nobody'} in term ${topology.term}, quorum ${topology.quorum} of ${topology.members.length}`;
  const lines = [
    `Cluster ${metadata.namespace ?? ''}/${metadata.name}: ${status.phase ?? 'Pending'}${operation}`,
    `${status.readyReplicas ?? 0} of ${spec.nodes} nodes ready, ${quorum}, version ${status.version ?? 'unknown'}`,
  ];
  if (isBehind)
    lines.push('The operator has not looked at the last change of the resource yet: is it running?');
  return lines.join('\n');
}

function nodeTable(nodes: readonly NodeStatus[], pods: ReadonlyMap<string, PodFacts>): string {
  const table = newTable([
    'Node',
    'Role',
    'Ready',
    'Zone',
    'Pod',
    'Machine',
    'Restarts',
    'Lag',
    'Volumes',
    'Remark',
  ]);
  for (const node of nodes) {
    const pod = node.pod === undefined ? undefined : pods.get(node.pod);
    table.push([
      node.tag,
      node.role,
      node.ready ? 'yes' : 'no',
      node.zone ?? '-',
      node.pod ?? '-',
      pod?.node ?? node.kubeNode ?? '-',
      pod?.restarts ?? '-',
      node.lag ?? '-',
      (node.volumes ?? []).map(describeVolume).join('\n'),
      node.message ?? '',
    ]);
  }
  return table.toString();
}

function describeVolume({
  claim,
  requested,
  capacity,
  state,
  message,
}: NonNullable<NodeStatus['volumes']>[number]): string {
  const isGrowing = requested !== undefined && capacity !== undefined && requested !== capacity;
  const size = isGrowing ? `${capacity} → ${requested}` : (capacity ?? requested ?? 'not bound');
  return [
    `${claim} ${size}`,
    ...(state === undefined ? [] : [state]),
    ...(message === undefined ? [] : [message]),
  ].join(', ');
}

function databaseLine({ databases, replicationFactor }: RavenClusterStatus): string {
  if (databases === undefined) return 'Databases: not known, since no leader says';
  const factor =
    replicationFactor === undefined
      ? ''
      : `; replication factor ${replicationFactor.effective} of ${replicationFactor.desired} wanted (${replicationFactor.reason}), ${replicationFactor.databasesBelow} below it`;
  const worst = databases.worst.length === 0 ? '' : `; not whole: ${databases.worst.join(', ')}`;
  return `Databases: ${databases.online} of ${databases.total} online, ${databases.degraded} degraded${factor}${worst}`;
}

function certificateLine({ spec, status = {} }: ClusterObject): string {
  if (spec.tls.mode === 'Disabled') return 'Certificates: none, TLS is disabled';
  const { phase, notAfter, nextRotation, caFingerprints = [] } = status.certificates ?? {};
  const parts = [
    phase ?? 'not known yet',
    ...(notAfter === undefined ? [] : [`good until ${notAfter}`]),
    ...(nextRotation === undefined ? [] : [`to be renewed on ${nextRotation}`]),
    ...(caFingerprints.length > 1 ? [`${caFingerprints.length} authorities trusted`] : []),
  ];
  return `Certificates (${spec.tls.mode}): ${parts.join(', ')}`;
}

function approvalLine({ conditions = [] }: RavenClusterStatus): readonly string[] {
  const isAsked = conditions.some(
    ({ type, reason }) => type === 'Progressing' && reason === 'AwaitingApproval',
  );
  return isAsked ? ['The update waits for somebody to agree: kubectl raven approve'] : [];
}

/** What is not as it should be first. */
function conditionTable(status: RavenClusterStatus): string {
  const table = newTable(['', 'Condition', 'Status', 'Reason', 'Since', 'Message']);
  const bad = new Set(unhealthy(status));
  const all = status.conditions ?? [];
  const sorted = [...all.filter((one) => bad.has(one)), ...all.filter((one) => !bad.has(one))];
  for (const one of sorted) {
    table.push([
      bad.has(one) ? '!' : '',
      one.type,
      one.status,
      one.reason,
      one.lastTransitionTime,
      wrapped(one.message ?? ''),
    ]);
  }
  return table.toString();
}

/** Conditions that are not as they are in a cluster that needs nobody. */
export function unhealthy({ conditions = [] }: RavenClusterStatus): readonly Condition[] {
  const meanings: Readonly<Record<string, { readonly healthy: string }>> = CLUSTER_CONDITIONS;
  return conditions.filter(({ type, status }) => status !== (meanings[type]?.healthy ?? status));
}

const MESSAGE_WIDTH = 80;

/** A long sentence as several lines, broken between words. */
function wrapped(text: string): string {
  return text.replace(new RegExp(`(.{1,${MESSAGE_WIDTH}})(\\s+|$)`, 'g'), '$1\n').trimEnd();
}

/** Without lines between the rows: a cluster has more conditions than a screen has lines to give away. */
const NO_LINE = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

function newTable(head: string[]): Table.Table {
  return new Table({ head, chars: NO_LINE, style: { head: [], border: [] } });
}
