import Table from 'cli-table3';
import type { RavenClusterStatus } from '../api/raven-cluster.ts';
import type { ClusterTopologyReply, DatabaseReply } from '../platform/cluster-admin-client.ts';

/** What is shown of a node; `own` is what it says itself, if it answered. */
export interface NodeLine {
  readonly node: NonNullable<RavenClusterStatus['nodes']>[number];
  readonly own: ClusterTopologyReply | undefined;
}

export interface StatusFacts {
  readonly name: string;
  readonly status: RavenClusterStatus;
  readonly nodes: readonly NodeLine[];
  readonly databases: readonly DatabaseReply[] | undefined;
}

/** The status as `ravencluster status` prints it: what the cluster is doing, a table of its nodes, what is wrong. */
export function statusText({ name, status, nodes, databases }: StatusFacts): string {
  const table = new Table({
    head: ['Node', 'Role', 'Term', 'Leader', 'Lag', 'Databases', 'Health', 'Address'],
    style: { head: [], border: [] },
  });
  for (const { node, own } of nodes) {
    table.push([
      node.tag,
      node.role,
      own?.CurrentTerm ?? '-',
      own?.Leader ?? '-',
      node.lag ?? '-',
      databases === undefined ? '-' : databases.filter((database) => holds(database, node.tag)).length,
      healthOf(node, own),
      node.url ?? '-',
    ]);
  }
  return [headline(name, status), table.toString(), ...remarks(status)].join('\n');
}

function headline(name: string, status: RavenClusterStatus): string {
  const nodes = status.nodes ?? [];
  const operation = status.operation === undefined ? '' : ` (${status.operation.step})`;
  const factor = status.replicationFactor;
  return [
    `Cluster ${name}: ${status.phase ?? 'Pending'}${operation}`,
    `${status.readyReplicas ?? 0} of ${nodes.length} nodes ready`,
    ...(status.databases === undefined
      ? []
      : [`${status.databases.online} of ${status.databases.total} databases online`]),
    ...(factor === undefined ? [] : [`replication factor ${factor.effective} (${factor.reason})`]),
  ].join(', ');
}

function healthOf(node: NodeLine['node'], own: ClusterTopologyReply | undefined): string {
  if (node.ready) return 'Ready';
  if (own === undefined) return node.message ?? 'No answer';
  return node.role === 'Promotable' ? 'Catching up' : own.CurrentState;
}

function holds({ NodesTopology: group }: DatabaseReply, tag: string): boolean {
  return [group?.Members, group?.Promotables, group?.Rehabs].some((nodes) =>
    nodes?.some((node) => node.NodeTag === tag),
  );
}

const BAD_WHEN_TRUE: ReadonlySet<string> = new Set(['Degraded', 'Paused']);
const QUIET: ReadonlySet<string> = new Set(['Progressing', 'QuorumOdd']);

function remarks(status: RavenClusterStatus): readonly string[] {
  return (status.conditions ?? [])
    .filter((one) => !QUIET.has(one.type) && one.status === (BAD_WHEN_TRUE.has(one.type) ? 'True' : 'False'))
    .filter((one) => one.type !== 'Paused' || one.status === 'True')
    .map(
      (one) =>
        `${one.type} is ${one.status}: ${one.reason}${one.message === undefined ? '' : ` – ${one.message}`}`,
    );
}
