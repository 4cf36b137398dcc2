import type { ColumnHandle, RocksLevel } from '@nxtedition/rocksdb';
import { ITERATOR_BYTES_PER_CALL } from './limits.ts';
import { StorageError } from './storage-error.ts';
import { type KeyRange, StorageScan } from './storage-scan.ts';

/** An empty buffer has no memory, and the engine ends the process when it sorts such a key. */
const EMPTY_KEY = Buffer.alloc(1).subarray(1);

/** Reads of one opening of the engine, in whichever thread. Whoever has it knows whether the engine is open. */
export class LevelReads {
  readonly #level: RocksLevel;
  readonly #columns: readonly { readonly column: ColumnHandle }[];
  /** For messages: a path, or what else names the environment. */
  readonly #place: string;
  readonly #ignoreRangeDeletions: boolean;
  readonly #openScans = new Set<StorageScan>();

  /**
   * @param names of the columns, by number
   * @param showDeletedRanges see `StorageOptions`
   * @throws StorageError when there is no column of a name
   */
  constructor(level: RocksLevel, names: readonly string[], place: string, showDeletedRanges = false) {
    this.#level = level;
    this.#ignoreRangeDeletions = showDeletedRanges;
    this.#place = place;
    this.#columns = names.map((name) => {
      const column = level.columns[name];
      if (column === undefined) throw new StorageError(`Column ${name} is missing in ${place}.`);
      return { column };
    });
  }

  /** Grows with every write that became visible: two reads with the same number in between saw the same moment. */
  get sequence(): number {
    return this.#level.sequence;
  }

  /** Values in the order of `keys`, `undefined` where there is none; all from one moment. */
  getMany(column: number, keys: readonly Uint8Array[]): (Buffer | undefined)[] {
    const given = keys.map((key) => (key.byteLength === 0 ? EMPTY_KEY : (key as Buffer)));
    return this.#level._getManySync(given, this.#column(column));
  }

  /** A scan over one moment of the column; close it (or exhaust it with `for of`). */
  scan(column: number, range: KeyRange): StorageScan {
    const iterator = this.#level._iterator({
      ...(range as Record<string, Buffer>),
      reverse: range.reverse ?? false,
      ...this.#column(column),
      ignoreRangeDeletions: this.#ignoreRangeDeletions,
      highWaterMarkBytes: ITERATOR_BYTES_PER_CALL,
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    });
    // Closed synchronously, it would stay there for as long as the level is open.
    this.#level.detachResource(iterator);
    const scan = new StorageScan(iterator, () => this.#openScans.delete(scan));
    this.#openScans.add(scan);
    return scan;
  }

  /** Of the column, for those who write it themselves. */
  handleOf(column: number): ColumnHandle {
    return this.#column(column).column;
  }

  /** Before the engine closes: a scan keeps it busy. */
  closeScans(): void {
    for (const scan of this.#openScans) scan.close();
  }

  #column(index: number): { readonly column: ColumnHandle } {
    const column = this.#columns[index];
    if (column === undefined) throw new StorageError(`There is no column ${index} in ${this.#place}.`);
    return column;
  }
}
