import type { Logger } from '../observability/logger.ts';
import { StorageEnvironment, type StorageGuest } from '../storage/storage-environment.ts';
import { StorageFullError } from '../storage/storage-error.ts';
import type { StorageWriter } from '../storage/storage-writer.ts';
import { DATABASE_COLUMNS } from './columns.ts';
import type { CommandDefinition } from './command.ts';
import { cleanTombstones } from './commands/clean-tombstones.ts';
import { consistentRead } from './consistent-read.ts';
import { readOrCreateIdentity } from './database-identity.ts';
import {
  type CollectionStatistics,
  type DatabaseFigures,
  type ItemCounts,
  loadFigures,
  PendingState,
  type SealedFigures,
} from './database-state.ts';
import { DatabaseClosedError } from './document-errors.ts';
import { DocumentReader } from './document-reader.ts';
import { HybridClock } from './hybrid-clock.ts';
import { DurableView } from './key-value-view.ts';
import { RECOVERY_DELAY_MS } from './limits.ts';
import { MomentView } from './moment-view.ts';
import { PendingWrites } from './pending-writes.ts';
import { hasRoomToReopen } from './storage-recovery.ts';
import { type BatchStatistics, TransactionMerger } from './transaction-merger.ts';

export interface DatabaseOptions {
  readonly name: string;
  readonly nodeTag: string;
  /** Folder of the database's storage; made if missing. */
  readonly path: string;
  readonly writer: StorageWriter;
  /** false: writes are not synced. Default true. */
  readonly durable?: boolean;
  readonly logger: Logger;
  /** Wall clock in milliseconds. */
  readonly clock?: () => number;
  readonly observeBatch?: (statistics: BatchStatistics) => void;
}

export interface DatabaseStatistics extends ItemCounts {
  readonly lastEtag: number;
  /** Etag of the last document written or deleted. */
  readonly lastDocumentEtag: number;
  readonly changeVector: string;
  /** Commands that wait for the merger or its commit. */
  readonly queuedCommands: number;
}

/**
 * One database on this node: reads of what is durable, and writes through its transaction merger. Nothing is visible
 * to a reader before it is durable.
 */
export class Database {
  readonly name: string;
  readonly nodeTag: string;
  /** 22 characters; this storage's id in change vectors. */
  readonly id: string;
  readonly #options: DatabaseOptions;
  readonly #environment: StorageEnvironment;
  readonly #view: DurableView;
  readonly #reader: DocumentReader;
  readonly #merger: TransactionMerger;
  readonly #listeners = new Set<(lastEtag: number) => void>();
  readonly #tombstoneHolders = new Set<() => number>();
  #figures: DatabaseFigures;
  #collections: Map<string, CollectionStatistics>;
  #isClosed = false;
  #recovery: Promise<void> | null = null;
  #endRecoveryDelay: (() => void) | null = null;

