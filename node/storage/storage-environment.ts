import { RocksLevel } from '@nxtedition/rocksdb';
import type { BatchWriter, WriteOptions } from './batch-writer.ts';
import type { HeldReads } from './held-reads.ts';
import { holdColumns } from './hold-columns.ts';
import { LevelReads } from './level-reads.ts';
import {
  LARGE_BLOCK_CACHE_BYTES,
  LARGE_MEMTABLE_BUDGET_BYTES,
  SMALL_BLOCK_CACHE_BYTES,
  SMALL_MEMTABLE_BUDGET_BYTES,
} from './limits.ts';
import { ReadGate } from './read-gate.ts';
import { StorageClosedError, storageErrorFrom } from './storage-error.ts';
import type { KeyRange, StorageScan } from './storage-scan.ts';
import type { WriteBatch } from './write-batch.ts';

/** One column family. `large` columns hold bodies and get the bigger memtable. */
export interface ColumnDefinition {
  readonly name: string;
  readonly large?: boolean;
  /** What is held of the environment can be read in reverse there. */
  readonly reversed?: boolean;
}

export interface StorageOptions {
  /** Folder of the environment; made if missing. */
  readonly path: string;
  /** Columns by number: the number is the position. New ones may be appended from version to version. */
  readonly columns: readonly ColumnDefinition[];
  readonly writer: BatchWriter;
  /** false: writes are not synced (a node that runs "in memory" and may forget everything). Default true. */
  readonly durable?: boolean;
  /**
   * Scans may show what `deleteRange` has deleted, for as long as the engine has it, since nobody scans those ranges
   * again. To look for deleted ranges makes scans beside them up to a thousand times as slow.
   */
  readonly showDeletedRanges?: boolean;
}

/** Somebody in another thread who reads the environment through its handle, and must let go before it closes. */
export interface StorageGuest {
  /** `gate`: memory of its ReadGate. */
  attach(handle: bigint, columns: readonly string[], gate: SharedArrayBuffer): Promise<void>;
  /** Resolves when nothing of the handle is used any more. */
  detach(): Promise<void>;
}

/**
 * One RocksDB environment: several column families under one write-ahead log. Reads are synchronous; writes go
 * through the node's writer thread and resolve when they are durable. The narrow door to the engine: nothing above
 * this room knows which binding it is.
 */
export class StorageEnvironment {
  readonly path: string;
  readonly #options: StorageOptions;
  readonly #durable: boolean;
  #engine: Engine;
  readonly #guests = new Set<StorageGuest>();
  #pending = 0;
  #drained: (() => void)[] = [];
  #isEngineOpen = true;
  #closed = false;

  private constructor(options: StorageOptions, engine: Engine) {
    this.path = options.path;
    this.#options = options;
    this.#durable = options.durable ?? true;
    this.#engine = engine;
  }

  /** Opens, and recovers what the write-ahead log holds. Throws StorageError. */
  static async open(options: StorageOptions): Promise<StorageEnvironment> {
    return new StorageEnvironment(options, await openEngine(options));
  }

