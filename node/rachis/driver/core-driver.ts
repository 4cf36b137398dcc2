import type { Logger } from '../../observability/logger.ts';
import { type Entry, entryBytes, type NodeId } from '../core/entry.ts';
import type { InstallSnapshot, Message, SnapshotMetadata } from '../core/message.ts';
import type { RecoverOutcome } from '../core/outcome.ts';
import type { RaftCore } from '../core/raft-core.ts';
import type { PersistRequest, ReadState, Ready, RoleChange } from '../core/ready.ts';
import type { RecoveryOrder } from '../core/recovery.ts';
import {
  APPLY_RETRY_MS,
  APPLY_SLICE_BYTES,
  APPLY_SLICE_ENTRIES,
  TELL_COMMIT_AFTER_MS,
  UNAPPLIED_LOG_BYTES_MAX,
  UNWRITTEN_BYTES_MAX,
} from '../limits.ts';
import type { RaftLogFiles } from '../log/raft-log-files.ts';
import { RachisClosedError, RetryError } from '../rachis-error.ts';
import type { RachisStateMachine } from '../state-machine.ts';
import { AppliedWaiters } from './applied-waiters.ts';
import { Compaction } from './compaction.ts';
import { type AppliedCommand, Proposals } from './proposals.ts';

export interface CoreDriverOptions {
  readonly core: RaftCore;
  readonly log: RaftLogFiles;
  readonly stateMachine: RachisStateMachine;
  readonly logger: Logger;
  /** On the leader, before a command is appended: fills in what only the leader can decide. */
  prepare(data: Uint8Array): Uint8Array;
  send(to: NodeId, messages: readonly Message[]): void;
  /** The peer needs a snapshot; its content, then the message, are to be carried to it. */
  sendSnapshot(to: NodeId, term: number): void;
  /** Puts the received snapshot's content into the state machine, durably. */
  install(snapshot: SnapshotMetadata): Promise<void>;
  onChange(change: RoleChange): void;
  onApplied(): void;
  /** A slice of entries was applied in so many milliseconds. */
  observeApply(milliseconds: number, entries: number): void;
  /** The node can't go on: its log or its state contradicts itself, or can't be written. */
  onFatal(error: Error): void;
}

/**
 * Runs the core: inputs of one turn of the event loop are stepped together, and what the core then asks for is done.
 * All of it happens on one thread and in one place, so no input can race a role change.
 */
export class CoreDriver {
  readonly #options: CoreDriverOptions;
  readonly #core: RaftCore;
  readonly #proposals = new Proposals();
  readonly #reads = new Map<number, { resolve(index: number): void; reject(error: Error): void }>();
  readonly #compaction: Compaction;
  readonly appliedWaiters: AppliedWaiters;
  #committed: Entry[] = [];
  #restoring: Promise<void> | null = null;
  #tellingCommit: NodeJS.Timeout | null = null;
  #heldUp: { readonly sinceMs: number; readonly timer: NodeJS.Timeout } | null = null;
  #isScheduled = false;
  #isStopped = false;
  #lastReadContext = 0;

  constructor(options: CoreDriverOptions) {
    this.#options = options;
    this.#core = options.core;
    this.appliedWaiters = new AppliedWaiters(options.stateMachine.appliedIndex);
    this.#compaction = new Compaction(options.stateMachine, options.log);
  }

  get isRestoring(): boolean {
    return this.#restoring !== null;
  }

  /** For how long nothing could be applied because the state machine's storage does not keep up, in milliseconds. */
  get heldUpMs(): number {
    return this.#heldUp === null ? 0 : performance.now() - this.#heldUp.sinceMs;
  }

  /** Does what the restored state asks for, at once. */
  start(): void {
    this.#drive();
  }

