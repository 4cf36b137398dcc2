import { API_GROUP } from '../api/api-group.ts';

/** Labels and annotations on the objects of a cluster. What people write on a RavenCluster is in operator/api/annotations.ts. */

export const APP_NAME = 'ravencluster';
export const MANAGED_BY = 'ravencluster-operator';

/** Label on everything that belongs to a cluster: its name. */
export const CLUSTER_LABEL = `${API_GROUP}/cluster`;

/** Label on volume claims: the UID of the RavenCluster. They may outlive it, and another may come with the same name. */
export const CLUSTER_UID_LABEL = `${API_GROUP}/cluster-uid`;

/** Label on pods and per-node Services: the node tag. */
export const NODE_TAG_LABEL = `${API_GROUP}/node-tag`;

/** Label on pods: the zone of the Kubernetes node, copied by the operator where it may read nodes. */
export const ZONE_LABEL = `${API_GROUP}/zone`;

/** Annotation on a claim: `Used` once its node joined (or is about to), `Detached` once it left; see DataState. */
export const DATA_STATE_ANNOTATION = `${API_GROUP}/data-state`;

/** Annotation on a claim: the topology id of the cluster that its data belongs to. */
export const CLUSTER_ID_ANNOTATION = `${API_GROUP}/cluster-id`;

/** Annotation on a claim: the incarnation that its data belongs to; see `<cluster>-incarnations`. */
export const INCARNATION_ANNOTATION = `${API_GROUP}/incarnation`;

/** Annotation on every object that the operator applies: hash of what it applied. */
export const APPLIED_HASH_ANNOTATION = `${API_GROUP}/applied-hash`;

/** Annotation of the pod template: hash of the settings, so that other settings make another revision. */
export const SETTINGS_HASH_ANNOTATION = `${API_GROUP}/settings-hash`;

export type Labels = Readonly<Record<string, string>>;

/** Labels by which Services, budgets and policies find the pods of a cluster. They never change. */
export function selectorLabels(cluster: string): Labels {
  return { 'app.kubernetes.io/instance': cluster, [CLUSTER_LABEL]: cluster };
}

/** Labels on every object of a cluster. */
export function clusterLabels(cluster: string): Labels {
  return {
    'app.kubernetes.io/name': APP_NAME,
    'app.kubernetes.io/managed-by': MANAGED_BY,
    ...selectorLabels(cluster),
  };
}

/** Labels as the API server takes them in a query. */
export function labelSelector(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
