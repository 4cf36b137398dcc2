import { type ColumnHandle, RocksLevel } from '@nxtedition/rocksdb';
import { ITERATOR_BYTES_PER_CALL } from './limits.ts';
import { type KeyRange, StorageScan } from './storage-environment.ts';
import { StorageError } from './storage-error.ts';

/** Reads of an environment that another thread owns, through its handle. See `StorageEnvironment.share`. */
export class SharedStorage {
  readonly #level: RocksLevel;
  readonly #columns: readonly { readonly column: ColumnHandle }[];
  readonly #openScans = new Set<StorageScan>();

  private constructor(level: RocksLevel, columns: readonly { readonly column: ColumnHandle }[]) {
    this.#level = level;
    this.#columns = columns;
  }

  static async open(handle: bigint, names: readonly string[]): Promise<SharedStorage> {
    const level = new RocksLevel(handle);
    await level.open({});
    const columns = names.map((name) => {
      const column = level.columns[name];
      if (column === undefined) throw new StorageError(`Column ${name} is missing from the shared handle.`);
      return { column };
    });
    return new SharedStorage(level, columns);
  }

  get sequence(): number {
    return this.#level.sequence;
  }

  get(column: number, key: Uint8Array): Buffer | undefined {
    return this.getMany(column, [key])[0];
  }

  getMany(column: number, keys: readonly Uint8Array[]): (Buffer | undefined)[] {
    return this.#level._getManySync(keys as Buffer[], this.#column(column));
  }

  scan(column: number, range: KeyRange = {}): StorageScan {
    const iterator = this.#level._iterator({
      ...(range as Record<string, Buffer>),
      reverse: range.reverse ?? false,
      ...this.#column(column),
      highWaterMarkBytes: ITERATOR_BYTES_PER_CALL,
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    });
    const scan = new StorageScan(iterator, () => this.#openScans.delete(scan));
    this.#openScans.add(scan);
    return scan;
  }

  async close(): Promise<void> {
    for (const scan of this.#openScans) scan.close();
    try {
      await this.#level.close();
    } catch {
      // The engine repeats the error of a failed write, which its owner has been told.
    }
  }

  #column(index: number): { readonly column: ColumnHandle } {
    const column = this.#columns[index];
    if (column === undefined) throw new StorageError(`There is no column ${index} in the shared storage.`);
    return column;
  }
}
