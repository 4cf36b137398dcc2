/** Messages between the main thread and the writer thread of a node. */
export type WriterRequest =
  | {
      readonly kind: 'open';
      readonly environment: number;
      readonly handle: bigint;
      readonly columns: readonly string[];
      /** Memory of its ReadGate. */
      readonly gate: SharedArrayBuffer;
    }
  | {
      readonly kind: 'write';
      readonly environment: number;
      readonly ticket: number;
      readonly frame: Uint8Array<ArrayBuffer>;
      readonly sync: boolean;
    }
  | { readonly kind: 'close'; readonly environment: number }
  | { readonly kind: 'stop' };

export type WriterReply =
  | { readonly kind: 'opened'; readonly environment: number }
  | {
      readonly kind: 'written';
      readonly environment: number;
      readonly ticket: number;
      /** The frame's memory, back for the next one. */
      readonly memory: ArrayBuffer;
      /** Absent on success: the engine's own text. */
      readonly error?: string;
      /** Time in RocksDB, in microseconds; almost all of it is the sync. */
      readonly microseconds: number;
    }
  | { readonly kind: 'closed'; readonly environment: number };
