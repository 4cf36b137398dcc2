import type { RocksLevel } from '@nxtedition/rocksdb';
import { ITERATOR_ROWS_PER_CALL } from './limits.ts';
import { StorageClosedError } from './storage-error.ts';

/** Bounds of a scan; keys compare as bytes. */
export interface KeyRange {
  readonly gte?: Uint8Array;
  readonly gt?: Uint8Array;
  readonly lt?: Uint8Array;
  readonly lte?: Uint8Array;
  readonly reverse?: boolean;
}

/**
 * Rows of a column in key order, from one moment. `for (const [key, value] of scan)` closes it at the end, and fails with
 * a StorageClosedError when it is closed before.
 */
export class StorageScan {
  readonly #iterator: ReturnType<RocksLevel['_iterator']>;
  readonly #onClose: () => void;
  #closed = false;

  constructor(iterator: ReturnType<RocksLevel['_iterator']>, onClose: () => void) {
    this.#iterator = iterator;
    this.#onClose = onClose;
  }

  /** Nothing more is found. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Moves to the first key at or after `key` (at or before it in a reverse scan), within the range. */
  seek(key: Uint8Array): void {
    this.#iterator._seekSync(key as Buffer);
  }

  /** Up to `rows` rows, flat (key, value, key, value …). `finished`: there are no more after these. */
  next(rows: number = ITERATOR_ROWS_PER_CALL): {
    readonly rows: readonly Buffer[];
    readonly finished: boolean;
  } {
    if (this.#closed) return { rows: [], finished: true };
    return this.#iterator._nextvSync(rows);
  }

  *[Symbol.iterator](): Generator<readonly [key: Buffer, value: Buffer]> {
    try {
      // The first fetch is small: most scans that stop early stop at once.
      for (let size = 8; ; size = ITERATOR_ROWS_PER_CALL) {
        if (this.#closed) throw new StorageClosedError('The storage was closed in the middle of a scan.');
        const { rows, finished } = this.next(size);
        for (let i = 0; i + 1 < rows.length; i += 2) yield [rows[i] as Buffer, rows[i + 1] as Buffer];
        if (finished) return;
      }
    } finally {
      this.close();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#iterator._closeSync();
    this.#onClose();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
