import type { SnapshotMetadata } from '../core/message.ts';
import { COMPACT_AFTER_BYTES, COMPACT_AFTER_ENTRIES, COMPACT_AFTER_MS } from '../limits.ts';
import type { RaftLogFiles } from '../log/raft-log-files.ts';
import type { RachisStateMachine } from '../state-machine.ts';

/**
 * Decides when the log is compacted: by entries, by bytes and by age, whether or not every peer has them. What a peer
 * still needs and finds gone, it gets as a snapshot.
 */
export class Compaction {
  readonly #stateMachine: RachisStateMachine;
  readonly #log: RaftLogFiles;
  #lastIndex: number;
  #lastBytes = 0;
  #lastMs = performance.now();
  #running: Promise<void> | null = null;

  constructor(stateMachine: RachisStateMachine, log: RaftLogFiles) {
    this.#stateMachine = stateMachine;
    this.#log = log;
    this.#lastIndex = stateMachine.appliedIndex;
  }

  /** `compact` drops the entries from memory and says up to where the stored log may go. */
  consider(applied: number, compact: (durable: number) => SnapshotMetadata | null): Promise<void> {
    const isDue =
      applied - this.#lastIndex >= COMPACT_AFTER_ENTRIES ||
      this.#log.byteLength - this.#lastBytes >= COMPACT_AFTER_BYTES ||
      performance.now() - this.#lastMs >= COMPACT_AFTER_MS;
    if (!isDue || this.#running !== null) return Promise.resolve();
    this.#lastIndex = applied;
    this.#lastMs = performance.now();
    this.#running = this.#run(compact);
    return this.#running;
  }

  async idle(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  async #run(compact: (durable: number) => SnapshotMetadata | null): Promise<void> {
    try {
      // Only what the state machine can't lose any more may leave the log.
      const point = compact(await this.#stateMachine.flush());
      if (point !== null) await this.#log.compact(point);
      this.#lastBytes = this.#log.byteLength;
    } finally {
      this.#running = null;
    }
  }
}
