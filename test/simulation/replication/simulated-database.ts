import { mergeChangeVectors } from '../../../node/documents/change-vector.ts';
import { type CommandDefinition, defineCommand } from '../../../node/documents/command.ts';
import { cleanTombstones } from '../../../node/documents/commands/clean-tombstones.ts';
import { type DatabaseFigures, loadFigures, PendingState } from '../../../node/documents/database-state.ts';
import { DocumentReader } from '../../../node/documents/document-reader.ts';
import { HybridClock } from '../../../node/documents/hybrid-clock.ts';
import { PendingWrites } from '../../../node/documents/pending-writes.ts';
import type { StoredVersion } from '../../../node/documents/stored-document.ts';
import { TransactionMerger } from '../../../node/documents/transaction-merger.ts';
import type { ReplicatedDatabase } from '../../../node/replication/replicated-database.ts';
import type { ReplicationClock } from '../../../node/replication/replication-clock.ts';
import { type StorageError, StorageFullError } from '../../../node/storage/storage-error.ts';
import type { WriteBatch } from '../../../node/storage/write-batch.ts';
import { MemoryStorage } from './memory-storage.ts';

/** A version that a client wrote and was told so, for the ledger of the simulation. */
export interface WrittenVersion {
  readonly id: string;
  readonly changeVector: string;
}

interface Write {
  readonly id: string;
  /** null: a deletion. */
  readonly value: string | null;
}

export interface SimulatedDatabaseOptions {
  readonly name: string;
  readonly nodeTag: string;
  /** 22 characters. */
  readonly id: string;
  readonly time: Pick<ReplicationClock, 'now' | 'after' | 'random'>;
  /** The node's clock on the wall. */
  readonly wallMs: () => number;
  /** What keeps the next batch from being durable, if anything does. Absent: nothing ever does. */
  readonly failure?: () => StorageError | null;
}

/** How long the word that a batch is durable is on its way at most, in milliseconds. */
const TOLD_MS_MAX = 1;

/** Pause before a storage that failed is opened again, in milliseconds. */
const RECOVERY_DELAY_MS = 300;

/** What a client does in one transaction. */
const clientWrite = defineCommand('ClientWrite', (transaction, writes: readonly Write[]): WrittenVersion[] =>
  writes.flatMap(({ id, value }) => {
    if (value === null) {
      const tombstone = transaction.deleteDocument(id, null);
      return tombstone === null ? [] : [{ id, changeVector: tombstone.changeVector }];
    }
    const body = Buffer.from(JSON.stringify({ value }));
    const json = { body, metadata: Buffer.from('{}'), collection: 'Things' };
    return [{ id, changeVector: transaction.putDocument(id, json, null).changeVector }];
  }),
);

/**
 * A database with everything real but the disk: its merger, transactions, readers and change vectors run on storage
 * in memory, where a batch becomes durable after a virtual while, and what is not durable at a crash never was.
 */
export class SimulatedDatabase implements ReplicatedDatabase {
  readonly name: string;
  readonly nodeTag: string;
  readonly id: string;
  readonly #time: SimulatedDatabaseOptions['time'];
  readonly #wallMs: () => number;
  readonly #failure: () => StorageError | null;
  readonly #storage = new MemoryStorage();
  #figures: DatabaseFigures;
  #reader: DocumentReader;
  #merger: TransactionMerger;
  #listeners = new Set<(lastEtag: number) => void>();
  #holders = new Set<() => number>();
  #incarnation = 0;
  /** What could not be synced and is in the log all the same: it is there once the storage is opened again. */
  #unsynced: WriteBatch | null = null;
  /** Told after each commit. */
  onInspect: () => void = () => {};

  constructor({ name, nodeTag, id, time, wallMs, failure = () => null }: SimulatedDatabaseOptions) {
    this.name = name;
    this.nodeTag = nodeTag;
    this.id = id;
    this.#time = time;
    this.#wallMs = wallMs;
    this.#failure = failure;
    this.#figures = loadFigures(this.#storage);
    this.#reader = new DocumentReader(this.#storage, () => this.#figures.counts);
    this.#merger = this.#open();
  }

  get changeVector(): string {
    return this.#figures.changeVector;
  }

  get lastEtag(): number {
    return this.#figures.lastEtag;
  }

