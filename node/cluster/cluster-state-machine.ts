import { pack, unpack } from 'msgpackr';
import type { Logger } from '../observability/logger.ts';
import type { Entry } from '../rachis/core/entry.ts';
import type { SnapshotMetadata } from '../rachis/core/message.ts';
import type { RachisStateMachine, SnapshotSource } from '../rachis/state-machine.ts';
import type { BatchWriter } from '../storage/batch-writer.ts';
import { StorageEnvironment } from '../storage/storage-environment.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { CommandApplication, readEnvelope } from './command-application.ts';
import type { CommandEnvelope } from './command-envelope.ts';
import { RESTORE_BATCH_BYTES, VALUES_FETCHED_AT_ONCE } from './limits.ts';
import { RequestBlocks } from './request-blocks.ts';
import type { CommandOutcome } from './state/apply-command.ts';
import { ClusterState } from './state/cluster-state.ts';
import { namedValues } from './state/named-values.ts';
import { type MeasuredEntry, snapshotChunks } from './state/snapshot-chunks.ts';
import type { DigestAt } from './state/state-digest.ts';
import { isStoredKey, isWatchedKey, TRANSACTIONS } from './state/state-keys.ts';
import type { StateChange, StateEntry, StateReader } from './state/state-transaction.ts';
import {
  APPLIED,
  FORGOTTEN,
  GENERATION,
  META,
  RESTORED,
  STATE,
  STATE_COLUMNS,
  VALUES_COLUMN,
} from './state-columns.ts';
import { StateDigests } from './state-digests.ts';
import { StateSaver } from './state-saver.ts';
import { StoredState } from './stored-state.ts';
import { UnwrittenChanges } from './unwritten-changes.ts';
import { type ValuesChanged, valuesChangedBy } from './values-changed.ts';
import { WholeState } from './whole-state.ts';

export interface ClusterStateMachineOptions {
  readonly path: string;
  readonly writer: BatchWriter;
  readonly durable: boolean;
  readonly logger: Logger;
}

/**
 * Applies the committed log to the cluster's state. What is small is held in memory, values of any number and size are
 * read from storage (see StoredState). What a batch of entries changed is written to storage together with its last
 * index, without a sync of its own: what a crash takes is applied again from the log, exactly once.
 */
