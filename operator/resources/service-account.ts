import type { RavenCluster } from '../api/raven-cluster.ts';
import { type DesiredObject, objectOf } from './desired-object.ts';
import { clusterObjectName } from './names.ts';

/** The account of the pods. Nodes never call the Kubernetes API, so they get no token and it may nothing. */
export function serviceAccount(cluster: RavenCluster): DesiredObject {
  return objectOf(
    cluster,
    { apiVersion: 'v1', kind: 'ServiceAccount', name: clusterObjectName(cluster.metadata.name) },
    { automountServiceAccountToken: false },
  );
}
