import type { RavenCluster } from '../api/raven-cluster.ts';
import { tagOfOrdinal } from '../decide/node-tag.ts';
import { type DesiredObject, objectOf, present } from './desired-object.ts';
import { type Labels, NODE_TAG_LABEL, selectorLabels } from './labels.ts';
import {
  clusterObjectName,
  HTTP_PORT,
  HTTP_PORT_NAME,
  headlessServiceName,
  nodeName,
  TCP_PORT,
  TCP_PORT_NAME,
} from './names.ts';
import { isSecure } from './pod-volumes.ts';

type Json = Readonly<Record<string, unknown>>;

/** Label that the StatefulSet controller puts on each pod: its name. */
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';

/** Ports of a load balancer: those that a URL need not name. */
const HTTPS_DEFAULT_PORT = 443;
const HTTP_DEFAULT_PORT = 80;

/** Gives every pod a name, ready or not: nodes must find one another before any of them can be ready. */
export function headlessService(cluster: RavenCluster): DesiredObject {
  const { name } = cluster.metadata;
  return service(cluster, headlessServiceName(name), {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: selectorLabels(name),
    ports: ports(cluster, HTTP_PORT),
  });
}

/** Leads to any node that serves. */
export function clientService(cluster: RavenCluster): DesiredObject {
  const { name } = cluster.metadata;
  return service(cluster, clusterObjectName(name), {
    type: 'ClusterIP',
    selector: selectorLabels(name),
    ports: ports(cluster, HTTP_PORT),
  });
}

/**
 * Leads to one node: for clients outside, or for whoever has to speak to this very node. Its address is given out in
 * topologies, so it must lead there in bad times as well: whether the node can serve is for the client to find out.
 */
export function nodeService(cluster: RavenCluster, ordinal: number): DesiredObject {
  const { name } = cluster.metadata;
  const { type, loadBalancer } = cluster.spec.networking.expose;
  const selector = { [POD_NAME_LABEL]: nodeName(name, ordinal), ...selectorLabels(name) };
  const labels = { [NODE_TAG_LABEL]: tagOfOrdinal(ordinal) };
  if (type !== 'LoadBalancer') {
    return service(
      cluster,
      nodeName(name, ordinal),
      {
        type: type === 'NodePort' ? 'NodePort' : 'ClusterIP',
        publishNotReadyAddresses: true,
        selector,
        ports: ports(cluster, HTTP_PORT),
      },
      { labels },
    );
  }
  const own = loadBalancer?.perNode?.find((one) => one.ordinal === ordinal);
  return service(
    cluster,
    nodeName(name, ordinal),
    {
      type: 'LoadBalancer',
      publishNotReadyAddresses: true,
      // The client's address arrives at the node, and nothing is passed on from machine to machine.
      externalTrafficPolicy: 'Local',
      selector,
      ports: ports(cluster, loadBalancerPort(cluster)),
      ...present({
        loadBalancerClass: loadBalancer?.class,
        loadBalancerSourceRanges: loadBalancer?.sourceRanges,
      }),
    },
    { labels, annotations: { ...loadBalancer?.annotations, ...own?.annotations } },
  );
}

/** The port of a URL that goes through the load balancer of a node. */
export function loadBalancerPort(cluster: RavenCluster): number {
  return isSecure(cluster) ? HTTPS_DEFAULT_PORT : HTTP_DEFAULT_PORT;
}

function service(
  cluster: RavenCluster,
  name: string,
  spec: Json,
  head: { readonly labels?: Labels; readonly annotations?: Readonly<Record<string, string>> } = {},
): DesiredObject {
  const { ipFamilies } = cluster.spec.networking;
  const families =
    ipFamilies.length === 0
      ? {}
      : { ipFamilies, ipFamilyPolicy: ipFamilies.length > 1 ? 'PreferDualStack' : 'SingleStack' };
  return objectOf(
    cluster,
    { apiVersion: 'v1', kind: 'Service', name, ...head },
    { spec: { ...spec, ...families } },
  );
}

function ports(cluster: RavenCluster, httpPort: number): readonly Json[] {
  return [
    {
      name: HTTP_PORT_NAME,
      port: httpPort,
      targetPort: HTTP_PORT_NAME,
      protocol: 'TCP',
      appProtocol: isSecure(cluster) ? 'https' : 'http',
    },
    { name: TCP_PORT_NAME, port: TCP_PORT, targetPort: TCP_PORT_NAME, protocol: 'TCP' },
  ];
}
