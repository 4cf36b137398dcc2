/** Every bound of a Rachis core. Sizes are as `entryBytes` counts them. */
export interface RaftLimits {
  /** Entries in one AppendEntries. */
  readonly entriesPerAppendMax: number;
  /** Bytes in one AppendEntries; a single larger entry still goes, alone. */
  readonly bytesPerAppendMax: number;
  /** AppendEntries on the way to one peer, unanswered. */
  readonly inflightMessagesMax: number;
  /** Bytes on the way to one peer, unanswered. */
  readonly inflightBytesMax: number;
  /** Bytes that a leader accepted and has not committed; more are refused as TooManyUncommitted. */
  readonly uncommittedBytesMax: number;
  /** Entries handed out as committed and not yet confirmed by `applied`. */
  readonly applyingEntriesMax: number;
  /** Reads that wait for a ReadIndex round; more are answered with `index: null`. */
  readonly readsWaitingMax: number;
  /** ReadIndex rounds under way at once; further reads gather for the next one. */
  readonly readRoundsMax: number;
  /** Entries kept before a compaction point, so that a peer a little behind needs no snapshot. */
  readonly logTailEntriesMin: number;
  /** Entries kept at most for a peer that is alive but behind; beyond it a snapshot is cheaper. */
  readonly logTailEntriesMax: number;
  /** Bytes kept at most before a compaction point, whoever may need them: the log is held in memory. */
  readonly logTailBytesMax: number;
  /** The same for a peer that is alive and gets a snapshot, or what followed it: else it would need the next one. */
  readonly heldTailEntriesMax: number;
  readonly heldTailBytesMax: number;
}

/**
 * One AppendEntries of 1 MiB fills a gigabit link for 8 ms, and 8 MiB covers a round trip of 60 ms at that speed.
 * 64 MiB uncommitted is what a node can hold through a slow fsync without hurting its memory budget (150 MB idle).
 */
export const defaultRaftLimits: RaftLimits = Object.freeze({
  entriesPerAppendMax: 1024,
  bytesPerAppendMax: 1024 * 1024,
  inflightMessagesMax: 64,
  inflightBytesMax: 8 * 1024 * 1024,
  uncommittedBytesMax: 64 * 1024 * 1024,
  applyingEntriesMax: 4096,
  readsWaitingMax: 16_384,
  readRoundsMax: 4,
  logTailEntriesMin: 1024,
  logTailEntriesMax: 65_536,
  logTailBytesMax: 32 * 1024 * 1024,
  heldTailEntriesMax: 262_144,
  heldTailBytesMax: 128 * 1024 * 1024,
});
