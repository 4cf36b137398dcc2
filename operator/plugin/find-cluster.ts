import type { RavenCluster } from '../api/raven-cluster.ts';
import { hasReason } from '../platform/kubernetes/api/kube-error.ts';
import type { KubeObject } from '../platform/kubernetes/api/kube-object.ts';
import { RAVEN_CLUSTER_KIND } from '../platform/kubernetes/resource-kinds.ts';
import { LISTED_NAMES_MAX } from './limits.ts';
import { PluginError } from './plugin-error.ts';
import type { Session } from './session.ts';

/** A RavenCluster as the API server has it, which is both. */
export type ClusterObject = RavenCluster & KubeObject;

/**
 * The cluster of this name, or the only one of the namespace.
 *
 * @throws PluginError that names the clusters there are
 */
export async function findCluster(session: Session, name?: string): Promise<ClusterObject> {
  if (name === undefined) return theOnlyOne(session);
  const ref = { kind: RAVEN_CLUSTER_KIND, namespace: session.namespace, name };
  const found = await session.client.get<ClusterObject>(ref).catch(explain);
  if (found !== undefined) return found;
  const there = namesOf(await listClusters(session));
  throw new PluginError(
    `There is no RavenCluster ${name} in namespace ${session.namespace}; ${there === '' ? 'there is none at all: name another namespace with -n' : `there is ${there}`}`,
  );
}

/** @param isEverywhere in all namespaces, not only in that of the session */
export async function listClusters(
  { client, namespace }: Session,
  isEverywhere = false,
): Promise<readonly ClusterObject[]> {
  const selection = isEverywhere ? {} : { namespace };
  const { items } = await client.list<ClusterObject>(RAVEN_CLUSTER_KIND, selection).catch(explain);
  return items;
}

async function theOnlyOne(session: Session): Promise<ClusterObject> {
  const [first, ...others] = await listClusters(session);
  if (first === undefined) {
    throw new PluginError(
      `There is no RavenCluster in namespace ${session.namespace}: name another namespace with -n`,
    );
  }
  if (others.length > 0) {
    throw new PluginError(
      `Namespace ${session.namespace} has several clusters, say which: ${namesOf([first, ...others])}`,
    );
  }
  return first;
}

function namesOf(clusters: readonly ClusterObject[]): string {
  const names = clusters.map(({ metadata }) => metadata.name);
  return names.length > LISTED_NAMES_MAX
    ? `${names.slice(0, LISTED_NAMES_MAX).join(', ')} …`
    : names.join(', ');
}

function explain(error: unknown): never {
  if (!hasReason(error, 'NotServed')) throw error;
  throw new PluginError(
    'This Kubernetes cluster does not know RavenClusters: install the operator first, or name another context with --context',
  );
}
