import type { LostTransactions, TransactionQueue, WaitingTransaction } from '../cluster/transaction-queue.ts';
import { etagOf } from '../documents/change-vector.ts';
import {
  executeClusterTransaction,
  passClusterTransaction,
} from '../documents/commands/execute-cluster-transaction.ts';
import type { Database } from '../documents/database.ts';
import type { Logger } from '../observability/logger.ts';
import { type ReplicationClock, systemClock } from '../replication/replication-clock.ts';
import {
  LEFT_OUT_TRANSACTIONS_KEPT,
  TRANSACTION_ATTEMPTS_MAX,
  TRANSACTION_RETRY_DELAY_MS,
  TRANSACTIONS_AT_ONCE,
  TRANSACTIONS_AT_ONCE_LENGTH,
} from './limits.ts';

export interface TransactionExecutorOptions {
  readonly database: Pick<Database, 'name' | 'changeVector' | 'execute' | 'onCommit'>;
  readonly logger: Logger;
  /** Database id of the RAFT entries; null: the database has none. */
  group(): string | null;
  queue(): TransactionQueue;
  /**
   * Whether this copy may begin with the oldest transaction that is kept. One that was added later may not: what was
   * written and deleted before it came would be back. It begins where the copy that fills it is.
   */
  mayBegin(queue: TransactionQueue): boolean;
  /** Of pauses and time-outs; absent: the system's. */
  readonly clock?: ReplicationClock;
  /** Pause before one that failed is tried again, in milliseconds; default: TRANSACTION_RETRY_DELAY_MS. */
  readonly retryDelayMs?: number;
}

/** Errors of a storage that can't be written now, or of a database that is busy or closing: the next try may do. */
const PASSING_ERRORS: ReadonlySet<string> = new Set([
  'StorageError',
  'StorageFullError',
  'StorageClosedError',
  'DatabaseClosedError',
  'DatabaseOverloadedError',
  'ClusterTransactionGapError',
]);

/**
 * Executes the documents of cluster transactions on this copy, in order, each once. How far it is stands in the
 * database's change vector, which replication moves on too: what comes that way need not be executed.
 */
export class TransactionExecutor {
  readonly #options: TransactionExecutorOptions;
  readonly #clock: ReplicationClock;
  readonly #waiters = new Set<{ readonly count: number; resolve(): void }>();
  readonly #unsubscribe: () => void;
  #running: Promise<void> | null = null;
  #isDue = false;
  #isClosed = false;
  #failures = 0;
  #endDelay: (() => void) | null = null;
  /** Last counts of the transactions that were left out latest. */
  readonly #leftOut: number[] = [];

  constructor(options: TransactionExecutorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#unsubscribe = options.database.onCommit(() => this.#committed());
  }

  /** Count of the last document that this copy has, by execution or by replication. */
  get executedCount(): number {
    const group = this.#options.group();
    return group === null ? 0 : etagOf(this.#options.database.changeVector, group);
  }

  /** Whether everything that this node has applied is executed. */
  get isCurrent(): boolean {
    return this.executedCount >= this.#options.queue().lastCount;
  }

  /** Whether the transaction that ends with this count could not be executed here and was left out. */
  wasLeftOut(lastCount: number): boolean {
    return this.#leftOut.includes(lastCount);
  }

  /** There may be something to execute. */
  wake(): void {
    this.#isDue = true;
    if (this.#isClosed) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      if (this.#isDue) this.wake();
    });
  }

