import type { Entry } from './core/entry.ts';
import type { SnapshotMetadata } from './core/message.ts';

/** The content of a snapshot, all from one moment. Close it when done: it pins storage. */
export interface SnapshotSource {
  /** The content is what the entries up to here made. */
  readonly index: number;
  /** Pieces of at most SNAPSHOT_CHUNK_BYTES or little more; `restore` gets the same pieces in the same order. */
  chunks(): Iterable<Uint8Array>;
  close(): void;
}

/**
 * What Rachis replicates. It must come to the same state on every node from the same entries: no clock, no randomness.
 * It may see the same command twice (a leader was lost after it appended it, and the proposer tried again) and must
 * recognise that.
 */
export interface RachisStateMachine {
  /** What the effects of are visible here; on open, what is on disk. */
  readonly appliedIndex: number;
  /** Bytes of commands that are applied and not yet given to storage; they are held in memory. */
  readonly unwrittenBytes: number;
  /** Set on open when a restore was cut off: nothing here is usable until the same one is done again. */
  readonly interruptedRestore: SnapshotMetadata | null;
  /** The snapshot that was restored last, if any. */
  readonly restoredSnapshot: SnapshotMetadata | null;
  /**
   * Applies entries of every kind, in order. Total: an error is a value. Gives one plain value (msgpack) for each entry.
   * Effects are visible when it returns, and may become durable later, together with the applied index.
   */
  apply(entries: readonly Entry[]): readonly unknown[];
  /** Makes durable what is applied; resolves with the index up to which it is. */
  flush(): Promise<number>;
  snapshot(): Promise<SnapshotSource>;
  /** Replaces everything. Resolves when that is durable; a crash before leaves `interruptedRestore` set. */
  restore(metadata: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<void>;
}
