/**
 * The part of `@nxtedition/rocksdb` 12.2.12 that we call; the package ships no types. Underscore methods are its
 * synchronous API, used by its own authors in production.
 */
declare module '@nxtedition/rocksdb' {
  /** Opaque handle of a column family, valid in the thread that opened it. */
  export interface ColumnHandle {
    readonly __columnHandle: never;
  }

  export interface ColumnOptions {
    /** Level compaction sizes its memtables from `memtableMemoryBudget` (a quarter each). */
    compaction?: 'level' | 'universal';
    memtableMemoryBudget?: number;
    /** true: ZSTD with a 16 KB dictionary on every level; false: none above level 2. */
    compression?: boolean;
    cacheSize?: number;
    cacheIndexAndFilterBlocks?: boolean;
    optimize?: 'point-lookup' | 'range-lookup';
    blockSize?: number;
  }

  export interface OpenOptions extends ColumnOptions {
    createIfMissing?: boolean;
    errorIfExists?: boolean;
    parallelism?: number;
    walCompression?: boolean;
    columns?: Record<string, ColumnOptions>;
  }

  export interface IteratorOptions {
    column?: ColumnHandle;
    gte?: Buffer;
    gt?: Buffer;
    lt?: Buffer;
    lte?: Buffer;
    reverse?: boolean;
    limit?: number;
    keys?: boolean;
    values?: boolean;
    fillCache?: boolean;
    ignoreRangeDeletions?: boolean;
    highWaterMarkBytes?: number;
    keyEncoding?: 'buffer';
    valueEncoding?: 'buffer';
  }

  export interface NativeIterator {
    /** `rows` is flat: key, value, key, value … */
    _nextvSync(size: number): { rows: Buffer[]; finished: boolean };
    _seekSync(target: Buffer): void;
    _closeSync(): void;
  }

  export interface NativeBatch {
    _put(key: Buffer, value: Buffer, options: { column: ColumnHandle }): void;
    _del(key: Buffer, options: { column: ColumnHandle }): void;
    _writeSync(options: { sync: boolean }): void;
    _closeSync(): void;
    readonly length: number;
  }

  export class RocksLevel {
    constructor(locationOrHandle: string | bigint, options?: object);
    open(options: OpenOptions): Promise<void>;
    close(): Promise<void>;
    readonly handle: bigint;
    readonly sequence: number;
    readonly columns: Record<string, ColumnHandle>;
    getProperty(property: string): string;
    _getManySync(
      keys: Buffer[],
      options: { column: ColumnHandle; fillCache?: boolean },
    ): (Buffer | undefined)[];
    _iterator(options: IteratorOptions): NativeIterator;
    /** Without a limit: one range tombstone, written at once. Rejects with the engine's error. */
    _clear(options: { column: ColumnHandle; gte: Buffer; lt: Buffer }): Promise<void>;
    _chainedBatch(): NativeBatch;
    /** An iterator or a batch is kept by its level, to be closed with it, until `close()`, which the synchronous API has none of. */
    detachResource(resource: NativeIterator | NativeBatch): void;
  }
}
