import type { ClusterNode, Configuration, MemberRole } from '../rachis/core/configuration.ts';
import type { RachisState } from '../rachis/core/ready.ts';
import type { RachisPeer, RachisStatus } from '../rachis/rachis-status.ts';
import type { NodeProperties } from './node-properties.ts';

/** Who is in the cluster, by tag. */
export interface ClusterTopologyView {
  /** null while passive. */
  readonly topologyId: string | null;
  /** Unsafe recoveries since the cluster was first formed. */
  readonly epoch: number;
  /** Tag → URL, of everybody. */
  readonly allNodes: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, string>>;
  readonly promotables: Readonly<Record<string, string>>;
  readonly watchers: Readonly<Record<string, string>>;
  /** By tag, of everybody. */
  readonly properties: Readonly<Record<string, NodeProperties>>;
  readonly lastNodeId: string;
  /** Raft index of the last change of the membership, or of where clients find a node; -1 while passive. */
  readonly etag: number;
}

/** How a leader sees another node. */
export interface PeerStatus {
  readonly connected: boolean;
  readonly errorDetails: string | null;
  readonly lastSent: Date | null;
  readonly lastReply: Date | null;
  readonly lastSentMessage: string;
  readonly lastMatchingIndex: number;
}

export interface ClusterStatus {
  readonly state: RachisState;
  readonly leader: string | null;
  readonly term: number;
  /** How long this node has been leading, in milliseconds; null when it doesn't. */
  readonly leadershipMs: number | null;
  readonly lastStateChangeReason: string;
  /** Where this node's Raft log ends. */
  readonly lastLog: { readonly index: number; readonly term: number };
  /** By tag; empty unless leading. */
  readonly peers: Readonly<Record<string, PeerStatus>>;
}

const PASSIVE: ClusterTopologyView = {
  topologyId: null,
  epoch: 0,
  allNodes: {},
  members: {},
  promotables: {},
  watchers: {},
  properties: {},
  lastNodeId: '?',
  etag: -1,
};

/** `publicUrlsChangedAt`: Raft index of the last change of a public URL. */
export function topologyOf(
  status: RachisStatus,
  propertiesOf: (node: ClusterNode) => NodeProperties,
  publicUrlsChangedAt: number,
): ClusterTopologyView {
  const { configuration } = status;
  if (configuration === null || status.state === 'Passive') return PASSIVE;
  const urls = (nodes: readonly ClusterNode[]) => Object.fromEntries(nodes.map(({ tag, url }) => [tag, url]));
  const inRole = (role: MemberRole) =>
    urls(configuration.nodes.filter((node) => settledRole(configuration, node) === role));
  return {
    topologyId: configuration.clusterId,
    epoch: configuration.recovery?.epoch ?? 0,
    allNodes: urls(configuration.nodes),
    members: inRole('member'),
    promotables: inRole('promotable'),
    watchers: inRole('watcher'),
    properties: Object.fromEntries(configuration.nodes.map((node) => [node.tag, propertiesOf(node)])),
    lastNodeId: configuration.lastTag,
    etag: Math.max(status.configurationIndex, publicUrlsChangedAt),
  };
}

/**
 * A promotion is not over before the joint phase is: until then the former members alone still have to agree, too, so
 * none of them may be stopped on the strength of the new one.
 */
function settledRole({ outgoingMembers }: Configuration, { id, role }: ClusterNode): MemberRole {
  const isNew = role === 'member' && outgoingMembers.length > 0 && !outgoingMembers.includes(id);
  return isNew ? 'promotable' : role;
}

export function clusterStatusOf(status: RachisStatus): ClusterStatus {
  const last = status.transitions.at(-1);
  return {
    state: status.state,
    leader: status.leaderTag,
    term: status.term,
    leadershipMs: status.leadershipMs,
    lastStateChangeReason: last === undefined ? 'started' : `${last.reason} (at ${last.at.toISOString()})`,
    lastLog: { index: status.lastIndex, term: status.lastTerm },
    peers: Object.fromEntries(status.peers.map((peer) => [peer.node.tag, peerStatusOf(peer)])),
  };
}

function peerStatusOf(peer: RachisPeer): PeerStatus {
  return {
    connected: peer.isConnected,
    errorDetails: peer.error,
    lastSent: peer.lastSent,
    lastReply: peer.lastReply,
    lastSentMessage: peer.state === 'snapshot' ? 'InstallSnapshot' : 'Append',
    lastMatchingIndex: peer.matchIndex,
  };
}
