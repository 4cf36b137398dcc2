import type { Configuration } from './configuration.ts';
import type { Entry, NodeId } from './entry.ts';

/**
 * Messages between Rachis cores. Every message carries the sender's term; how a stale or a newer term is treated is
 * the core's matter. The transport may lose, delay, duplicate and reorder them.
 */
export type Message =
  | RequestVote
  | RequestVoteReply
  | AppendEntries
  | AppendEntriesReply
  | Heartbeat
  | HeartbeatReply
  | InstallSnapshot
  | InstallSnapshotReply
  | TimeoutNow;

interface Envelope {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly term: number;
}

export interface RequestVote extends Envelope {
  readonly type: 'RequestVote';
  /** A trial (pre-vote) asks for the term that the candidate would take; nobody's term or vote changes by it. */
  readonly isTrial: boolean;
  /** A leadership transfer: voters ignore leader stickiness. */
  readonly isForced: boolean;
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
}

export interface RequestVoteReply extends Envelope {
  readonly type: 'RequestVoteReply';
  readonly isTrial: boolean;
  readonly granted: boolean;
  /** Why not, for people. */
  readonly reason?: string;
  /**
   * Only from a leader: its commit position, with the asker in neither the configuration in force there nor a later
   * one. A node whose own configuration is not newer than this position has been removed.
   */
  readonly removedAsOf?: { readonly index: number; readonly term: number };
}

export interface AppendEntries extends Envelope {
  readonly type: 'AppendEntries';
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly entries: readonly Entry[];
  readonly leaderCommit: number;
}

export interface AppendEntriesReply extends Envelope {
  readonly type: 'AppendEntriesReply';
  readonly success: boolean;
  /** On success: last index known to match the leader's log and durable here. On refusal: the refused previousIndex. */
  readonly matchIndex: number;
  /** On refusal: a hint, the highest (index, term) here that could still match (term-wise back-off). */
  readonly hintIndex: number;
  readonly hintTerm: number;
}

/** Carries `min(match, commit)` and a read context; never entries. */
export interface Heartbeat extends Envelope {
  readonly type: 'Heartbeat';
  readonly leaderCommit: number;
  /** Identifies the ReadIndex round that this heartbeat confirms; 0 when none. */
  readonly readContext: number;
  /** false: it only tells what is committed. Answers to the regular ones say who is there. */
  readonly wantsReply: boolean;
}

export interface HeartbeatReply extends Envelope {
  readonly type: 'HeartbeatReply';
  readonly readContext: number;
  readonly lastLogIndex: number;
}

/** Position and configuration of a snapshot; the driver carries its content. */
export interface SnapshotMetadata {
  readonly index: number;
  readonly term: number;
  readonly configuration: Configuration;
}

export interface InstallSnapshot extends Envelope {
  readonly type: 'InstallSnapshot';
  readonly snapshot: SnapshotMetadata;
}

export interface InstallSnapshotReply extends Envelope {
  readonly type: 'InstallSnapshotReply';
  readonly success: boolean;
  readonly lastLogIndex: number;
}

/** The leader tells the transfer target to campaign at once. */
export interface TimeoutNow extends Envelope {
  readonly type: 'TimeoutNow';
}
