import type { ClusterNode } from '../core/configuration.ts';

/** What a node says when it opens a connection to another one, in the header's Info. */
export interface Hello {
  readonly clusterId: string;
  readonly sourceId: string;
  readonly sourceTag: string;
  readonly destinationId: string;
  /** The tag that the cluster has given to the destination; a passive node adopts it. */
  readonly destinationTag: string;
}

/** What the answering node knows of itself. */
export interface OwnStanding {
  readonly serverId: string;
  /** null: invited by nobody yet. */
  readonly clusterId: string | null;
  /** Whether the log is empty: then an invitation by another cluster may take the place of an earlier one. */
  readonly isBlank: boolean;
  /** The nodes of the configuration in force. */
  readonly nodes: readonly ClusterNode[];
}

export function parseHello(info: Readonly<Record<string, unknown>>): Hello | null {
  const { clusterId, sourceId, sourceTag, destinationId, destinationTag } = info;
  const isComplete = [clusterId, sourceId, sourceTag, destinationId, destinationTag].every(
    (member) => typeof member === 'string' && member.length > 0,
  );
  return isComplete ? (info as unknown as Hello) : null;
}

/** Why the connection must not be accepted, or null. */
export function refusalOf(own: OwnStanding, hello: Hello | null): string | null {
  if (hello === null) return 'The hello of a Rachis connection names cluster, source and destination.';
  if (hello.destinationId !== own.serverId) {
    return `This is node ${own.serverId}, not ${hello.destinationId}: its storage is another one than the cluster knows.`;
  }
  if (hello.sourceId === own.serverId) return 'The node has connected to itself: check its addresses.';
  if (own.clusterId !== null && own.clusterId !== hello.clusterId && !own.isBlank) {
    return `This node belongs to cluster ${own.clusterId}, not to ${hello.clusterId}.`;
  }
  const namesake = own.nodes.find((node) => node.tag === hello.sourceTag && node.id !== hello.sourceId);
  if (namesake !== undefined) {
    return `Node ${hello.sourceTag} of this cluster is ${namesake.id}, not ${hello.sourceId}.`;
  }
  return null;
}
