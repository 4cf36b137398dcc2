import type { ClusterNode, Configuration } from './core/configuration.ts';
import type { CoreStatus } from './core/core-status.ts';
import type { NodeId } from './core/entry.ts';
import type { RachisState } from './core/ready.ts';
import type { TimingSummary } from './driver/rachis-timings.ts';
import type { TransitionLog } from './driver/transition-log.ts';
import type { LinkStatus } from './transport/rachis-transport.ts';

/** How this node, while it leads, sees another one. */
export interface RachisPeer {
  readonly node: ClusterNode;
  readonly isConnected: boolean;
  readonly error: string | null;
  /** The peer holds the log durably up to here. */
  readonly matchIndex: number;
  /** Index that is sent to it next. */
  readonly nextIndex: number;
  /** Messages with entries that it has not answered. */
  readonly inflight: number;
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
  /** Term of the entry at `lastIndex`. */
  readonly lastTerm: number;
  readonly uncommittedBytes: number;
  /** Bytes of the log's segments on disk. */
  readonly logBytes: number;
  readonly timings: TimingSummary;
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

export interface StatusSources {
  readonly core: CoreStatus;
  readonly tag: string;
  readonly appliedIndex: number;
  readonly transitions: TransitionLog;
  readonly tickMs: number;
  readonly logBytes: number;
  readonly timings: TimingSummary;
  linkOf(id: NodeId): LinkStatus;
}

export function rachisStatusOf(sources: StatusSources): RachisStatus {
  const { core, transitions } = sources;
  const { id, state, term, leader, firstIndex, lastIndex, lastTerm, uncommittedBytes, configuration } = core;
  const leaderTag = configuration?.nodes.find((node) => node.id === leader)?.tag ?? null;
  return {
    id,
    tag: sources.tag,
    state,
    term,
    leader,
    leaderTag,
    commitIndex: core.commit,
    appliedIndex: sources.appliedIndex,
    firstIndex,
    lastIndex,
    lastTerm,
    uncommittedBytes,
    logBytes: sources.logBytes,
    timings: sources.timings,
    configuration,
    configurationIndex: core.configurationIndex,
    peers: peersOf(sources),
    leadershipMs: state === 'Leader' ? performance.now() - transitions.leadingSinceMs : null,
    transitions: transitions.recent,
    leaderChanges: transitions.leaderChanges,
    electionsStarted: transitions.electionsStarted,
  };
}

function peersOf({ core, linkOf, tickMs }: StatusSources): readonly RachisPeer[] {
  const nowMs = performance.now();
  const wallMs = Date.now();
  return core.peers.flatMap((peer) => {
    const node = core.configuration?.nodes.find((candidate) => candidate.id === peer.id);
    if (node === undefined) return [];
    const { isConnected, error, lastSentMs } = linkOf(peer.id);
    return {
      node,
      isConnected,
      error,
      matchIndex: peer.match,
      nextIndex: peer.next,
      inflight: peer.inflight,
      state: peer.state,
      lastSent: lastSentMs === 0 ? null : new Date(wallMs - (nowMs - lastSentMs)),
      lastReply: peer.hasReplied ? new Date(wallMs - peer.lastReplyTicksAgo * tickMs) : null,
    };
  });
}