  /** Gives the core an input, and does what it then asks for, soon. */
  input<T>(step: (core: RaftCore) => T): T | undefined {
    if (this.#isStopped) return undefined;
    try {
      return step(this.#core);
    } catch (error) {
      this.#fail(error);
      return undefined;
    } finally {
      this.#schedule();
    }
  }

  /** Messages of a peer. Entries are left out, as lost, while this node can neither apply nor hold them. */
  step(messages: readonly Message[]): void {
    const isFull = this.#heldUp !== null && this.#options.log.byteLength > UNAPPLIED_LOG_BYTES_MAX;
    this.input((core) => {
      for (const message of messages) {
        const isLeftOut = isFull && message.type === 'AppendEntries' && message.entries.length > 0;
        if (!isLeftOut) core.step(message);
      }
    });
  }

  /** Has the core go on alone, and gives the disk what that takes before anything else. */
  recover(order: RecoveryOrder): RecoverOutcome | undefined {
    const outcome = this.input((core) => core.recover(order));
    this.#drive();
    return outcome;
  }

  /** Rejects with RetryError unless the command was applied in the place that this leader gave it. */
  propose(data: Uint8Array): Promise<AppliedCommand> {
    if (this.#isStopped) return Promise.reject(new RachisClosedError('the node is shutting down'));
    this.#schedule();
    return this.#proposals.add(data);
  }

  /** The index that a linearizable read has to wait for; rejects with RetryError when this node doesn't lead. */
  readIndex(): Promise<number> {
    const context = ++this.#lastReadContext;
    return new Promise((resolve, reject) => {
      this.#reads.set(context, { resolve, reject });
      this.input((core) => core.readIndex(context));
    });
  }

  /** The others are to go on by what is committed now, not with the next entries only. */
  tellCommit(): void {
    if (this.#core.hasUntoldCommit) this.input((core) => core.tellCommit());
  }

  /** The content of this snapshot is here: true when it is now being installed, false when it isn't needed any more. */
  snapshotReceived(message: InstallSnapshot): boolean {
    this.input((core) => core.step(message));
    this.#drive();
    return this.isRestoring;
  }

  /** Waits for writes that are under way. Nothing is sent, persisted or applied afterwards. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#heldUp?.timer);
    clearTimeout(this.#tellingCommit ?? undefined);
    const error = new RachisClosedError('the node is shutting down');
    this.#abandon(error);
    this.appliedWaiters.close();
    await this.#restoring?.catch(() => undefined);
    await this.#compaction.idle();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isStopped) return;
    this.#isScheduled = true;
    // After the poll phase: whatever the sockets brought in this turn is stepped first, and goes out together.
    setImmediate(() => this.#drive());
  }

  #drive(): void {
    this.#isScheduled = false;
    if (this.#isStopped) return;
    try {
      this.#flushProposals();
      for (let ready = this.#core.takeReady(); ready !== null; ready = this.#core.takeReady()) {
        this.#handle(ready);
      }
      this.#applySlice();
      this.#tellCommitLater();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A leader fills them in by its state: they wait until that tells it what its predecessors left. */
  #flushProposals(): void {
    const isBehind = this.#core.rachisState === 'Leader' && !this.#core.isCaughtUpLeader;
    if (!isBehind) this.#proposals.flush(this.#core, this.#options.prepare);
  }

  #handle(ready: Ready): void {
    if (ready.persist !== null) this.#persist(ready.persist);
    this.#send(ready.messages);
    for (const entry of ready.committed) this.#committed.push(entry);
    for (const state of ready.readStates) this.#answerRead(state);
    if (ready.change === null) return;
    if (ready.change.state !== 'Leader') this.#abandon(new RetryError('this node does not lead any more'));
    this.#options.onChange(ready.change);
  }

  #persist(request: PersistRequest): void {
    const { log } = this.#options;
    let done: Promise<void>;
    if (request.snapshot === undefined && this.#restoring === null) done = log.persist(request);
    else {
      // The state machine first, then the log: a crash in between is put right at the next start.
      const before = this.#restoring ?? Promise.resolve();
      if (request.snapshot !== undefined) this.#committed = [];
      done = before.then(async () => {
        if (request.snapshot !== undefined) await this.#options.install(request.snapshot);
        await log.persist(request);
      });
      this.#restoring = done;
    }
    done.then(
      () => {
        if (this.#restoring === done) this.#restoring = null;
        this.input((core) => core.persisted(request.ticket));
        if (request.snapshot !== undefined) {
          this.appliedWaiters.advance(this.#options.stateMachine.appliedIndex);
          this.#options.onApplied();
        }
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #send(messages: readonly Message[]): void {
    const byPeer = new Map<NodeId, Message[]>();
    for (const message of messages) {
      if (message.type === 'InstallSnapshot') this.#options.sendSnapshot(message.to, message.term);
      else {
        const gathered = byPeer.get(message.to);
        if (gathered === undefined) byPeer.set(message.to, [message]);
        else gathered.push(message);
      }
    }
    for (const [to, gathered] of byPeer) this.#options.send(to, gathered);
  }

  #applySlice(): void {
    if (this.#committed.length === 0 || this.#restoring !== null) {
      this.#heldUp = null;
      return;
    }
    const { stateMachine } = this.#options;
    if (stateMachine.unwrittenBytes > UNWRITTEN_BYTES_MAX) {
      this.#holdUp();
      return;
    }
    this.#heldUp = null;
    const entries = this.#committed.splice(0, sliceOf(this.#committed));
    const startMs = performance.now();
    const results = stateMachine.apply(entries);
    this.#options.observeApply(performance.now() - startMs, entries.length);
    const last = entries.at(-1)?.index ?? 0;
    this.#core.applied(last);
    this.#proposals.settle(entries, results);
    this.appliedWaiters.advance(last);
    this.#options.onApplied();
    this.#schedule();
    void this.#compaction
      .consider(last, (durable) => this.input((core) => core.compact(durable)) ?? null)
      .catch((error: unknown) => this.#fail(error));
  }

  /** Unless entries do it before. */
  #tellCommitLater(): void {
    if (this.#core.hasUntoldCommit) {
      this.#tellingCommit ??= setTimeout(() => {
        this.#tellingCommit = null;
        this.tellCommit();
      }, TELL_COMMIT_AFTER_MS);
    } else if (this.#tellingCommit !== null) {
      clearTimeout(this.#tellingCommit);
      this.#tellingCommit = null;
    }
  }

  /** Looks again after a while. */
  #holdUp(): void {
    clearTimeout(this.#heldUp?.timer);
    const timer = setTimeout(() => this.#schedule(), APPLY_RETRY_MS);
    this.#heldUp = { sinceMs: this.#heldUp?.sinceMs ?? performance.now(), timer };
  }

  #answerRead({ context, index }: ReadState): void {
    const read = this.#reads.get(context);
    this.#reads.delete(context);
    if (index === null) read?.reject(new RetryError('this node does not lead'));
    else read?.resolve(index);
  }

  #abandon(error: Error): void {
    this.#proposals.abandon(error);
    for (const read of this.#reads.values()) read.reject(error);
    this.#reads.clear();
  }

  #fail(error: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const reason = error instanceof Error ? error : new Error(String(error));
    this.#abandon(new RachisClosedError(`Rachis has stopped on this node: ${reason.message}`));
    this.appliedWaiters.close();
    this.#options.onFatal(reason);
  }
}

/** How many of the entries are applied in one go. */
function sliceOf(entries: readonly Entry[]): number {
  let bytes = 0;
  let count = 0;
  for (; count < Math.min(entries.length, APPLY_SLICE_ENTRIES); count++) {
    bytes += entryBytes(entries[count] as Entry);
    if (bytes > APPLY_SLICE_BYTES && count > 0) break;
  }
  return count;
}
