import type { RavenCluster } from '../api/raven-cluster.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { type AbsentObject, type DesiredObject, namespaceOf } from './desired-object.ts';
import { disruptionBudget } from './disruption-budget.ts';
import { ingress, isIngressWanted } from './ingress.ts';
import { clusterObjectName, nodeName } from './names.ts';
import { isNetworkPolicyWanted, networkPolicy } from './network-policy.ts';
import { isPodMonitorServed, isPodMonitorWanted, POD_MONITOR_KIND, podMonitor } from './pod-monitor.ts';
import { serviceAccount } from './service-account.ts';
import { clientService, headlessService, nodeService } from './services.ts';
import { settingsConfigMap } from './settings.ts';
import { statefulSet } from './stateful-set.ts';
import { areTlsRoutesWanted, TLS_ROUTE_KIND, tlsRoute } from './tls-route.ts';

/** What the cluster needs of Kubernetes beside its Secrets and the operator's own notes. */
export interface DesiredObjects {
  /** In the order to apply them: what a pod needs to start comes before the pods. */
  readonly wanted: readonly DesiredObject[];
  /** Objects that earlier specs may have wanted. */
  readonly absent: readonly AbsentObject[];
}

export function desiredObjects(cluster: RavenCluster, facts: ClusterFacts): DesiredObjects {
  const ordinals = Array.from({ length: facts.nodeCount }, (_, ordinal) => ordinal);
  const wanted = [
    serviceAccount(cluster),
    settingsConfigMap(cluster),
    headlessService(cluster),
    clientService(cluster),
    ...ordinals.map((ordinal) => nodeService(cluster, ordinal)),
    ...(isNetworkPolicyWanted(cluster) ? [networkPolicy(cluster, facts)] : []),
    disruptionBudget(cluster, facts),
    statefulSet(cluster, facts),
    ...(isIngressWanted(cluster) ? [ingress(cluster, facts.nodeCount)] : []),
    ...(areTlsRoutesWanted(cluster) ? ordinals.map((ordinal) => tlsRoute(cluster, ordinal)) : []),
    ...(isPodMonitorWanted(cluster, facts) ? [podMonitor(cluster)] : []),
  ];
  return { wanted, absent: absentObjects(cluster, facts) };
}

function absentObjects(cluster: RavenCluster, facts: ClusterFacts): readonly AbsentObject[] {
  const { name } = cluster.metadata;
  const namespace = namespaceOf(cluster);
  const ofCluster = (apiVersion: string, kind: string): AbsentObject => ({
    apiVersion,
    kind,
    namespace,
    name: clusterObjectName(name),
  });
  const known = Array.from({ length: Math.max(facts.nodeCount, ...facts.nodeServices.map((n) => n + 1)) });
  const isRouteWanted = (ordinal: number): boolean =>
    areTlsRoutesWanted(cluster) && ordinal < facts.nodeCount;
  const canHaveRoutes = facts.served.has(`${TLS_ROUTE_KIND.apiVersion}/${TLS_ROUTE_KIND.kind}`);
  return [
    ...facts.nodeServices
      .filter((ordinal) => ordinal >= facts.nodeCount)
      .map((ordinal) => ({ apiVersion: 'v1', kind: 'Service', namespace, name: nodeName(name, ordinal) })),
    ...(isNetworkPolicyWanted(cluster) ? [] : [ofCluster('networking.k8s.io/v1', 'NetworkPolicy')]),
    ...(isIngressWanted(cluster) ? [] : [ofCluster('networking.k8s.io/v1', 'Ingress')]),
    ...(canHaveRoutes ? known : []).flatMap((_, ordinal) =>
      isRouteWanted(ordinal) ? [] : [{ ...TLS_ROUTE_KIND, namespace, name: nodeName(name, ordinal) }],
    ),
    ...(isPodMonitorWanted(cluster, facts) || !isPodMonitorServed(facts)
      ? []
      : [ofCluster(POD_MONITOR_KIND.apiVersion, POD_MONITOR_KIND.kind)]),
  ];
}
