import type { RavenCluster } from '../api/raven-cluster.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { type DesiredObject, objectOf } from './desired-object.ts';
import { MANAGED_BY, selectorLabels } from './labels.ts';
import { clusterObjectName, HTTP_PORT_NAME, TCP_PORT_NAME } from './names.ts';

/** Label that Kubernetes puts on every namespace: its name. */
const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

export function isNetworkPolicyWanted({ spec }: RavenCluster): boolean {
  return spec.networking.networkPolicy.enabled;
}

/**
 * Who may connect to the nodes: they themselves, the operator, and the peers that the spec names (everybody when it
 * names none). Nothing else of a pod can be reached. Where nodes connect to is not restricted.
 */
export function networkPolicy(
  cluster: RavenCluster,
  { operatorNamespace }: Pick<ClusterFacts, 'operatorNamespace'>,
): DesiredObject {
  const { name } = cluster.metadata;
  const clients = cluster.spec.networking.networkPolicy.from ?? [];
  const http = { port: HTTP_PORT_NAME, protocol: 'TCP' };
  const tcp = { port: TCP_PORT_NAME, protocol: 'TCP' };
  const operator = {
    namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: operatorNamespace } },
    podSelector: { matchLabels: { 'app.kubernetes.io/name': MANAGED_BY } },
  };
  return objectOf(
    cluster,
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: clusterObjectName(name) },
    {
      spec: {
        podSelector: { matchLabels: selectorLabels(name) },
        policyTypes: ['Ingress'],
        ingress: [
          { from: [{ podSelector: { matchLabels: selectorLabels(name) } }], ports: [http, tcp] },
          { from: [operator], ports: [http] },
          // Without `from` a rule lets everybody through.
          { ...(clients.length === 0 ? {} : { from: clients }), ports: [http, tcp] },
        ],
      },
    },
  );
}
