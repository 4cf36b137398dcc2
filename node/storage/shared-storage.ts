import { RocksLevel } from '@nxtedition/rocksdb';
import { HeldReads } from './held-reads.ts';
import { LevelReads } from './level-reads.ts';
import { HOLD_TRIES_MAX } from './limits.ts';
import type { ReadGate } from './read-gate.ts';
import { StorageError } from './storage-error.ts';
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
    return this.#gate.whileClosed(() => {
      // Only writes that had begun before come in between.
      for (let tries = 0; tries < HOLD_TRIES_MAX; tries++) {
        const { sequence } = this.#reads;
        const columns = Array.from({ length: this.#columnCount }, (_, column) =>
          this.#reads.scan(column, {}),
        );
        const held = new HeldReads(sequence, columns);
        if (this.#reads.sequence === sequence) return held;
        held.close();
      }
      throw new StorageError(`The storage was written to ${HOLD_TRIES_MAX} times while nobody may write.`);
    });
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
