import { RocksLevel } from '@nxtedition/rocksdb';
import type { HeldReads } from './held-reads.ts';
import { holdColumns } from './hold-columns.ts';
import { LevelReads } from './level-reads.ts';
import type { ReadGate } from './read-gate.ts';
import type { KeyRange, StorageScan } from './storage-scan.ts';

/** Reads of an environment that another thread owns, through its handle. See `StorageEnvironment.share`. */
export class SharedStorage {
  readonly #level: RocksLevel;
  readonly #reads: LevelReads;
  readonly #columnCount: number;
  readonly #gate: ReadGate;

  private constructor(level: RocksLevel, names: readonly string[], gate: ReadGate) {
    this.#level = level;
    this.#reads = new LevelReads(level, names, 'the shared storage');
    this.#columnCount = names.length;
    this.#gate = gate;
  }

  static async open(handle: bigint, names: readonly string[], gate: ReadGate): Promise<SharedStorage> {
    const level = new RocksLevel(handle);
    await level.open({});
    gate.reset();
    return new SharedStorage(level, names, gate);
  }

  get sequence(): number {
    return this.#reads.sequence;
  }

  get(column: number, key: Uint8Array): Buffer | undefined {
    return this.getMany(column, [key])[0];
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

  async close(): Promise<void> {
    this.#reads.closeScans();
    try {
      await this.#level.close();
    } catch {
      // The engine repeats the error of a failed write, which its owner has been told.
    }
  }
}
