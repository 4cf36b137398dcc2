import type { WireConnector } from '../wire/connect.ts';
import type { OperationHeader } from '../wire/operation-header.ts';

/** Member of a header's Info: the cluster that the dialling node is of. */
const CLUSTER_ID = 'ClusterId';

/**
 * Copies replicate inside of one cluster only. After an unsafe recovery there may be nodes that still are of the old
 * one, under the tags and addresses that nodes of the new one have by now, with copies of the same groups.
 */
export function fencedConnector(connect: WireConnector, clusterId: () => string | null): WireConnector {
  return (options) => connect({ ...options, info: withClusterId(options.info, clusterId()) });
}

/** The Info of a header, for such a connection. */
export function withClusterId(
  info: Readonly<Record<string, unknown>> | undefined,
  clusterId: string | null,
): Readonly<Record<string, unknown>> {
  return { ...info, [CLUSTER_ID]: clusterId };
}

/** Why a replication connection with this header must not be accepted, or null. */
export function foreignClusterIn(header: OperationHeader, own: string | null): string | null {
  const theirs = header.Info[CLUSTER_ID];
  if (own !== null && theirs === own) return null;
  const them = typeof theirs === 'string' ? `cluster ${theirs}` : 'no cluster';
  const us = own === null ? 'no cluster' : `cluster ${own}`;
  return `The source is of ${them}, this node of ${us}: copies replicate inside of one cluster only.`;
}
