import { statusText } from '../../cli/status-table.ts';
import { POD } from '../../platform/kubernetes/api/kinds.ts';
import type { KubeObject } from '../../platform/kubernetes/api/kube-object.ts';
import { labelSelector, selectorLabels } from '../../resources/labels.ts';
import { type ClusterObject, findCluster, listClusters } from '../find-cluster.ts';
import { ClusterAccess } from '../node-access/cluster-access.ts';
import type { Session } from '../session.ts';
import { clusterList, clusterStatus, type PodFacts } from '../status-view.ts';

export interface StatusOptions {
  readonly output?: 'json';
  readonly allNamespaces?: boolean;
  /** Ask the nodes themselves, too. */
  readonly live?: boolean;
}

interface PodObject extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
}

/** `kubectl raven status`: what the operator knows of one cluster, or of several a line each. */
export async function status(
  session: Session,
  name: string | undefined,
  { output, allNamespaces = false, live = false }: StatusOptions,
): Promise<void> {
  if (name === undefined) {
    const clusters = await listClusters(session, allNamespaces);
    if (clusters.length !== 1) {
      session.print(output === 'json' ? asJson(clusters.map(withoutNoise)) : clusterList(clusters));
      return;
    }
  }
  const cluster = await findCluster(session, name);
  const pods = await podsOf(session, cluster);
  const views = live ? await askNodes(session, cluster) : undefined;
  if (output === 'json') {
    const nodes = views === undefined ? {} : { nodes: views.nodes, databases: views.databases };
    session.print(asJson({ ...withoutNoise(cluster), pods: [...pods.values()], ...nodes }));
    return;
  }
  session.print(clusterStatus(cluster, pods));
  if (views !== undefined) {
    session.print(`\nAs the nodes say themselves:\n${statusText(views)}`);
    for (const { tag, error } of views.silent) session.print(`${tag}: ${error}`);
  }
}

async function podsOf(
  { client }: Session,
  { metadata }: ClusterObject,
): Promise<ReadonlyMap<string, PodFacts>> {
  const { name, namespace } = metadata;
  const selection = { namespace, labelSelector: labelSelector(selectorLabels(name)) };
  const { items } = await client.list<PodObject>(POD, selection);
  return new Map(
    items.map(({ metadata: { name: pod }, spec, status: seen }) => [
      pod,
      {
        name: pod,
        node: spec?.nodeName,
        restarts: (seen?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
      },
    ]),
  );
}

async function askNodes(session: Session, cluster: ClusterObject) {
  const access = await ClusterAccess.open(session, cluster);
  const { status: known = {} } = cluster;
  const silent: { tag: string; error: string }[] = [];
  try {
    const nodes = await Promise.all(
      (known.nodes ?? []).map(async (node) => {
        try {
          return { node, own: await access.admin.topology(access.urlOf(node.tag)) };
        } catch (error) {
          silent.push({ tag: node.tag, error: error instanceof Error ? error.message : String(error) });
          return { node, own: undefined };
        }
      }),
    );
    const leader = nodes.find(({ own }) => own?.CurrentState === 'Leader')?.node.tag;
    const databases =
      leader === undefined
        ? undefined
        : // Nodes are what was asked about; without a list of databases there is still a table.
          await access.admin.databases(access.urlOf(leader)).catch(() => undefined);
    return { name: cluster.metadata.name, status: known, nodes, databases, silent };
  } finally {
    await access.close();
  }
}

/** Without what no reader of a status wants. */
function withoutNoise({ metadata, ...rest }: ClusterObject): Readonly<Record<string, unknown>> {
  const { managedFields: _, ...kept } = metadata as ClusterObject['metadata'] & { managedFields?: unknown };
  return { metadata: kept, ...rest };
}

function asJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