  private constructor(options: DatabaseOptions, environment: StorageEnvironment, id: string) {
    this.name = options.name;
    this.nodeTag = options.nodeTag;
    this.id = id;
    this.#options = options;
    this.#environment = environment;
    this.#view = new DurableView(environment);
    this.#reader = new DocumentReader(this.#view, () => this.#figures.counts);
    this.#figures = loadFigures(this.#view);
    this.#collections = new Map(this.#figures.collections);
    this.#merger = new TransactionMerger({
      databaseName: options.name,
      databaseId: id,
      nodeTag: options.nodeTag,
      ...this.#freshState(0),
      commit: (batch) => this.#environment.commit(batch),
      onDurable: (figures) => this.#onDurable(figures),
      onFailure: (error) => this.#onFailure(error),
      ...(options.observeBatch === undefined ? {} : { observe: options.observeBatch }),
    });
  }

  /** Throws StorageError. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const environment = await StorageEnvironment.open({
      path: options.path,
      columns: DATABASE_COLUMNS,
      writer: options.writer,
      durable: options.durable ?? true,
    });
    try {
      return new Database(options, environment, await readOrCreateIdentity(environment));
    } catch (error) {
      await environment.close();
      throw error;
    }
  }

  /** Change vector of all that is durable here; '' for an empty database. */
  get changeVector(): string {
    return this.#figures.changeVector;
  }

  get lastEtag(): number {
    return this.#figures.lastEtag;
  }

  /** The error that keeps the storage from being written, or null. It goes away by itself (see `#recover`). */
  get writeFailure(): Error | null {
    return this.#failure;
  }
  #failure: Error | null = null;

  /** Runs a command through the transaction merger; resolves when its effects are durable. See TransactionMerger. */
  execute<Args, Result>(command: CommandDefinition<Args, Result>, args: Args): Promise<Result> {
    if (this.#isClosed) return Promise.reject(this.#closedError());
    return this.#merger.execute(command, args);
  }

  /**
   * Reads at one moment. `body` is synchronous, may be run several times and has no effects; what it gives back must
   * not be a generator of the reader.
   */
  read<T>(body: (reader: DocumentReader) => T): T {
    if (this.#isClosed) throw this.#closedError();
    return consistentRead(this.#view, () => body(this.#reader));
  }

  /** Reads at this moment, however much is written meanwhile, until it is closed; generators may be read on so long. */
  hold(): { readonly reader: DocumentReader; close(): void } {
    if (this.#isClosed) throw this.#closedError();
    const view = MomentView.held(this.#environment);
    const { counts } = this.#figures;
    return { reader: new DocumentReader(view, () => counts), close: () => view.close() };
  }

  /** `listener` hears of each durable batch that gave out etags. Gives a function that ends it. */
  onCommit(listener: (lastEtag: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  statistics(): DatabaseStatistics {
    const { counts, lastEtag, changeVector } = this.#figures;
    let lastDocumentEtag = 0;
    for (const collection of this.#collections.values()) {
      lastDocumentEtag = Math.max(lastDocumentEtag, collection.lastEtag);
    }
    return {
      ...counts,
      lastEtag,
      lastDocumentEtag,
      changeVector,
      queuedCommands: this.#merger.queuedCommands,
    };
  }

  /** Statistics of each collection that has or had documents, by name in lower case. */
  collections(): ReadonlyMap<string, CollectionStatistics> {
    return this.#collections;
  }

  /** Lets somebody in another thread read the storage. See StorageEnvironment.share. */
  share(guest: StorageGuest): Promise<() => Promise<void>> {
    return this.#environment.share(guest);
  }

  /** A RocksDB property of the storage, empty when unknown. */
  storageProperty(name: string): string {
    return this.#environment.property(name);
  }

  /** The cleaner keeps tombstones with an etag above what any holder gives. Gives a function that lets go. */
  holdTombstones(holder: () => number): () => void {
    this.#tombstoneHolders.add(holder);
    return () => this.#tombstoneHolders.delete(holder);
  }

  get #hasDepartures(): boolean {
    return [...this.#collections.values()].some(({ tombstones, moves }) => tombstones + moves > 0);
  }

  /** Removes the tombstones that nobody holds; gives their number. Slices of it are commands like others. */
  async cleanTombstones(): Promise<number> {
    let removed = 0;
    for (;;) {
      const upToEtag = Math.min(this.lastEtag, ...[...this.#tombstoneHolders].map((holder) => holder()));
      if (!this.#hasDepartures || upToEtag <= 0) return removed;
      const slice = await this.execute(cleanTombstones, { upToEtag });
      removed += slice.removed;
      if (slice.isDone) return removed;
    }
  }

  /** Refuses new commands, waits until those accepted are durable, then closes the storage. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#merger.close();
    this.#isClosed = true;
    this.#endRecoveryDelay?.();
    await this.#recovery;
    await this.#environment.close();
  }

  #freshState(etagFloor: number): { pending: PendingWrites; state: PendingState; clock: HybridClock } {
    const { clock, nodeTag } = this.#options;
    return {
      pending: new PendingWrites(this.#view),
      state: new PendingState(this.#figures, this.id, nodeTag, etagFloor),
      clock: new HybridClock(clock, this.#figures.lastTicks),
    };
  }

  #onDurable(sealed: SealedFigures | null): void {
    if (sealed === null) return;
    for (const collection of sealed.changedCollections) {
      this.#collections.set(collection.name.toLowerCase(), collection);
    }
    this.#figures = { ...sealed, collections: this.#collections };
    for (const listener of this.#listeners) {
      try {
        listener(sealed.lastEtag);
      } catch (error) {
        // A listener is another room's; its fault must not keep writers from their answers.
        this.#options.logger.error('A commit listener failed.', { database: this.name, error });
      }
    }
  }

  #onFailure(error: Error): void {
    this.#failure = error;
    this.#options.logger.error(
      'A batch could not be made durable; writes are refused until the storage recovers.',
      {
        database: this.name,
        error,
      },
    );
    this.#recovery = this.#recover(error).finally(() => {
      this.#recovery = null;
    });
  }

  /**
   * RocksDB refuses all writes after one has failed, until it is opened again. Reads go on meanwhile; the storage is
   * opened again once there is room, and everything in memory is taken from what turns out to be durable. Etags go on
   * above the greatest ever given out.
   */
  async #recover(cause: Error): Promise<void> {
    while (!this.#isClosed) {
      await this.#recoveryDelay();
      if (this.#isClosed) return;
      try {
        if (cause instanceof StorageFullError && !(await hasRoomToReopen(this.#options.path))) continue;
        // What readers find, and up to where it is said to be there, belong together: replication tells others by it.
        await this.#environment.reopen(() => {
          this.#figures = loadFigures(this.#view);
          this.#collections = new Map(this.#figures.collections);
        });
        const { pending, state, clock } = this.#freshState(this.#merger.lastEtag);
        this.#failure = null;
        this.#merger.resume(pending, state, clock);
        this.#options.logger.info('The storage can be written again.', { database: this.name });
        return;
      } catch (error) {
        this.#options.logger.warn('The storage could not be opened again; another attempt follows.', {
          database: this.name,
          error,
        });
      }
    }
  }

  #recoveryDelay(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RECOVERY_DELAY_MS);
      this.#endRecoveryDelay = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #closedError(): DatabaseClosedError {
    return new DatabaseClosedError(`The database '${this.name}' is closed.`);
  }
}
