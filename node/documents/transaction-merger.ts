import { setImmediate } from 'node:timers';
import type { WriteBatch } from '../storage/write-batch.ts';
import { META } from './columns.ts';
import type { CommandDefinition } from './command.ts';
import type { PendingState, SealedFigures } from './database-state.ts';
import { CommandTooLargeError, DatabaseClosedError, DatabaseOverloadedError } from './document-errors.ts';
import { lowerIdOf } from './document-id.ts';
import { DocumentTransaction } from './document-transaction.ts';
import type { HybridClock } from './hybrid-clock.ts';
import {
  BATCH_BYTES_MAX,
  BATCH_COMMANDS_MAX,
  COMMAND_BYTES_MAX,
  MERGER_SLICE_MS,
  PREFETCH_DOCUMENTS_MAX,
  QUEUED_BYTES_MAX,
  QUEUED_COMMANDS_MAX,
} from './limits.ts';
import type { PendingWrites } from './pending-writes.ts';
import { idKey } from './storage-keys.ts';

/** One committed batch, for metrics. */
export interface BatchStatistics {
  readonly commands: number;
  readonly bytes: number;
  /** How long its oldest command waited before the batch was handed to the writer thread. */
  readonly queueMs: number;
  readonly commitMs: number;
}

/** When the next turn comes, and how long one lasts. */
export interface MergerTurns {
  /** Monotonic, in milliseconds. */
  now(): number;
  soon(run: () => void): void;
}

/** In the check phase all requests that arrived in this turn of the event loop are there. */
const EVENT_LOOP: MergerTurns = {
  now: () => performance.now(),
  soon: (run) => void setImmediate(run),
};

export interface MergerOptions {
  readonly databaseName: string;
  readonly databaseId: string;
  readonly nodeTag: string;
  readonly pending: PendingWrites;
  readonly state: PendingState;
  readonly clock: HybridClock;
  /** Makes a batch durable. */
  readonly commit: (batch: WriteBatch) => Promise<void>;
  /** A batch is durable; `figures` is null when it changed none. Runs before its commands are answered. */
  readonly onDurable: (figures: SealedFigures | null) => void;
  /** A batch could not be made durable. Nothing more is run until `resume`. */
  readonly onFailure: (error: Error) => void;
  readonly observe?: (statistics: BatchStatistics) => void;
  /** Absent: those of the event loop. */
  readonly turns?: MergerTurns;
}

interface Job {
  readonly command: CommandDefinition<unknown, unknown>;
  readonly args: unknown;
  readonly bytes: number;
  readonly queuedAt: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  result: unknown;
}

/**
 * The one way to write to a database. Commands run one after the other on the pending state; while one batch is being
 * synced by the writer thread, the next gathers on top of its effects. Answers go out when the batch is durable.
 * A batch is handed over only after the one before it is durable, so that a failed one never leaves a successor.
 */
export class TransactionMerger {
  readonly #options: MergerOptions;
  readonly #turns: MergerTurns;
  #pending: PendingWrites;
  #state: PendingState;
  #clock: HybridClock;
  #transaction: DocumentTransaction;
  #queue: Job[] = [];
  #next = 0;
  #gathered: Job[] = [];
  #committing: readonly Job[] | null = null;
  #heldBytes = 0;
  #isScheduled = false;
  #failure: Error | null = null;
  #isClosing = false;
  #idle: (() => void)[] = [];

  constructor(options: MergerOptions) {
    this.#options = options;
    this.#turns = options.turns ?? EVENT_LOOP;
    this.#pending = options.pending;
    this.#state = options.state;
    this.#clock = options.clock;
    this.#transaction = this.#newTransaction();
  }

  /** Commands that wait or are not durable yet. */
  get queuedCommands(): number {
    return this.#queue.length - this.#next + this.#gathered.length + (this.#committing?.length ?? 0);
  }

  /** Greatest etag given out, durable or not. */
  get lastEtag(): number {
    return this.#state.lastEtag;
  }

