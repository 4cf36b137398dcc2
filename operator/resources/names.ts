/**
 * Names of the Kubernetes objects of a cluster, and what nodes and clients find at them. Everything that speaks of such
 * an object takes its name from here. A cluster's name has at most 40 characters, so all of these fit a DNS label.
 */

/** The StatefulSet of the nodes; the client Service, the budget, the policy and the service account are called the same. */
export function clusterObjectName(cluster: string): string {
  return cluster;
}

/** Pod of a node, and the Service that leads to this pod alone. */
export function nodeName(cluster: string, ordinal: number): string {
  return `${cluster}-${ordinal}`;
}

/** Name of the volume claim template, and the part of a claim's name before the pod's. */
export const DATA_VOLUME = 'data';

export function claimName(cluster: string, ordinal: number): string {
  return `${DATA_VOLUME}-${nodeName(cluster, ordinal)}`;
}

/** The ordinal of a pod or a per-node Service of the cluster; `undefined` for any other name. */
export function ordinalOfPod(cluster: string, pod: string): number | undefined {
  if (!pod.startsWith(`${cluster}-`)) return undefined;
  const ordinal = pod.slice(cluster.length + 1);
  // Neither `01` nor an exponent: exactly what the StatefulSet controller writes.
  return /^(0|[1-9]\d{0,3})$/.test(ordinal) ? Number(ordinal) : undefined;
}

/** The ordinal of a data claim of the cluster; `undefined` for any other name. */
export function ordinalOfClaim(cluster: string, claim: string): number | undefined {
  const prefix = `${DATA_VOLUME}-`;
  return claim.startsWith(prefix) ? ordinalOfPod(cluster, claim.slice(prefix.length)) : undefined;
}

/** The Service without an address of its own under which every pod has a name, ready or not. */
export function headlessServiceName(cluster: string): string {
  return `${cluster}-nodes`;
}

/** ConfigMap with the settings of the nodes. */
export function settingsName(cluster: string): string {
  return `${cluster}-config`;
}

/** ConfigMap that tells nodes which of their data is of an earlier time. */
export function incarnationsName(cluster: string): string {
  return `${cluster}-incarnations`;
}

/** ConfigMap with what the operator must still know after a restart. */
export function memoryName(cluster: string): string {
  return `${cluster}-operator`;
}

/** Secret with the certificate authority of the cluster and its key: for the operator only. */
export function authoritySecretName(cluster: string): string {
  return `${cluster}-ca`;
}

/** Secret with the certificate of the nodes, mounted into every pod. */
export function serverSecretName(cluster: string): string {
  return `${cluster}-server`;
}

/** Secret with the certificate that the operator shows to the nodes. */
export function operatorClientSecretName(cluster: string): string {
  return `${cluster}-operator-client`;
}

/** Secret with the certificate that Prometheus shows to the nodes: it may read their metrics and nothing else. */
export function metricsClientSecretName(cluster: string): string {
  return `${cluster}-metrics-client`;
}

/** Secret that cert-manager fills for one of the Secrets above; the operator copies it there when every node trusts it. */
export function issuedSecretName(secret: string): string {
  return `${secret}-issued`;
}

/** Host name of a node inside the Kubernetes cluster, as the other nodes, the operator and the topology know it. */
export function nodeHost(cluster: string, namespace: string, ordinal: number): string {
  return `${nodeName(cluster, ordinal)}.${headlessServiceName(cluster)}.${namespace}.svc`;
}

/** Host name at which any ready node answers. */
export function clientHost(cluster: string, namespace: string): string {
  return `${clusterObjectName(cluster)}.${namespace}.svc`;
}

/** Port of the HTTP API and its name; the same with TLS and without. */
export const HTTP_PORT = 8080;
export const HTTP_PORT_NAME = 'http';

/** Port of the nodes' TCP protocol and its name: replication and Rachis. */
export const TCP_PORT = 38888;
export const TCP_PORT_NAME = 'tcp';

/** Address of a node as the topology holds it and the operator dials it. */
export function nodeUrl(cluster: string, namespace: string, ordinal: number, isSecure: boolean): string {
  return `${isSecure ? 'https' : 'http'}://${nodeHost(cluster, namespace, ordinal)}:${HTTP_PORT}`;
}

/** Container of the database in a pod. */
export const NODE_CONTAINER = 'node';

/** Where a pod has what it needs. Absolute paths in the container. */
export const POD_PATHS = {
  data: '/var/lib/ravencluster',
  settings: '/etc/ravencluster/settings/settings.json',
  incarnations: '/etc/ravencluster/incarnations',
  certificates: '/etc/ravencluster/tls',
  temporary: '/tmp',
} as const;

/** Keys in the settings, incarnations (by ordinal) and memory ConfigMaps. */
export const SETTINGS_KEY = 'settings.json';
export const MEMORY_KEY = 'memory.json';

/** Field managers of server-side apply. Replicas have one of their own, so that no template can ever shrink the set. */
export const FIELD_MANAGER = 'ravencluster-operator';
export const SCALE_FIELD_MANAGER = 'ravencluster-operator-scale';
export const STATUS_FIELD_MANAGER = 'ravencluster-operator-status';
