import { RAVEN_CLUSTER_KIND } from '../platform/kubernetes/resource-kinds.ts';
import type { ClusterObject } from './find-cluster.ts';
import type { Session } from './session.ts';

const FIELD_MANAGER = 'kubectl-raven';

/** Sets annotations of the cluster; `null` takes one away. */
export function annotate(
  session: Session,
  cluster: ClusterObject,
  annotations: Readonly<Record<string, string | null>>,
): Promise<ClusterObject> {
  return patch(session, cluster, { metadata: { annotations } });
}

/** Changes fields of the spec; the API server checks them as it does for `kubectl edit`. */
export function editSpec(
  session: Session,
  cluster: ClusterObject,
  spec: Readonly<Record<string, unknown>>,
): Promise<ClusterObject> {
  return patch(session, cluster, { spec });
}

function patch(
  { client }: Session,
  { metadata }: ClusterObject,
  change: Readonly<Record<string, unknown>>,
): Promise<ClusterObject> {
  const { name, namespace = '' } = metadata;
  const ref = { kind: RAVEN_CLUSTER_KIND, namespace, name };
  return client.mergePatch<ClusterObject>(ref, change, { fieldManager: FIELD_MANAGER });
}
