import type { RavenCluster } from '../api/raven-cluster.ts';
import { type DesiredObject, objectOf, present } from './desired-object.ts';
import { clusterObjectName, HTTP_PORT_NAME, nodeName } from './names.ts';
import { publicHost } from './public-address.ts';

/** What makes the common controllers pass TLS through to the node instead of ending it. */
const PASS_THROUGH: Readonly<Record<string, string>> = {
  'nginx.ingress.kubernetes.io/ssl-passthrough': 'true',
  'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS',
  'haproxy.org/ssl-passthrough': 'true',
  'haproxy-ingress.github.io/ssl-passthrough': 'true',
};

export function isIngressWanted({ spec }: RavenCluster): boolean {
  return spec.networking.expose.type === 'Ingress';
}

/** One rule a node: its host name leads to its Service. */
export function ingress(cluster: RavenCluster, nodeCount: number): DesiredObject {
  const { name } = cluster.metadata;
  const settings = cluster.spec.networking.expose.ingress;
  return objectOf(
    cluster,
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      name: clusterObjectName(name),
      annotations: { ...PASS_THROUGH, ...settings?.annotations },
    },
    {
      spec: {
        ...present({ ingressClassName: settings?.className }),
        rules: Array.from({ length: nodeCount }, (_, ordinal) => ({
          host: publicHost(cluster, ordinal),
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: nodeName(name, ordinal), port: { name: HTTP_PORT_NAME } } },
              },
            ],
          },
        })),
      },
    },
  );
}
