import { isIPv6 } from 'node:net';
import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import { clientHost, headlessServiceName, nodeName } from '../resources/names.ts';
import { NAMED_NODES_STEP } from './limits.ts';

/**
 * Every name and address that the certificate of the nodes must be good for, sorted, each once: what pods, Services
 * and clients outside call them. Pods are covered by a wildcard; Services of single nodes by name, for so many nodes
 * in advance that most scaling leaves the certificate as it is.
 *
 * @param clusterDomain of the Kubernetes cluster, such as `cluster.local`
 */
export function wantedNames(
  cluster: { readonly name: string; readonly namespace: string; readonly spec: RavenClusterSpec },
  clusterDomain: string,
): readonly string[] {
  const { name, namespace, spec } = cluster;
  const nodes = `${headlessServiceName(name)}.${namespace}.svc`;
  const namedNodes = Math.ceil(spec.nodes / NAMED_NODES_STEP) * NAMED_NODES_STEP;
  const ofNodes = Array.from({ length: namedNodes }, (_, ordinal) =>
    serviceNames(nodeName(name, ordinal), namespace, clusterDomain),
  );
  const { domain } = spec.networking;
  const names = [
    ...serviceNames(name, namespace, clusterDomain),
    clientHost(name, namespace),
    nodes,
    `*.${nodes}`,
    `*.${nodes}.${clusterDomain}`,
    ...ofNodes.flat(),
    'localhost',
    '127.0.0.1',
    '::1',
    ...(domain === undefined ? [] : [domain, `*.${domain}`]),
    ...(spec.tls.extraSANs ?? []),
  ];
  return [...new Set(names.map(canonicalName))].sort();
}

function serviceNames(service: string, namespace: string, clusterDomain: string): readonly string[] {
  return [
    service,
    `${service}.${namespace}`,
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.${clusterDomain}`,
  ];
}

/** The one way of writing a name: an IPv6 address has many. */
function canonicalName(name: string): string {
  return isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase();
}

/** Whether a certificate's name, which may have a wildcard as its first label, is good for a host. */
export function coversHost(certificateName: string, host: string): boolean {
  if (certificateName === host) return true;
  return certificateName.startsWith('*.') && host.slice(host.indexOf('.')) === certificateName.slice(1);
}
