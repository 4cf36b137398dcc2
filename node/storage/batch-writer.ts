import type { ReadGate } from './read-gate.ts';

export interface WriteOptions {
  /** It is to be durable when the write resolves. */
  readonly sync: boolean;
  /** The caller has something else to do meanwhile, and sees to it that nobody reads who must not see half of it. */
  readonly inBackground?: boolean;
}

/** Makes the batches of environments durable, in the order of the calls: a thread of its own, or the caller's. */
export interface BatchWriter {
  /**
   * Makes the environment behind a shared handle known, whose gate each write passes; gives the number to write under.
   * Throws StorageError.
   */
  attach(handle: bigint, columns: readonly string[], gate: ReadGate): Promise<number>;
  /** Resolves when the frame is written. Rejects with the engine's text. */
  write(environment: number, frame: Uint8Array<ArrayBuffer>, options: WriteOptions): Promise<void>;
  /** Lets go of the environment. The owner's handle must outlive it. */
  detach(environment: number): Promise<void>;
}
