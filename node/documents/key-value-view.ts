import type { KeyRange } from '../storage/storage-scan.ts';
import type { ReadClock } from './consistent-read.ts';

/** What a reader reads from: the storage, or the storage under the effects that are not durable yet. */
export interface KeyValueView {
  get(column: number, key: Buffer): Buffer | undefined;
  /** In the order of `keys`, `undefined` where there is nothing. */
  getMany(column: number, keys: readonly Buffer[]): (Buffer | undefined)[];
  /** Rows in the order of their keys, or the reverse. */
  scan(column: number, range: KeyRange): Iterable<readonly [key: Buffer, value: Buffer]>;
}

/** Reads of a storage, whoever owns it. */
export interface ReadableStorage {
  get(column: number, key: Uint8Array): Buffer | undefined;
  getMany(column: number, keys: readonly Uint8Array[]): (Buffer | undefined)[];
  scan(column: number, range: KeyRange): Iterable<readonly [key: Buffer, value: Buffer]>;
  readonly sequence: number;
}

/** What is durable. Counts its accesses: one alone is consistent by itself. */
export class DurableView implements KeyValueView, ReadClock {
  readonly #environment: ReadableStorage;
  #accesses = 0;

  constructor(environment: ReadableStorage) {
    this.#environment = environment;
  }

  get accesses(): number {
    return this.#accesses;
  }

  /** Grows with every write that became visible. */
  get sequence(): number {
    return this.#environment.sequence;
  }

  get(column: number, key: Buffer): Buffer | undefined {
    this.#accesses++;
    return this.#environment.get(column, key);
  }

  getMany(column: number, keys: readonly Buffer[]): (Buffer | undefined)[] {
    if (keys.length === 0) return [];
    this.#accesses++;
    return this.#environment.getMany(column, keys);
  }

  scan(column: number, range: KeyRange): Iterable<readonly [Buffer, Buffer]> {
    this.#accesses++;
    return this.#environment.scan(column, range);
  }
}
