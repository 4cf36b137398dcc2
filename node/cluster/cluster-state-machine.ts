import { pack, unpack } from 'msgpackr';
import type { Logger } from '../observability/logger.ts';
import type { Entry } from '../rachis/core/entry.ts';
import type { SnapshotMetadata } from '../rachis/core/message.ts';
import type { RachisStateMachine, SnapshotSource } from '../rachis/state-machine.ts';
import { StorageEnvironment } from '../storage/storage-environment.ts';
import type { StorageWriter } from '../storage/storage-writer.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { type CommandEnvelope, decodeEnvelope } from './command-envelope.ts';
import { REQUESTS_REMEMBERED_MAX } from './limits.ts';
import { applyCommand, type CommandOutcome } from './state/apply-command.ts';
import { ClusterState } from './state/cluster-state.ts';
import { RequestHistory } from './state/request-history.ts';
import { type StateEntry, snapshotChunks } from './state/snapshot-chunks.ts';
import { WATCHED } from './state/state-keys.ts';
import type { StateChange, StateReader } from './state/state-transaction.ts';
import { APPLIED, META, RESTORED, STATE, STATE_COLUMNS } from './state-columns.ts';
import { StateSaver } from './state-saver.ts';

export interface ClusterStateMachineOptions {
  readonly path: string;
  readonly writer: StorageWriter;
  readonly durable: boolean;
  readonly logger: Logger;
}

/**
 * Applies the committed log to the cluster's state. The state is read from memory; what a batch of entries changed is
 * written to storage together with its last index, without a sync of its own: what a crash takes is applied again from
 * the log, exactly once.
 */
export class ClusterStateMachine implements RachisStateMachine {
  /** A restore is one atomic write: it is never found half done. */
  readonly interruptedRestore = null;
  readonly #storage: StorageEnvironment;
  readonly #saver: StateSaver;
  readonly #state: ClusterState;
  readonly #history: RequestHistory;
  readonly #recordListeners = new Set<() => void>();
  #appliedIndex: number;
  #restoredSnapshot: SnapshotMetadata | null;

  private constructor(storage: StorageEnvironment, logger: Logger) {
    const applied = storage.get(META, APPLIED);
    const restored = storage.get(META, RESTORED);
    const entries: StateEntry[] = [];
    for (const [key, value] of storage.scan(STATE)) entries.push([key.toString(), unpack(value)]);
    this.#storage = storage;
    this.#state = new ClusterState(entries);
    this.#history = new RequestHistory(REQUESTS_REMEMBERED_MAX, this.#state);
    this.#appliedIndex = applied === undefined ? 0 : Number(unpack(applied));
    this.#restoredSnapshot = restored === undefined ? null : (unpack(restored) as SnapshotMetadata);
    this.#saver = new StateSaver(storage, logger, this.#appliedIndex);
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

  get restoredSnapshot(): SnapshotMetadata | null {
    return this.#restoredSnapshot;
  }

  get state(): StateReader {
    return this.#state;
  }

  /** What a command with this request id came to, if it was applied and is remembered. */
  outcomeOf(requestId: string): CommandOutcome | undefined {
    return this.#history.find(requestId)?.outcome;
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

  /** Outcomes in the order of the entries; null for entries that are no commands. */
  apply(entries: readonly Entry[]): readonly (CommandOutcome | null)[] {
    const written: StateChange[] = [];
    const outcomes = entries.map((entry) => {
      this.#appliedIndex = entry.index;
      return entry.kind === 'command' ? this.#applyOne(entry, written) : null;
    });
    this.#saver.save(written, this.#appliedIndex);
    if (written.some(([key]) => WATCHED.some((prefix) => key.startsWith(prefix)))) this.#notify();
    return outcomes;
  }

  flush(): Promise<number> {
    return this.#saver.flush();
  }

  async snapshot(): Promise<SnapshotSource> {
    const entries = this.#state.snapshot();
    return { index: this.#appliedIndex, chunks: () => snapshotChunks(entries), close: () => undefined };
  }

  /** Atomic and durable; fires what applying the entries would have fired. */
  async restore(metadata: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const entries: StateEntry[] = [];
    for await (const chunk of chunks) entries.push(...(unpack(chunk) as StateEntry[]));
    await this.#saver.flush();
    const batch = new WriteBatch();
    for (const [key] of this.#storage.scan(STATE)) batch.delete(STATE, key);
    for (const [key, value] of entries) batch.put(STATE, Buffer.from(key), pack(value));
    batch.put(META, APPLIED, pack(metadata.index));
    batch.put(META, RESTORED, pack(metadata));
    await this.#storage.commit(batch, { sync: true });
    this.#saver.restored(metadata.index);
    this.#state.replace(entries);
    this.#history.reload(this.#state);
    this.#appliedIndex = metadata.index;
    this.#restoredSnapshot = metadata;
    this.#notify();
  }

  async close(): Promise<void> {
    await this.#saver.close();
    await this.#storage.close();
  }

  #applyOne(entry: Extract<Entry, { kind: 'command' }>, written: StateChange[]): CommandOutcome {
    const envelope = readEnvelope(entry.data);
    if (envelope === null)
      return { error: { name: 'ClusterError', message: 'The command could not be read.' } };
    const { requestId, timeMs, command } = envelope;
    const known = requestId === null ? undefined : this.#history.find(requestId);
    if (known !== undefined) return known.outcome;
    const { outcome, changes } = applyCommand(
      this.#state,
      { index: entry.index, term: entry.term, timeMs },
      command,
    );
    const all =
      requestId === null ? changes : [...changes, ...this.#history.remember(requestId, entry.index, outcome)];
    this.#history.forget(this.#state, all);
    this.#state.apply(all);
    for (const change of all) written.push(change);
    return outcome;
  }

  #notify(): void {
    for (const listener of this.#recordListeners) listener();
  }
}

function readEnvelope(data: Uint8Array): CommandEnvelope | null {
  try {
    return decodeEnvelope(data);
  } catch {
    // Every node has the same bytes and comes to the same answer: the command failed.
    return null;
  }
}
