import type { ReadGate } from './read-gate.ts';

/** Makes the batches of environments durable, in the order of the calls: a thread of its own, or the caller's. */
export interface BatchWriter {
  /**
   * Makes the environment behind a shared handle known, whose gate each write passes; gives the number to write under.
   * Throws StorageError.
   */
  attach(handle: bigint, columns: readonly string[], gate: ReadGate): Promise<number>;
  /** Resolves when the frame is written (with `sync`: when it is durable). Rejects with the engine's text. */
  write(environment: number, frame: Uint8Array<ArrayBuffer>, sync: boolean): Promise<void>;
  /** Lets go of the environment. The owner's handle must outlive it. */
  detach(environment: number): Promise<void>;
}
