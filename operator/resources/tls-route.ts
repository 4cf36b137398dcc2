import type { RavenCluster } from '../api/raven-cluster.ts';
import { tagOfOrdinal } from '../decide/node-tag.ts';
import { type DesiredObject, objectOf } from './desired-object.ts';
import { NODE_TAG_LABEL } from './labels.ts';
import { HTTP_PORT, nodeName } from './names.ts';
import { publicHost } from './public-address.ts';

export const TLS_ROUTE_KIND = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'TLSRoute' } as const;

export function areTlsRoutesWanted({ spec }: RavenCluster): boolean {
  return spec.networking.expose.type === 'Gateway';
}

/** Passes connections for the host name of a node on to it, TLS and all. */
export function tlsRoute(cluster: RavenCluster, ordinal: number): DesiredObject {
  const name = nodeName(cluster.metadata.name, ordinal);
  return objectOf(
    cluster,
    { ...TLS_ROUTE_KIND, name, labels: { [NODE_TAG_LABEL]: tagOfOrdinal(ordinal) } },
    {
      spec: {
        parentRefs: cluster.spec.networking.expose.gateway?.parentRefs ?? [],
        hostnames: [publicHost(cluster, ordinal)],
        rules: [{ backendRefs: [{ name, port: HTTP_PORT }] }],
      },
    },
  );
}