  /**
   * Closes the engine and opens it again: after a failed write it refuses all others until then, also when the cause
   * has gone. Other calls throw StorageClosedError meanwhile. `onOpen` is called in the turn in which reads go on, before
   * anybody else reads or a guest comes in. Throws StorageError, and may be called again then.
   */
  async reopen(onOpen: () => void = () => {}): Promise<void> {
    this.#mustNotBeClosed();
    if (this.#isEngineOpen) await this.#closeEngine();
    this.#engine = await openEngine(this.#options);
    this.#isEngineOpen = true;
    onOpen();
    await Promise.all([...this.#guests].map((guest) => this.#attach(guest)));
  }

  /** Lets a guest in, now and after each reopening. Gives a function that shows it out; who can't come in is shown out. */
  async share(guest: StorageGuest): Promise<() => Promise<void>> {
    this.#mustBeOpen();
    this.#guests.add(guest);
    try {
      await this.#attach(guest);
    } catch (error) {
      this.#guests.delete(guest);
      await guest.detach();
      throw error;
    }
    return async () => {
      if (this.#guests.delete(guest)) await guest.detach();
    };
  }

  get(column: number, key: Uint8Array): Buffer | undefined {
    return this.getMany(column, [key])[0];
  }

  /** Values in the order of `keys`, `undefined` where there is none; all from one moment. */
  getMany(column: number, keys: readonly Uint8Array[]): (Buffer | undefined)[] {
    this.#mustBeOpen();
    return this.#engine.reads.getMany(column, keys);
  }

  /** Grows with every write that became visible: two reads with the same number in between saw the same moment. */
  get sequence(): number {
    this.#mustBeOpen();
    return this.#engine.reads.sequence;
  }

  /** A scan over one moment of the column; close it (or exhaust it with `for of`). */
  scan(column: number, range: KeyRange = {}): StorageScan {
    this.#mustBeOpen();
    return this.#engine.reads.scan(column, range);
  }

  /** All columns as they are now, however much is written later; close it soon. Writes wait while it is opened. */
  hold(): HeldReads {
    this.#mustBeOpen();
    const { columns } = this.#options;
    const reversed = [...columns.keys()].filter((number) => columns[number]?.reversed === true);
    return holdColumns(this.#engine.reads, this.#engine.gate, columns.length, reversed);
  }

  /**
   * Writes the batch atomically and empties it. Resolves when it is durable and visible; batches become durable in the
   * order of the calls. `sync: false` leaves the sync to the next synced batch; `inBackground`: see `WriteOptions`.
   */
  async commit(batch: WriteBatch, options: Partial<WriteOptions> = {}): Promise<void> {
    this.#mustBeOpen();
    if (batch.count === 0) return;
    this.#pending++;
    try {
      await this.#options.writer.write(this.#engine.environment, batch.take(), {
        ...options,
        sync: this.#durable && (options.sync ?? true),
      });
    } catch (error) {
      throw storageErrorFrom(this.path, 'write', error instanceof Error ? error.message : String(error));
    } finally {
      if (--this.#pending === 0) for (const go of this.#drained.splice(0)) go();
    }
  }

  /** A batch is being written: some readers may see it already, and others not yet. */
  get isWriting(): boolean {
    return this.#pending > 0;
  }

  /** Resolves when nothing is being written, whatever became of it. Whoever goes on then looks again. */
  written(): Promise<void> {
    if (!this.isWriting) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /**
   * Deletes all keys of a range at once, however many there are, without a sync. Not atomic with any batch: for keys
   * that nobody reads or writes any more. See `showDeletedRanges`.
   */
  async deleteRange(
    column: number,
    { gte, lt }: { readonly gte: Buffer; readonly lt: Buffer },
  ): Promise<void> {
    this.#mustBeOpen();
    try {
      await this.#engine.level._clear({ column: this.#engine.reads.handleOf(column), gte, lt });
    } catch (error) {
      throw storageErrorFrom(this.path, 'write', error instanceof Error ? error.message : String(error));
    }
  }

  /** A RocksDB property, for instance `rocksdb.estimate-num-keys`; empty when unknown. */
  property(name: string): string {
    this.#mustBeOpen();
    return this.#engine.level.getProperty(name);
  }

  /** Waits for submitted commits, then closes. Further calls throw StorageClosedError. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#isEngineOpen) await this.#closeEngine();
  }

  async #closeEngine(): Promise<void> {
    this.#isEngineOpen = false;
    this.#engine.reads.closeScans();
    while (this.isWriting) await this.written();
    await Promise.all([...this.#guests].map((guest) => guest.detach()));
    await this.#options.writer.detach(this.#engine.environment);
    try {
      await this.#engine.level.close();
    } catch {
      // The engine repeats the error of a failed write, which the writer has been told; it is closed all the same.
    }
  }

  #attach(guest: StorageGuest): Promise<void> {
    return guest.attach(
      this.#engine.level.handle,
      this.#options.columns.map((column) => column.name),
      this.#engine.gate.memory,
    );
  }

  #mustBeOpen(): void {
    this.#mustNotBeClosed();
    if (!this.#isEngineOpen) {
      throw new StorageClosedError(`The storage in ${this.path} is being opened again after a failed write.`);
    }
  }

  #mustNotBeClosed(): void {
    if (this.#closed) throw new StorageClosedError(`The storage in ${this.path} is closed.`);
  }
}

/** What belongs to one opening of the engine. */
interface Engine {
  readonly level: RocksLevel;
  readonly reads: LevelReads;
  readonly gate: ReadGate;
  /** Its number at the writer thread. */
  readonly environment: number;
}

async function openEngine(options: StorageOptions): Promise<Engine> {
  const level = new RocksLevel(options.path);
  const columnOptions = (large: boolean) => ({
    compaction: 'level' as const,
    compression: false,
    cacheSize: large ? LARGE_BLOCK_CACHE_BYTES : SMALL_BLOCK_CACHE_BYTES,
    memtableMemoryBudget: large ? LARGE_MEMTABLE_BUDGET_BYTES : SMALL_MEMTABLE_BUDGET_BYTES,
  });
  try {
    await level.open({
      createIfMissing: true,
      walCompression: false,
      ...columnOptions(false),
      columns: {
        default: columnOptions(false),
        ...Object.fromEntries(options.columns.map((c) => [c.name, columnOptions(c.large ?? false)])),
      },
    });
  } catch (error) {
    throw storageErrorFrom(options.path, 'open the storage', causeText(error));
  }
  const names = options.columns.map(({ name }) => name);
  const reads = new LevelReads(level, names, options.path, options.showDeletedRanges);
  const gate = new ReadGate('owner');
  const environment = await options.writer.attach(level.handle, names, gate);
  return { level, reads, gate, environment };
}

function causeText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} ${error.cause.message}` : error.message;
}
