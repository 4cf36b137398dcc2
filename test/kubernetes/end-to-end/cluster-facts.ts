import type { RavenCluster } from '../../../operator/api/raven-cluster.ts';
import type { ClusterTopologyReply, DatabaseReply } from '../../../operator/platform/cluster-admin-client.ts';
import {
  PERSISTENT_VOLUME_CLAIM,
  POD,
  STATEFUL_SET,
} from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { RAVEN_CLUSTER_KIND } from '../../../operator/platform/kubernetes/resource-kinds.ts';
import { labelSelector, selectorLabels } from '../../../operator/resources/labels.ts';
import { clusterObjectName } from '../../../operator/resources/names.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
}

export interface PodObject extends KubeObject {
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

export interface ClaimObject extends KubeObject {
  readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
  readonly status?: { readonly phase?: string; readonly capacity?: { readonly storage?: string } };
}

export interface StatefulSetObject extends KubeObject {
  readonly spec: { readonly replicas: number };
  readonly status?: { readonly readyReplicas?: number; readonly updateRevision?: string };
}

/** What Kubernetes has of a cluster, and what every node says of itself. */
export interface ClusterFacts {
  readonly resource: (RavenCluster & KubeObject) | undefined;
  readonly set: StatefulSetObject | undefined;
  readonly pods: readonly PodObject[];
  readonly claims: readonly ClaimObject[];
  /** By pod name; undefined where there is no answer. */
  readonly topologies: ReadonlyMap<string, ClusterTopologyReply | undefined>;
  readonly databases: readonly DatabaseReply[] | undefined;
}

/** Who is asked what nodes say. */
export interface NodeQuestions {
  topology(pod: string): Promise<ClusterTopologyReply>;
  databases(pod: string): Promise<readonly DatabaseReply[]>;
}

export async function observeFacts(
  client: KubeClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  nodes: NodeQuestions,
): Promise<ClusterFacts> {
  const selection = { namespace, labelSelector: labelSelector(selectorLabels(name)) };
  const [resource, set, pods, claims] = await Promise.all([
    client.get<RavenCluster & KubeObject>({ kind: RAVEN_CLUSTER_KIND, namespace, name }),
    client.get<StatefulSetObject>({ kind: STATEFUL_SET, namespace, name: clusterObjectName(name) }),
    client.list<PodObject>(POD, selection),
    client.list<ClaimObject>(PERSISTENT_VOLUME_CLAIM, selection),
  ]);
  const names = pods.items.map(({ metadata }) => metadata.name);
  // A node that does not answer is a fact, too.
  const topologies = await Promise.all(names.map((pod) => nodes.topology(pod).catch(() => undefined)));
  const [first] = names;
  const databases = first === undefined ? undefined : await nodes.databases(first).catch(() => undefined);
  return {
    resource,
    set,
    pods: pods.items,
    claims: claims.items,
    topologies: new Map(names.map((pod, i) => [pod, topologies[i]])),
    databases,
  };
}
