import type { Configuration } from './configuration.ts';
import type { Entry, NodeId } from './entry.ts';
import type { Message, SnapshotMetadata } from './message.ts';

/** Term and vote: one durable unit. */
export interface HardState {
  readonly term: number;
  readonly votedFor: NodeId | null;
}

/** RavenDB's names for the Raft states. */
export type RachisState = 'Passive' | 'Follower' | 'Candidate' | 'LeaderElect' | 'Leader';

/** What must become durable, as one unit, in the order of the tickets. */
export interface PersistRequest {
  /** Grows by one; `persisted(ticket)` confirms this and all earlier ones. */
  readonly ticket: number;
  /** Present when term or vote changed. */
  readonly hardState?: HardState;
  /** Replace everything from `entries[0].index` on by these; contiguous. May be empty. */
  readonly entries: readonly Entry[];
  /** Present when a snapshot was received: its content is installed (by the driver) before `persisted` is called. */
  readonly snapshot?: SnapshotMetadata;
  /**
   * Present when an unsafe recovery has rewritten a log that starts after a compaction point: that point, with the new
   * configuration. The state machine has its content already; `entries` are the whole log after it.
   */
  readonly rewrittenAfter?: SnapshotMetadata;
}

/** The answer to `readIndex(context)`. */
export interface ReadState {
  readonly context: number;
  /** The read may be served once this index is applied locally. `null`: leadership was lost, ask again. */
  readonly index: number | null;
}

/**
 * All that a core wants done after some inputs. The driver does the parts in any order, with one exception that the
 * shape enforces: a message that depends on a persist is not in `messages` before `persisted(ticket)` was called.
 */
export interface Ready {
  readonly persist: PersistRequest | null;
  readonly messages: readonly Message[];
  /** Newly committed entries, in order, each handed out exactly once; confirm by `applied(index)`. */
  readonly committed: readonly Entry[];
  readonly readStates: readonly ReadState[];
  /** Present when state, term, leader or the configuration in force changed. */
  readonly change: RoleChange | null;
}

export interface RoleChange {
  readonly state: RachisState;
  readonly term: number;
  readonly leader: NodeId | null;
  readonly configuration: Configuration | null;
  /** Why, for people and for the transition log. */
  readonly reason: string;
}
