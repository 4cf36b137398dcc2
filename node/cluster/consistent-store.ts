import type { Logger } from '../observability/logger.ts';
import { ClusterTimeoutError, NoLeaderError } from '../rachis/rachis-error.ts';
import type { RachisNode } from '../rachis/rachis-node.ts';
import type { ClusterCommand } from './cluster-command.ts';
import type { ClusterStateMachine } from './cluster-state-machine.ts';
import { type CompareExchangeValues, compareExchangeValues } from './compare-exchange-values.ts';
import type { DatabaseRecord } from './database-record.ts';
import type { DatabaseReport } from './node-report.ts';
import { findSpace } from './state/spaces.ts';
import type { StateReader } from './state/state-transaction.ts';
import { TransactionPruner } from './transaction-pruner.ts';
import { type TransactionQueue, transactionQueue } from './transaction-queue.ts';
import { ValueCleaner } from './value-cleaner.ts';

export interface ConsistentStoreOptions {
  readonly rachis: RachisNode;
  readonly state: StateReader;
  readonly logger: Logger;
  readonly cleanPeriodMs: number;
  /** The last report of a node about a database, while this node leads. */
  reportOf(tag: string, database: string): DatabaseReport | undefined;
  /** What a node has told it lately of the copy that the record speaks of. */
  freshReportOf(tag: string, record: DatabaseRecord): DatabaseReport | undefined;
  /** The lowest version of the commands that a node of the cluster knows. */
  clusterVersion(): number;
  /** While this node leads: what time it is by most of the nodes, in milliseconds since 1970. */
  agreedMs(): number | null;
  /** Tells when transactions have come, and values have changed. */
  readonly events: Pick<ClusterStateMachine, 'onTransactions' | 'onValues'>;
  submit(command: ClusterCommand): Promise<{ readonly result: unknown }>;
}

/** What the cluster keeps of databases besides their records, consistent over all nodes. */
export class ConsistentStore {
  readonly #options: ConsistentStoreOptions;
  readonly #cleaner: ValueCleaner;
  readonly #pruner: TransactionPruner;

  constructor(options: ConsistentStoreOptions) {
    this.#options = options;
    const { rachis, state, logger, cleanPeriodMs, submit, agreedMs } = options;
    const { reportOf, freshReportOf, clusterVersion } = options;
    const isLeader = () => rachis.isCaughtUpLeader;
    this.#pruner = new TransactionPruner({
      state,
      logger,
      isLeader,
      reportOf,
      freshReportOf,
      clusterVersion,
      submit,
    });
    this.#cleaner = new ValueCleaner({ periodMs: cleanPeriodMs, state, logger, isLeader, agreedMs, submit });
  }

  /**
   * The compare-exchange values of a database, as this node has applied them. Read after `readBarrier` they are
   * linearizable; without it they may be behind.
   */
  values(databaseName: string): CompareExchangeValues {
    return compareExchangeValues(this.#options.state, databaseName);
  }

  /** What cluster transactions have for the copies of a database, as of now. */
  transactions(databaseName: string): TransactionQueue {
    return transactionQueue(this.#options.state, databaseName);
  }

  onTransactions(listener: () => void): () => void {
    return this.#options.events.onTransactions(listener);
  }

  /**
   * Called when compare-exchange values of a database have changed: keys in lower case, all of them up to a Raft index;
   * null: any may have changed. What was applied is visible then, and nobody has been told of it yet.
   */
  onValues(
    databaseName: string,
    listener: (keys: readonly string[] | null, raftIndex: number) => void,
  ): () => void {
    const { events, state } = this.#options;
    return events.onValues(({ index, keysOf }) => {
      const space = findSpace(state, databaseName);
      const keys = space === undefined ? [] : keysOf(space.id);
      if (keys?.length !== 0) listener(keys, index);
    });
  }

  /**
   * Resolves when this node has applied whatever was acknowledged anywhere before the call: a majority has confirmed it.
   * Rejects with NoLeaderError when none does in time.
   */
  async readBarrier(): Promise<void> {
    try {
      await this.#options.rachis.readBarrier();
    } catch (error) {
      if (!(error instanceof ClusterTimeoutError)) throw error;
      // Nothing was done that a client could fear to repeat: another node may answer.
      throw new NoLeaderError(`A majority of the cluster did not confirm what is newest: ${error.message}`);
    }
  }

  close(): void {
    this.#cleaner.close();
    this.#pruner.close();
  }
}
