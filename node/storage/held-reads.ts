import { ITERATOR_ROWS_PER_CALL } from './limits.ts';
import { StorageClosedError } from './storage-error.ts';
import type { KeyRange, StorageScan } from './storage-scan.ts';

/** Less than or equal to every key: none is empty. */
const FIRST_KEY = Buffer.of(0);

/** Scans of the whole of a column from one moment. */
export interface HeldColumn {
  readonly forwards: StorageScan;
  /** Of a column that is read in reverse, too. */
  readonly backwards?: StorageScan;
}

/** Reads of all columns as they were at one moment, until `close`: the engine keeps what they need so long. */
export class HeldReads {
  /** Of the storage at that moment. */
  readonly sequence: number;
  readonly #columns: readonly HeldColumn[];

  /** @param columns by number */
  constructor(sequence: number, columns: readonly HeldColumn[]) {
    this.sequence = sequence;
    this.#columns = columns;
  }

  /** @throws StorageClosedError when it is closed, or the storage */
  get(column: number, key: Buffer): Buffer | undefined {
    if (key.byteLength === 0) return undefined;
    const scan = this.#scanOf(column, false);
    scan.seek(key);
    const [found, value] = scan.next(1).rows;
    return found?.equals(key) === true ? value : undefined;
  }

  /**
   * Rows in the order of their keys, or the reverse; other reads may come in between. A range that is read in reverse has
   * an upper bound, and its column was held for that.
   *
   * @throws StorageClosedError when it is closed, or the storage
   */
  *scan(column: number, range: KeyRange): Generator<readonly [key: Buffer, value: Buffer]> {
    const isReverse = range.reverse === true;
    let from = isReverse ? lastOf(range) : firstOf(range);
    // Nothing is before the empty key; the engine seeks no such.
    if (from.byteLength === 0) return;
    // A scan in reverse begins at a key that is not asked for, or was given already.
    let given = isReverse ? range.lt : undefined;
    // The first fetch is small: most scans that stop early stop at once.
    for (let size = 8; ; size = ITERATOR_ROWS_PER_CALL) {
      const scan = this.#scanOf(column, isReverse);
      scan.seek(from);
      if (given !== undefined) passBy(scan, given);
      const { rows, finished } = scan.next(size);
      for (let at = 0; at + 1 < rows.length; at += 2) {
        const key = rows[at] as Buffer;
        if (isReverse ? isBefore(key, range) : isBeyond(key, range)) return;
        yield [key, rows[at + 1] as Buffer];
      }
      const last = rows.at(-2);
      if (finished || last === undefined) return;
      from = isReverse ? last : after(last);
      if (isReverse) given = last;
    }
  }

  close(): void {
    for (const { forwards, backwards } of this.#columns) {
      forwards.close();
      backwards?.close();
    }
  }

  #scanOf(number: number, isReverse: boolean): StorageScan {
    const column = this.#columns[number];
    if (column === undefined) throw new TypeError(`There is no column ${number}.`);
    const scan = isReverse ? column.backwards : column.forwards;
    if (scan === undefined) throw new TypeError(`Column ${number} is held to be read forwards only.`);
    if (scan.isClosed) throw new StorageClosedError('What was held of the storage was let go of.');
    return scan;
  }
}

function firstOf({ gte, gt }: KeyRange): Uint8Array {
  if (gte !== undefined && gte.byteLength > 0) return gte;
  return gt === undefined ? FIRST_KEY : after(gt);
}

function lastOf({ lte, lt }: KeyRange): Uint8Array {
  const last = lte ?? lt;
  if (last === undefined) throw new TypeError('A range that is read in reverse has an upper bound.');
  return last;
}

/** The next row of the scan is the one before `key`. */
function passBy(scan: StorageScan, key: Uint8Array): void {
  const [found] = scan.next(1).rows;
  if (found?.equals(key) !== true) scan.seek(found ?? key);
}

function isBeyond(key: Buffer, { lt, lte }: KeyRange): boolean {
  if (lt !== undefined && Buffer.compare(key, lt) >= 0) return true;
  return lte !== undefined && Buffer.compare(key, lte) > 0;
}

function isBefore(key: Buffer, { gt, gte }: KeyRange): boolean {
  if (gt !== undefined && Buffer.compare(key, gt) <= 0) return true;
  return gte !== undefined && Buffer.compare(key, gte) < 0;
}

/** The next possible key. */
function after(key: Uint8Array): Buffer {
  return Buffer.concat([key, FIRST_KEY]);
}
