import type { Configuration } from './configuration.ts';
import type { CoreState } from './core-state.ts';
import type { NodeId } from './entry.ts';
import type { ProgressState } from './progress.ts';
import type { RachisState } from './ready.ts';

/** What a leader knows of one peer. Promoting a promotable is the driver's decision, and this is what it rests on. */
export interface PeerStatus {
  readonly id: NodeId;
  /** The peer holds the leader's log durably up to here. */
  readonly match: number;
  readonly next: number;
  readonly state: ProgressState;
  /** AppendEntries on their way. */
  readonly inflight: number;
  readonly lastReplyTicksAgo: number;
  /** Whether it ever answered in this term. */
  readonly hasReplied: boolean;
}

export interface CoreStatus {
  readonly id: NodeId;
  readonly state: RachisState;
  readonly term: number;
  readonly votedFor: NodeId | null;
  readonly leader: NodeId | null;
  readonly commit: number;
  readonly applied: number;
  /** Last index that is durable here. */
  readonly stable: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The configuration in force, and where it stands in the log. */
  readonly configuration: Configuration | null;
  readonly configurationIndex: number;
  readonly isConfigurationCommitted: boolean;
  readonly transferTarget: NodeId | null;
  /** Bytes accepted and not committed; 0 unless leading. */
  readonly uncommittedBytes: number;
  /** Empty unless leading. */
  readonly peers: readonly PeerStatus[];
}

export function statusOf(state: CoreState): CoreStatus {
  const { leadership, log } = state;
  const current = state.configurations.current;
  return {
    id: state.id,
    state: state.role,
    term: state.term,
    votedFor: state.votedFor,
    leader: state.leader,
    commit: state.commit,
    applied: state.applied,
    stable: state.durability.stableIndex,
    firstIndex: log.firstIndex,
    lastIndex: log.lastIndex,
    lastTerm: log.lastTerm,
    configuration: current?.configuration ?? null,
    configurationIndex: current?.index ?? 0,
    isConfigurationCommitted: current !== null && current.index <= state.commit,
    transferTarget: leadership?.transfer?.target ?? null,
    uncommittedBytes: leadership?.uncommittedBytes ?? 0,
    peers: [...(leadership?.peers ?? [])].map(([id, progress]) => ({
      id,
      match: progress.match,
      next: progress.next,
      state: progress.state,
      inflight: progress.inflight.count,
      lastReplyTicksAgo: state.tick - progress.lastReplyTick,
      hasReplied: progress.hasReplied,
    })),
  };
}