  /** Resolves with whether the documents up to that count are here, after `timeoutMs` at the latest. */
  async waitFor(count: number, timeoutMs: number): Promise<boolean> {
    if (this.executedCount >= count) return true;
    this.wake();
    await new Promise<void>((resolve) => {
      const waiter = {
        count,
        resolve: () => {
          cancel();
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      const cancel = this.#clock.after(timeoutMs, waiter.resolve);
      this.#waiters.add(waiter);
    });
    return this.executedCount >= count;
  }

  /** As waitFor, for everything that this node has applied by now. */
  waitUntilCurrent(timeoutMs: number): Promise<boolean> {
    return this.waitFor(this.#options.queue().lastCount, timeoutMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#endDelay?.();
    for (const waiter of [...this.#waiters]) waiter.resolve();
    await this.#running;
  }

  #committed(): void {
    if (this.#waiters.size > 0) {
      const executed = this.executedCount;
      for (const waiter of [...this.#waiters]) if (waiter.count <= executed) waiter.resolve();
    }
    // What came by replication may have closed a gap.
    if (this.#running === null && !this.isCurrent) this.wake();
  }

  async #run(): Promise<void> {
    while (this.#isDue && !this.#isClosed) {
      this.#isDue = false;
      const group = this.#options.group();
      if (group === null) return;
      const next = this.#next();
      if (next === null) return;
      this.#isDue = true;
      if ('lostUpTo' in next) await this.#passLost(next, group);
      else await this.#execute(next, group);
    }
  }

  /** What can be executed now, together; null when there is nothing or what there is comes by replication. */
  #next(): readonly WaitingTransaction[] | LostTransactions | null {
    const queue = this.#options.queue();
    let count = this.executedCount;
    if (count === 0 && !this.#options.mayBegin(queue)) return null;
    const transactions: WaitingTransaction[] = [];
    for (
      let length = 0;
      transactions.length < TRANSACTIONS_AT_ONCE && length < TRANSACTIONS_AT_ONCE_LENGTH;
    ) {
      const next = queue.after(count);
      if (typeof next === 'string') break;
      if ('lostUpTo' in next) return transactions.length === 0 ? next : transactions;
      transactions.push(next);
      count = next.lastCount;
      length += next.documents.reduce((sum, { document }) => sum + (document?.length ?? 0), 0);
    }
    return transactions.length === 0 ? null : transactions;
  }

  /** Who waited for them need not any more; the log says what is missing. */
  async #passLost({ lostUpTo }: LostTransactions, group: string): Promise<void> {
    const { database, logger } = this.#options;
    const executed = this.executedCount;
    logger.error(
      `Documents of cluster transactions of ${database.name} are lost with all copies that had them; this copy goes on without`,
      { fromCount: executed + 1, upToCount: lostUpTo },
    );
    await this.#passUpTo(lostUpTo, group);
  }

  async #execute(transactions: readonly WaitingTransaction[], group: string): Promise<void> {
    const { database, logger } = this.#options;
    // Each is a command of its own: the merger keeps their order, and takes many into one write.
    const outcomes = await Promise.allSettled(
      transactions.map(({ firstCount, lastCount, documents }) =>
        database.execute(executeClusterTransaction, { group, firstCount, lastCount, writes: documents }),
      ),
    );
    const failed = outcomes.findIndex(({ status }) => status === 'rejected');
    const outcome = outcomes[failed];
    const transaction = transactions[failed];
    if (outcome?.status !== 'rejected' || transaction === undefined) {
      this.#failures = 0;
      return;
    }
    const error = outcome.reason instanceof Error ? outcome.reason : new Error(String(outcome.reason));
    // Those before it went well: this is the first try of another one.
    this.#failures = failed > 0 ? 1 : this.#failures + 1;
    const isPassing = PASSING_ERRORS.has(error.name);
    if (!isPassing && this.#failures >= TRANSACTION_ATTEMPTS_MAX)
      return this.#pass(transaction, group, error);
    logger.warn(`A cluster transaction of ${database.name} was not executed; tried again`, {
      fromCount: transaction.firstCount,
      error: error.message,
    });
    await this.#delay();
  }

  /** None may hold up those behind it for ever. Nothing can be expected to come here; the log says what is missing. */
  async #pass({ lastCount, documents }: WaitingTransaction, group: string, error: Error): Promise<void> {
    const { database, logger } = this.#options;
    logger.error(`A cluster transaction of ${database.name} can't be executed on this node and is left out`, {
      raftIndex: documents[0]?.index,
      documents: documents.map(({ id }) => id).slice(0, 10),
      error: error.message,
    });
    this.#failures = 0;
    this.#leftOut.push(lastCount);
    if (this.#leftOut.length > LEFT_OUT_TRANSACTIONS_KEPT) this.#leftOut.shift();
    await this.#passUpTo(lastCount, group);
  }

  async #passUpTo(lastCount: number, group: string): Promise<void> {
    const { database, logger } = this.#options;
    try {
      await database.execute(passClusterTransaction, { group, lastCount });
    } catch (error) {
      logger.warn(`Cluster transactions of ${database.name} were not left out; tried again`, {
        upToCount: lastCount,
        error: String(error),
      });
      await this.#delay();
    }
  }

  #delay(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const delayMs = this.#options.retryDelayMs ?? TRANSACTION_RETRY_DELAY_MS;
      const cancel = this.#clock.after(delayMs, resolve);
      this.#endDelay = () => {
        cancel();
        resolve();
      };
    });
  }
}
