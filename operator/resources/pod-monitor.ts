import type { RavenCluster } from '../api/raven-cluster.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { type DesiredObject, namespaceOf, objectOf } from './desired-object.ts';
import { CLUSTER_LABEL, selectorLabels } from './labels.ts';
import { clientHost, clusterObjectName, HTTP_PORT_NAME, metricsClientSecretName } from './names.ts';
import { isSecure } from './pod-volumes.ts';

export const POD_MONITOR_KIND = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor' } as const;

/** Enabled without the resource definition fails, and says so; Auto waits for it. */
export function isPodMonitorWanted(
  { spec }: RavenCluster,
  { served }: Pick<ClusterFacts, 'served'>,
): boolean {
  const { podMonitor } = spec.monitoring;
  return podMonitor === 'Enabled' || (podMonitor === 'Auto' && isPodMonitorServed({ served }));
}

export function isPodMonitorServed({ served }: Pick<ClusterFacts, 'served'>): boolean {
  return served.has(`${POD_MONITOR_KIND.apiVersion}/${POD_MONITOR_KIND.kind}`);
}

/** Name of our cluster label as Prometheus sees it before it is relabelled. */
const CLUSTER_META_LABEL = `__meta_kubernetes_pod_label_${CLUSTER_LABEL.replaceAll(/[^a-z]/g, '_')}`;

/** Lets the Prometheus operator scrape every node. */
export function podMonitor(cluster: RavenCluster): DesiredObject {
  const { name } = cluster.metadata;
  const endpoint = {
    port: HTTP_PORT_NAME,
    path: '/metrics',
    // Alerts and dashboards speak of clusters by this label.
    relabelings: [{ sourceLabels: [CLUSTER_META_LABEL], targetLabel: 'ravencluster', action: 'replace' }],
  };
  return objectOf(
    cluster,
    { ...POD_MONITOR_KIND, name: clusterObjectName(name), labels: cluster.spec.monitoring.labels ?? {} },
    {
      spec: {
        selector: { matchLabels: selectorLabels(name) },
        podMetricsEndpoints: [
          isSecure(cluster)
            ? { ...endpoint, scheme: 'https', tlsConfig: tlsConfig(name, namespaceOf(cluster)) }
            : { ...endpoint, scheme: 'http' },
        ],
      },
    },
  );
}

/** Pods are scraped by their addresses, which no certificate names; the name of the client Service is in all of them. */
function tlsConfig(cluster: string, namespace: string): Readonly<Record<string, unknown>> {
  const secret = metricsClientSecretName(cluster);
  return {
    serverName: clientHost(cluster, namespace),
    ca: { secret: { name: secret, key: 'ca.crt' } },
    cert: { secret: { name: secret, key: 'tls.crt' } },
    keySecret: { name: secret, key: 'tls.key' },
  };
}
