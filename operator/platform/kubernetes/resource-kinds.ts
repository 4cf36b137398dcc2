import { API_GROUP_VERSION } from '../../api/api-group.ts';
import { RAVEN_CLUSTER, RAVEN_DATABASE, type ResourceKind } from '../../api/resource-kind.ts';
import type { KindRef } from './api/kube-object.ts';

/** Our own kinds, as the Kubernetes API has them. */
export const RAVEN_CLUSTER_KIND = kindOf(RAVEN_CLUSTER);
export const RAVEN_DATABASE_KIND = kindOf(RAVEN_DATABASE);

function kindOf({ kind, plural }: ResourceKind): KindRef {
  return { apiVersion: API_GROUP_VERSION, kind, plural, namespaced: true };
}
