import { API_GROUP_VERSION } from '../../api/api-group.ts';
import type { RavenCluster } from '../../api/raven-cluster.ts';
import type { KubeClient } from './api/kube-client.ts';
import type { KindRef, ObjectRef, OwnerReference } from './api/kube-object.ts';
import type { ClusterWriter } from './cluster-writer.ts';

/** One cluster and the API server that has it: what every part of this platform works on. */
export interface ClusterScope {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** For live looks. */
  readonly reader: Pick<KubeClient, 'get' | 'list'>;
  readonly writer: ClusterWriter;
}

/** An object in the namespace of the cluster. */
export function refIn(scope: ClusterScope, kind: KindRef, name: string): ObjectRef {
  return { kind, namespace: scope.namespace, name };
}

/** The resource as the owner of what is made for it: the garbage collector deletes that with it. */
export function ownerOf(cluster: { readonly name: string; readonly uid: string }): OwnerReference {
  return {
    apiVersion: API_GROUP_VERSION,
    kind: 'RavenCluster' satisfies RavenCluster['kind'],
    name: cluster.name,
    uid: cluster.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
