import { DATABASE_COLUMNS } from '../../../node/documents/columns.ts';
import type { KeyValueView } from '../../../node/documents/key-value-view.ts';
import type { KeyRange } from '../../../node/storage/storage-scan.ts';
import { visitBatch, type WriteBatch } from '../../../node/storage/write-batch.ts';

interface Row {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Storage of a simulated database: columns as sorted lists in memory. Every batch becomes visible at once. */
export class MemoryStorage implements KeyValueView {
  readonly #columns: readonly Row[][] = DATABASE_COLUMNS.map(() => []);

  get(column: number, key: Buffer): Buffer | undefined {
    const rows = this.#rows(column);
    const row = rows[this.#position(rows, key)];
    return row?.key.equals(key) === true ? row.value : undefined;
  }

  getMany(column: number, keys: readonly Buffer[]): (Buffer | undefined)[] {
    return keys.map((key) => this.get(column, key));
  }

  *scan(column: number, range: KeyRange): Generator<readonly [Buffer, Buffer]> {
    const all = this.#rows(column);
    const from = Math.max(this.#edge(all, range.gte, false, 0), this.#edge(all, range.gt, true, 0));
    const to = Math.min(
      this.#edge(all, range.lt, false, all.length),
      this.#edge(all, range.lte, true, all.length),
    );
    const rows = all.slice(from, Math.max(from, to));
    for (const { key, value } of range.reverse === true ? rows.reverse() : rows) yield [key, value];
  }

  write(batch: WriteBatch): void {
    visitBatch(batch.take(), {
      put: (column, key, value) => this.#put(column, key, value),
      delete: (column, key) => {
        const rows = this.#rows(column);
        const at = this.#position(rows, key);
        if (rows[at]?.key.equals(key) === true) rows.splice(at, 1);
      },
    });
  }

  #put(column: number, key: Buffer, value: Buffer): void {
    const rows = this.#rows(column);
    const at = this.#position(rows, key);
    const isKnown = rows[at]?.key.equals(key) === true;
    rows.splice(at, isKnown ? 1 : 0, { key, value });
  }

  #rows(column: number): Row[] {
    const rows = this.#columns[column];
    if (rows === undefined) throw new RangeError(`There is no column ${column}.`);
    return rows;
  }

  /** Of the first row at a key, or after it; `otherwise` where there is no key. */
  #edge(rows: readonly Row[], key: Uint8Array | undefined, isAfter: boolean, otherwise: number): number {
    if (key === undefined) return otherwise;
    const at = this.#position(rows, key);
    return isAfter && rows[at]?.key.equals(key) === true ? at + 1 : at;
  }

  /** Of the first row at or after the key. */
  #position(rows: readonly Row[], key: Uint8Array): number {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Buffer.compare((rows[middle] as Row).key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