  execute<Args, Result>(command: CommandDefinition<Args, Result>, args: Args): Promise<Result> {
    const incarnation = this.#incarnation;
    // Whoever waited at a crash waits no more.
    return this.#merger.execute(command, args).then((result) => {
      if (incarnation !== this.#incarnation) return new Promise<Result>(() => {});
      return result;
    });
  }

  statistics(): { readonly documents: number; readonly tombstones: number } {
    return this.#figures.counts;
  }

  read<T>(body: (reader: DocumentReader) => T): T {
    return body(this.#reader);
  }

  onCommit(listener: (lastEtag: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  holdTombstones(holder: () => number): () => void {
    this.#holders.add(holder);
    return () => this.#holders.delete(holder);
  }

  write(writes: readonly Write[]): Promise<readonly WrittenVersion[]> {
    return this.execute(clientWrite, writes);
  }

  /** Cleans tombstones as far as the holders allow; gives those that go, with their vectors. */
  async cleanTombstones(
    onGoing: (tombstones: readonly WrittenVersion[]) => void,
  ): Promise<readonly WrittenVersion[]> {
    const upToEtag = Math.min(...[...this.#holders].map((holder) => holder()), this.lastEtag);
    if (upToEtag <= 0 || this.#holders.size === 0) return [];
    const going = this.read((reader) => [...reader.tombstones()].filter(({ etag }) => etag <= upToEtag));
    onGoing(going);
    await this.execute(cleanTombstones, { upToEtag });
    return going;
  }

  /** Takes nothing more, and waits until what was taken is durable and answered. */
  drain(): Promise<void> {
    return this.#merger.close();
  }

  /** The process dies, and comes back with what was durable. */
  crash(): void {
    this.#incarnation++;
    this.#listeners = new Set();
    this.#holders = new Set();
    this.#reopenStorage();
    this.#merger = this.#open();
  }

  /** Document, tombstone, or versions in conflict. */
  versionsOf(id: string): readonly StoredVersion[] {
    return this.read((reader) => {
      const current = reader.getMany([id])[0] ?? reader.getTombstone(id);
      return current === undefined ? reader.getConflicts(id) : [current];
    });
  }

  /** Ids of what has been written since an etag, in its order; an id may be there twice. */
  writtenSince(etag: number): readonly string[] {
    return this.read((reader) =>
      [...reader.byEtag({ fromEtag: etag + 1 })].flatMap(({ kind, version }) =>
        kind === 'revision' ? [] : [version.id],
      ),
    );
  }

  documents(): readonly string[] {
    return this.read((reader) => [...reader.startsWith({ prefix: '' })].map(({ id }) => id));
  }

  tombstones(isCounted: (tombstone: WrittenVersion) => boolean = () => true): readonly string[] {
    return this.read((reader) => [...reader.tombstones()].filter(isCounted).map(({ id }) => id));
  }

  conflicts(): readonly string[] {
    return this.read((reader) => [...new Set([...reader.conflicts()].map(({ id }) => id))]);
  }

  /** Everything that must be equal on all nodes in the end; tombstones may be cleaned here and not yet there. */
  digest(): readonly string[] {
    return [...this.documents(), ...this.conflicts()].map((id) =>
      this.versionsOf(id)
        .map((version) => {
          const content = version.kind === 'tombstone' ? 'deleted' : version.body.toString();
          const vector = version.changeVector.split(', ').sort().join(', ');
          return `${id} ${content} ${version.lastModified} ${version.flags} [${vector}]`;
        })
        .sort()
        .join(' | '),
    );
  }

  /** The change vectors of all that is kept about an id, merged. */
  joinedVector(id: string): string {
    return this.versionsOf(id)
      .map((version) => version.changeVector)
      .reduce(mergeChangeVectors, '');
  }

  #open(): TransactionMerger {
    const incarnation = this.#incarnation;
    const merger: TransactionMerger = new TransactionMerger({
      databaseName: this.name,
      databaseId: this.id,
      nodeTag: this.nodeTag,
      ...this.#freshState(0),
      commit: (batch) =>
        new Promise((resolve, reject) => {
          this.#time.after(this.#time.random() * 3, () => {
            if (incarnation !== this.#incarnation) return;
            const failure = this.#failure();
            if (failure === null) {
              this.#storage.write(batch);
              // What the writer's thread has written is there for readers before this one hears of it.
              this.#time.after(this.#time.random() * TOLD_MS_MAX, resolve);
              return;
            }
            if (this.#isWrittenDespite(failure)) this.#unsynced = batch;
            reject(failure);
          });
        }),
      onDurable: (sealed) => {
        if (incarnation !== this.#incarnation) return;
        if (sealed !== null) this.#figures = { ...sealed, collections: this.#figures.collections };
        this.onInspect();
        if (sealed !== null) for (const listener of this.#listeners) listener(sealed.lastEtag);
      },
      onFailure: () => this.#recoverLater(incarnation, () => merger),
      turns: { now: () => this.#time.now(), soon: (run) => void this.#time.after(0, run) },
    });
    return merger;
  }

  #freshState(etagFloor: number) {
    return {
      pending: new PendingWrites(this.#storage),
      state: new PendingState(this.#figures, this.id, this.nodeTag, etagFloor),
      clock: new HybridClock(this.#wallMs, this.#figures.lastTicks),
    };
  }

  #reopenStorage(): void {
    if (this.#unsynced !== null) this.#storage.write(this.#unsynced);
    this.#unsynced = null;
    this.#figures = loadFigures(this.#storage);
  }

  #isWrittenDespite(failure: StorageError): boolean {
    return !(failure instanceof StorageFullError) && this.#time.random() < 0.5;
  }

  /** As a database does: everything in memory is taken from what turns out to be durable. */
  #recoverLater(incarnation: number, merger: () => TransactionMerger): void {
    this.#time.after(RECOVERY_DELAY_MS, () => {
      if (incarnation !== this.#incarnation) return;
      if (this.#failure() !== null) {
        this.#recoverLater(incarnation, merger);
        return;
      }
      this.#reopenStorage();
      const { pending, state, clock } = this.#freshState(merger().lastEtag);
      merger().resume(pending, state, clock);
    });
  }
}