export class ClusterStateMachine implements RachisStateMachine {
  /** A restore ends in one atomic write: it is never found half done. */
  readonly interruptedRestore = null;
  readonly #storage: StorageEnvironment;
  readonly #saver: StateSaver;
  readonly #inMemory: ClusterState;
  readonly #stored: StoredState;
  readonly #state: WholeState;
  readonly #logger: Logger;
  readonly #commands: CommandApplication;
  readonly #digests: StateDigests;
  readonly #recordListeners = new Set<() => void>();
  readonly #transactionListeners = new Set<() => void>();
  readonly #valueListeners = new Set<(change: ValuesChanged) => void>();
  #appliedIndex: number;
  #restoredSnapshot: SnapshotMetadata | null;
  #sweeping: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(storage: StorageEnvironment, logger: Logger) {
    const applied = storage.get(META, APPLIED);
    const restored = storage.get(META, RESTORED);
    const generation = storage.get(META, GENERATION);
    const forgotten = storage.get(META, FORGOTTEN);
    this.#appliedIndex = applied === undefined ? 0 : Number(unpack(applied));
    const requests = new RequestBlocks(
      this.#appliedIndex,
      forgotten === undefined ? 0 : Number(unpack(forgotten)),
    );
    const entries: StateEntry[] = [];
    for (const [key, value] of storage.scan(STATE)) entries.push(...requests.read(key.toString(), value));
    this.#storage = storage;
    this.#logger = logger;
    this.#inMemory = new ClusterState(entries);
    const unwritten = new UnwrittenChanges();
    this.#stored = new StoredState(
      storage,
      unwritten,
      generation === undefined ? 0 : Number(unpack(generation)),
    );
    this.#state = new WholeState(this.#inMemory, this.#stored, unwritten);
    this.#digests = new StateDigests(this.#inMemory);
    this.#commands = new CommandApplication(this.#state);
    this.#restoredSnapshot = restored === undefined ? null : (unpack(restored) as SnapshotMetadata);
    this.#saver = new StateSaver({
      storage,
      stored: this.#stored,
      unwritten,
      requests,
      logger,
      appliedIndex: this.#appliedIndex,
    });
    // What an interrupted restore may have left.
    this.#sweep();
  }

  static async open({
    path,
    writer,
    durable,
    logger,
  }: ClusterStateMachineOptions): Promise<ClusterStateMachine> {
    const storage = await StorageEnvironment.open({ path, writer, durable, columns: STATE_COLUMNS });
    return new ClusterStateMachine(storage, logger);
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  get unwrittenBytes(): number {
    return this.#saver.unwrittenBytes;
  }

  get restoredSnapshot(): SnapshotMetadata | null {
    return this.#restoredSnapshot;
  }

  get state(): StateReader {
    return this.#state;
  }

  /** What the state comes to, at the last checkpoints and now. */
  digests(): readonly DigestAt[] {
    return this.#digests.recent(this.#appliedIndex);
  }

  /** What a command with this request id came to, if it was applied and is remembered. */
  outcomeOf(requestId: string): CommandOutcome | undefined {
    return this.#commands.outcomeOf(requestId);
  }

  /** Requests whose outcome is remembered. */
  get rememberedCount(): number {
    return this.#commands.rememberedCount;
  }

  /** For metrics. */
  storageProperty(name: string): string {
    return this.#storage.property(name);
  }

  /** Called after a batch that touched a database record, a node's properties or a certificate is visible. */
  onRecordsChanged(listener: () => void): () => void {
    this.#recordListeners.add(listener);
    return () => this.#recordListeners.delete(listener);
  }

  /** Called after a batch with documents of cluster transactions is visible. */
  onTransactions(listener: () => void): () => void {
    this.#transactionListeners.add(listener);
    return () => this.#transactionListeners.delete(listener);
  }

  /** Called after a batch that changed compare-exchange values is visible, and after a restore. */
  onValues(listener: (change: ValuesChanged) => void): () => void {
    this.#valueListeners.add(listener);
    return () => this.#valueListeners.delete(listener);
  }

  /** Outcomes in the order of the entries; null for entries that are no commands. */
  apply(entries: readonly Entry[]): readonly (CommandOutcome | null)[] {
    const outcomes: (CommandOutcome | null)[] = [];
    const touched: Touched = { isRecordChanged: false, stored: [] };
    for (let at = 0; at < entries.length; at += VALUES_FETCHED_AT_ONCE) {
      outcomes.push(...this.#applyTogether(entries.slice(at, at + VALUES_FETCHED_AT_ONCE), touched));
    }
    this.#saver.applied(this.#appliedIndex, bytesOf(entries));
    if (touched.isRecordChanged) this.#notify();
    if (touched.stored.some(([key]) => key.startsWith(TRANSACTIONS))) this.#tellOfTransactions();
    const values = valuesChangedBy(touched.stored, this.#appliedIndex);
    if (values !== null) this.#tellOfValues(values);
    return outcomes;
  }

  flush(): Promise<number> {
    return this.#saver.flush();
  }

  async snapshot(): Promise<SnapshotSource> {
    const inMemory = this.#inMemory.snapshot();
    const stored = this.#stored.snapshot();
    return {
      index: this.#appliedIndex,
      chunks: () => snapshotChunks(allOf(inMemory, stored)),
      close: () => stored.close(),
    };
  }

  /** Durable, and atomic: values go aside until the last write makes them valid. Fires what applying would have fired. */
  async restore(metadata: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#saver.flush();
    await this.#sweeping;
    await this.#stored.sweep();
    const generation = this.#stored.generation + 1;
    const entries: StateEntry[] = [];
    let batch = new WriteBatch();
    for await (const chunk of chunks) {
      for (const entry of unpack(chunk) as StateEntry[]) {
        const [key, value] = entry;
        if (isStoredKey(key)) batch.put(VALUES_COLUMN, this.#stored.storageKey(key, generation), pack(value));
        else entries.push(entry);
      }
      if (batch.byteLength < RESTORE_BATCH_BYTES) continue;
      await this.#storage.commit(batch, { sync: false });
      batch = new WriteBatch();
    }
    for (const [key] of this.#storage.scan(STATE)) batch.delete(STATE, key);
    for (const [key, value] of entries) batch.put(STATE, Buffer.from(key), pack(value));
    batch.put(META, APPLIED, pack(metadata.index));
    batch.put(META, RESTORED, pack(metadata));
    batch.put(META, GENERATION, pack(generation));
    batch.delete(META, FORGOTTEN);
    await this.#storage.commit(batch, { sync: true });
    this.#saver.restored(metadata.index);
    this.#inMemory.replace(entries);
    this.#digests.restored(entries);
    this.#stored.replaced(generation);
    this.#commands.reload(this.#inMemory);
    this.#appliedIndex = metadata.index;
    this.#restoredSnapshot = metadata;
    this.#sweep();
    this.#notify();
    this.#tellOfTransactions();
    this.#tellOfValues({ index: metadata.index, keysOf: () => null });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#saver.close();
    await this.#storage.close();
    await this.#sweeping;
  }

  #sweep(): void {
    this.#sweeping = this.#stored.sweep().catch((error: unknown) => {
      // Space is all that it costs, and the next start or restore tries again.
      if (!this.#isClosed) {
        this.#logger.warn('Values of an old snapshot were not removed', { error: String(error) });
      }
    });
  }

  #applyTogether(entries: readonly Entry[], touched: Touched): readonly (CommandOutcome | null)[] {
    const envelopes = entries.map((entry) => (entry.kind === 'command' ? readEnvelope(entry.data) : null));
    const named: string[] = [];
    for (const envelope of envelopes) if (envelope !== null) this.#name(envelope, named);
    return this.#stored.withFetched(named, () =>
      entries.map((entry, position) => {
        this.#appliedIndex = entry.index;
        if (entry.kind !== 'command') {
          this.#digests.applied(entry.index, NO_CHANGES);
          return null;
        }
        const { outcome, changes } = this.#commands.apply(entry, envelopes[position] ?? null);
        this.#digests.applied(entry.index, changes);
        note(changes, touched);
        return outcome;
      }),
    );
  }

  /** Adds the stored keys that the command is about to read. */
  #name({ command }: CommandEnvelope, named: string[]): void {
    try {
      for (const key of namedValues(this.#state, command)) named.push(key);
    } catch {
      // Not what a command looks like: applying it says so, and reads by itself what it needs.
    }
  }

  #tellOfTransactions(): void {
    for (const listener of this.#transactionListeners) listener();
  }

  #tellOfValues(change: ValuesChanged): void {
    for (const listener of this.#valueListeners) listener(change);
  }

  #notify(): void {
    for (const listener of this.#recordListeners) listener();
  }
}

/** What listeners are to be told of. */
interface Touched {
  isRecordChanged: boolean;
  /** Changes of what lives in storage only. */
  readonly stored: StateChange[];
}

const NO_CHANGES: readonly StateChange[] = [];

function note(changes: readonly StateChange[], touched: Touched): void {
  for (const change of changes) {
    if (isStoredKey(change[0])) touched.stored.push(change);
    else touched.isRecordChanged ||= isWatchedKey(change[0]);
  }
}

function bytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) if (entry.kind === 'command') bytes += entry.data.byteLength;
  return bytes;
}

function* allOf(inMemory: Iterable<StateEntry>, stored: Iterable<MeasuredEntry>): Generator<MeasuredEntry> {
  for (const entry of inMemory) yield { entry, bytes: null };
  yield* stored;
}
