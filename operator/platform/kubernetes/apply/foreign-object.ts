import { CLUSTER_LABEL } from '../../../resources/labels.ts';
import type { KubeObject } from '../api/kube-object.ts';

/**
 * Why an object must not be taken over, if so: somebody else made it, and it only happens to have a name that this
 * cluster needs. What carries the cluster's label and has no owner was left behind by an earlier life of it, and comes
 * home.
 */
export function foreignBecause(
  found: KubeObject,
  cluster: { readonly name: string; readonly uid: string },
): string | undefined {
  const { ownerReferences = [], labels = {} } = found.metadata;
  if (ownerReferences.some(({ uid }) => uid === cluster.uid)) return undefined;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (owner !== undefined) return `it belongs to ${owner.kind} ${owner.name}`;
  return labels[CLUSTER_LABEL] === cluster.name ? undefined : 'somebody else made it';
}
