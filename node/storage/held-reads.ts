import { ITERATOR_ROWS_PER_CALL } from './limits.ts';
import type { KeyRange, StorageScan } from './storage-scan.ts';

/** Less than or equal to every key. */
const FIRST_KEY = Buffer.of(0);

/** Reads of all columns as they were at one moment, until `close`: the engine keeps what they need so long. */
export class HeldReads {
  /** Of the storage at that moment. */
  readonly sequence: number;
  readonly #columns: readonly StorageScan[];

  /** @param columns by number: a scan of the whole of each */
  constructor(sequence: number, columns: readonly StorageScan[]) {
    this.sequence = sequence;
    this.#columns = columns;
  }

  get(column: number, key: Buffer): Buffer | undefined {
    const scan = this.#columnAt(column);
    scan.seek(key);
    const [found, value] = scan.next(1).rows;
    return found?.equals(key) === true ? value : undefined;
  }

  /** Rows in the order of their keys; other reads may come in between. A range can't be read in reverse. */
  *scan(column: number, range: KeyRange): Generator<readonly [key: Buffer, value: Buffer]> {
    if (range.reverse === true) throw new TypeError('What is held is read forwards only.');
    const scan = this.#columnAt(column);
    let from = range.gte ?? (range.gt === undefined ? FIRST_KEY : after(range.gt));
    // The first fetch is small: most scans that stop early stop at once.
    for (let size = 8; ; size = ITERATOR_ROWS_PER_CALL) {
      scan.seek(from);
      const { rows, finished } = scan.next(size);
      for (let at = 0; at + 1 < rows.length; at += 2) {
        const key = rows[at] as Buffer;
        if (isBeyond(key, range)) return;
        yield [key, rows[at + 1] as Buffer];
      }
      const last = rows.at(-2);
      if (finished || last === undefined) return;
      from = after(last);
    }
  }

  close(): void {
    for (const scan of this.#columns) scan.close();
  }

  #columnAt(number: number): StorageScan {
    const column = this.#columns[number];
    if (column === undefined) throw new TypeError(`There is no column ${number}.`);
    return column;
  }
}

function isBeyond(key: Buffer, { lt, lte }: KeyRange): boolean {
  if (lt !== undefined && Buffer.compare(key, lt) >= 0) return true;
  return lte !== undefined && Buffer.compare(key, lte) > 0;
}

/** The next possible key. */
function after(key: Uint8Array): Buffer {
  return Buffer.concat([key, FIRST_KEY]);
}
