import { AttachedReads } from './attached-reads.ts';
import type { HeldReads } from './held-reads.ts';
import { holdColumns } from './hold-columns.ts';
import type { ReadGate } from './read-gate.ts';
import type { KeyRange, StorageScan } from './storage-scan.ts';

/** Reads of an environment that another thread owns, of single moments, too. See `StorageEnvironment.share`. */
export class SharedStorage {
  readonly #reads: AttachedReads;
  readonly #columnCount: number;
  readonly #gate: ReadGate;

  private constructor(reads: AttachedReads, columnCount: number, gate: ReadGate) {
    this.#reads = reads;
    this.#columnCount = columnCount;
    this.#gate = gate;
  }

  static async open(handle: bigint, names: readonly string[], gate: ReadGate): Promise<SharedStorage> {
    const reads = await AttachedReads.open(handle, names);
    gate.reset();
    return new SharedStorage(reads, names.length, gate);
  }

  get sequence(): number {
    return this.#reads.sequence;
  }

  get(column: number, key: Uint8Array): Buffer | undefined {
    return this.#reads.get(column, key);
  }

  getMany(column: number, keys: readonly Uint8Array[]): (Buffer | undefined)[] {
    return this.#reads.getMany(column, keys);
  }

  scan(column: number, range: KeyRange = {}): StorageScan {
    return this.#reads.scan(column, range);
  }

  /** All columns as they are now, however much is written later; close it soon. Writes wait while it is opened. */
  hold(): HeldReads {
    return holdColumns(this.#reads, this.#gate, this.#columnCount);
  }

  close(): Promise<void> {
    return this.#reads.close();
  }
}
