import type { KeyRange, StorageEnvironment } from '../storage/storage-environment.ts';

/** What a reader reads from: the storage, or the storage under the effects that are not durable yet. */
export interface KeyValueView {
  get(column: number, key: Buffer): Buffer | undefined;
  /** In the order of `keys`, `undefined` where there is nothing. */
  getMany(column: number, keys: readonly Buffer[]): (Buffer | undefined)[];
  /** Rows in the order of their keys, or the reverse. */
  scan(column: number, range: KeyRange): Iterable<readonly [key: Buffer, value: Buffer]>;
}

/** What is durable. Counts its accesses: one alone is consistent by itself. */
export class DurableView implements KeyValueView {
  readonly #environment: StorageEnvironment;
  #accesses = 0;

  constructor(environment: StorageEnvironment) {
    this.#environment = environment;
  }

  get accesses(): number {
    return this.#accesses;
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
