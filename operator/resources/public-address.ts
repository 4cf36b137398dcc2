import type { RavenCluster } from '../api/raven-cluster.ts';
import { tagOfOrdinal } from '../decide/node-tag.ts';
import { isSecure } from './pod-volumes.ts';

/** Host name of a node for clients outside: its tag before the domain; undefined without a domain. */
export function publicHost({ spec }: Pick<RavenCluster, 'spec'>, ordinal: number): string | undefined {
  const { domain } = spec.networking;
  return domain === undefined ? undefined : `${tagOfOrdinal(ordinal).toLowerCase()}.${domain}`;
}

/**
 * Address of a node for clients outside, as the cluster gives it out; undefined without a domain, or while it is not
 * known.
 *
 * @param nodePort the port that Kubernetes gave the node's Service, when it is of the type NodePort
 */
export function publicUrl(
  cluster: Pick<RavenCluster, 'spec'>,
  ordinal: number,
  nodePort?: number,
): string | undefined {
  const host = publicHost(cluster, ordinal);
  if (host === undefined) return undefined;
  const origin = `${isSecure(cluster) ? 'https' : 'http'}://${host}`;
  if (cluster.spec.networking.expose.type !== 'NodePort') return origin;
  return nodePort === undefined ? undefined : `${origin}:${nodePort}`;
}