  /**
   * Resolves with the command's result when its effects are durable. Rejects with what the command threw, with the
   * storage's error when its batch could not be made durable, or with DatabaseOverloadedError.
   */
  execute<Args, Result>(command: CommandDefinition<Args, Result>, args: Args): Promise<Result> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#isClosing) return Promise.reject(this.#closedError());
    const bytes = command.bytes?.(args) ?? 0;
    if (
      this.queuedCommands >= QUEUED_COMMANDS_MAX ||
      (this.#heldBytes > 0 && this.#heldBytes + bytes > QUEUED_BYTES_MAX)
    ) {
      return Promise.reject(this.#overloadedError());
    }
    return new Promise<Result>((resolve, reject) => {
      this.#heldBytes += bytes;
      this.#queue.push({
        command: command as CommandDefinition<unknown, unknown>,
        args,
        bytes,
        queuedAt: this.#turns.now(),
        resolve: resolve as (result: unknown) => void,
        reject,
        result: undefined,
      });
      this.#schedule();
    });
  }

  /** Starts again after a failure, on what is durable. */
  resume(pending: PendingWrites, state: PendingState, clock: HybridClock): void {
    this.#pending = pending;
    this.#state = state;
    this.#clock = clock;
    this.#transaction = this.#newTransaction();
    this.#failure = null;
  }

  /** Refuses new commands and waits until those accepted are answered. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.queuedCommands === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #newTransaction(): DocumentTransaction {
    const { nodeTag, databaseId } = this.#options;
    return new DocumentTransaction({
      pending: this.#pending,
      state: this.#state,
      clock: this.#clock,
      nodeTag,
      databaseId,
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#turns.soon(() => {
      this.#isScheduled = false;
      this.#run();
    });
  }

  #run(): void {
    if (this.#failure !== null) return;
    this.#gather();
    if (this.#committing === null) this.#submit();
    if (this.#next < this.#queue.length && !this.#isFull()) this.#schedule();
  }

  #isFull(): boolean {
    return this.#gathered.length >= BATCH_COMMANDS_MAX || this.#pending.bytes >= BATCH_BYTES_MAX;
  }

  #gather(): void {
    if (this.#next === this.#queue.length || this.#isFull()) return;
    const until = this.#turns.now() + MERGER_SLICE_MS;
    let prefetchedTo = this.#next;
    do {
      if (this.#next === prefetchedTo) prefetchedTo = this.#prefetch(prefetchedTo);
      const job = this.#queue[this.#next++] as Job;
      this.#runCommand(job);
    } while (this.#next < this.#queue.length && !this.#isFull() && this.#turns.now() < until);
    this.#pending.forgetPrefetched();
    if (this.#next === this.#queue.length) {
      this.#queue = [];
      this.#next = 0;
    } else if (this.#next > BATCH_COMMANDS_MAX) {
      this.#queue = this.#queue.slice(this.#next);
      this.#next = 0;
    }
  }

  /** Fetches the documents of the commands from `from` on; gives the position after the last one looked at. */
  #prefetch(from: number): number {
    this.#pending.forgetPrefetched();
    const keys: Buffer[] = [];
    let to = from;
    while (to < this.#queue.length && keys.length < PREFETCH_DOCUMENTS_MAX) {
      const { command, args } = this.#queue[to++] as Job;
      const ids = command.ids?.(args) ?? [];
      if (ids.length > PREFETCH_DOCUMENTS_MAX) continue;
      for (const id of ids) keys.push(idKey(lowerIdOf(id)));
    }
    if (keys.length > 1) this.#pending.prefetchDocuments(keys);
    return to;
  }

  #runCommand(job: Job): void {
    this.#transaction.beginCommand();
    try {
      job.result = job.command.execute(this.#transaction, job.args);
      if (this.#pending.commandBytes > COMMAND_BYTES_MAX) {
        throw new CommandTooLargeError(
          `One '${job.command.type}' may write ${COMMAND_BYTES_MAX} bytes, but this one writes ${this.#pending.commandBytes}; split it.`,
        );
      }
    } catch (error) {
      this.#transaction.undoCommand();
      this.#release(job);
      job.reject(error);
      this.#wakeIfIdle();
      return;
    }
    this.#gathered.push(job);
  }

  #submit(): void {
    if (this.#gathered.length === 0) return;
    const jobs = this.#gathered;
    this.#gathered = [];
    this.#committing = jobs;
    const figures = this.#state.seal(this.#clock.last);
    for (const { key, value } of figures?.rows ?? []) this.#pending.put(META, key, value);
    const batch = this.#pending.seal();
    const statistics = {
      commands: jobs.length,
      bytes: batch.byteLength,
      queueMs: this.#turns.now() - (jobs[0] as Job).queuedAt,
    };
    const started = this.#turns.now();
    this.#options.commit(batch).then(
      () => {
        this.#onDurable(jobs, figures);
        this.#options.observe?.({ ...statistics, commitMs: this.#turns.now() - started });
      },
      (error: Error) => this.#onFailure(error),
    );
  }

  #onDurable(jobs: readonly Job[], figures: SealedFigures | null): void {
    this.#pending.committed();
    this.#committing = null;
    // The writer thread gets its next batch before anybody is answered: it must not idle meanwhile.
    this.#submit();
    if (this.#next < this.#queue.length) this.#schedule();
    this.#options.onDurable(figures);
    for (const job of jobs) {
      this.#release(job);
      job.resolve(job.result);
    }
    this.#wakeIfIdle();
  }

  #onFailure(error: Error): void {
    this.#failure = error;
    const failed = [...(this.#committing ?? []), ...this.#gathered, ...this.#queue.slice(this.#next)];
    this.#committing = null;
    this.#gathered = [];
    this.#queue = [];
    this.#next = 0;
    this.#pending.discard();
    for (const job of failed) {
      this.#release(job);
      job.reject(error);
    }
    this.#options.onFailure(error);
    this.#wakeIfIdle();
  }

  #release(job: Job): void {
    this.#heldBytes -= job.bytes;
  }

  #wakeIfIdle(): void {
    if (this.queuedCommands > 0) return;
    for (const wake of this.#idle.splice(0)) wake();
  }

  #closedError(): DatabaseClosedError {
    return new DatabaseClosedError(`The database '${this.#options.databaseName}' is closed.`);
  }

  #overloadedError(): DatabaseOverloadedError {
    return new DatabaseOverloadedError(
      `The database '${this.#options.databaseName}' has ${this.queuedCommands} writes with ${this.#heldBytes} bytes waiting for its disk, which is as many as it may hold. Try again later.`,
    );
  }
}
