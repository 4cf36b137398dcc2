import { RocksLevel } from '@nxtedition/rocksdb';
import { LevelReads } from './level-reads.ts';
import type { KeyRange, StorageScan } from './storage-scan.ts';

/** Reads of an environment that another thread owns, through its handle. See `StorageEnvironment.share`. */
export class SharedStorage {
  readonly #level: RocksLevel;
  readonly #reads: LevelReads;

  private constructor(level: RocksLevel, reads: LevelReads) {
    this.#level = level;
    this.#reads = reads;
  }

  static async open(handle: bigint, names: readonly string[]): Promise<SharedStorage> {
    const level = new RocksLevel(handle);
    await level.open({});
    return new SharedStorage(level, new LevelReads(level, names, 'the shared storage'));
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

  async close(): Promise<void> {
    this.#reads.closeScans();
    try {
      await this.#level.close();
    } catch {
      // The engine repeats the error of a failed write, which its owner has been told.
    }
  }
}
