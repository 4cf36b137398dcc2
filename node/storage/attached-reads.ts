import { RocksLevel } from '@nxtedition/rocksdb';
import { LevelReads } from './level-reads.ts';

/** Reads of an environment that another thread owns, through its handle. See `StorageEnvironment.share`. */
export class AttachedReads extends LevelReads {
  readonly #level: RocksLevel;

  private constructor(level: RocksLevel, names: readonly string[]) {
    super(level, names, 'the shared storage');
    this.#level = level;
  }

  static async open(handle: bigint, names: readonly string[]): Promise<AttachedReads> {
    const level = new RocksLevel(handle);
    await level.open({});
    return new AttachedReads(level, names);
  }

  get(column: number, key: Uint8Array): Buffer | undefined {
    return this.getMany(column, [key])[0];
  }

  /**
   * Closes the environment for everybody who has it: the owner is about to, too. Who leaves while others stay only closes
   * its scans.
   */
  async close(): Promise<void> {
    this.closeScans();
    try {
      await this.#level.close();
    } catch {
      // The engine repeats the error of a failed write, which its owner has been told.
    }
  }
}
