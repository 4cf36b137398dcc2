import type { ClusterNode, Configuration } from './core/configuration.ts';
import type { CoreStatus } from './core/core-status.ts';
import type { NodeId } from './core/entry.ts';
import type { RachisState } from './core/ready.ts';
import type { LinkStatus } from './transport/rachis-transport.ts';

/** How this node, while it leads, sees another one. */
export interface RachisPeer {
  readonly node: ClusterNode;
  readonly isConnected: boolean;
  readonly error: string | null;
  /** The peer holds the log durably up to here. */
  readonly matchIndex: number;
  readonly state: 'probe' | 'replicate' | 'snapshot';
  readonly lastSent: Date | null;
  readonly lastReply: Date | null;
}

export interface Transition {
  readonly at: Date;
  readonly state: RachisState;
  readonly term: number;
  readonly leader: NodeId | null;
  readonly reason: string;
}

export interface RachisStatus {
  readonly id: NodeId;
  /** `?` unless this node is of the cluster. */
  readonly tag: string;
  readonly state: RachisState;
  readonly term: number;
  readonly leader: NodeId | null;
  readonly leaderTag: string | null;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly uncommittedBytes: number;
  readonly configuration: Configuration | null;
  /** Where the configuration in force stands in the log. */
  readonly configurationIndex: number;
  /** Empty unless leading. */
  readonly peers: readonly RachisPeer[];
  /** How long this node has been leading, in milliseconds; null when it doesn't. */
  readonly leadershipMs: number | null;
  /** Newest last. */
  readonly transitions: readonly Transition[];
  readonly leaderChanges: number;
  readonly electionsStarted: number;
}

export function peersOf(
  core: CoreStatus,
  linkOf: (id: NodeId) => LinkStatus,
  tickMs: number,
  now: { readonly wallMs: number; readonly monotonicMs: number },
): readonly RachisPeer[] {
  return core.peers.flatMap((peer) => {
    const node = core.configuration?.nodes.find((candidate) => candidate.id === peer.id);
    if (node === undefined) return [];
    const link = linkOf(peer.id);
    const sentAgoMs = now.monotonicMs - link.lastSentMs;
    return {
      node,
      isConnected: link.isConnected,
      error: link.error,
      matchIndex: peer.match,
      state: peer.state,
      lastSent: link.lastSentMs === 0 ? null : new Date(now.wallMs - sentAgoMs),
      lastReply: peer.hasReplied ? new Date(now.wallMs - peer.lastReplyTicksAgo * tickMs) : null,
    };
  });
}
