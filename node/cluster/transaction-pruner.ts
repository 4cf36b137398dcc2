import type { Logger } from '../observability/logger.ts';
import type { ClusterCommand } from './cluster-command.ts';
import { ABANDON_VERSION } from './command-version.ts';
import type { DatabaseRecord } from './database-record.ts';
import { PRUNE_PERIOD_MS } from './limits.ts';
import type { DatabaseReport } from './node-report.ts';
import { LostTransactionWatch, lostTransactions } from './observer/lost-transactions.ts';
import { pruneTarget } from './observer/prune-target.ts';
import { RegularWork } from './regular-work.ts';
import { SPACES } from './state/state-keys.ts';
import type { StateReader } from './state/state-transaction.ts';
import { findRecord } from './state/stored-record.ts';
import { waitingAmount } from './transaction-queue.ts';

export interface TransactionPrunerOptions {
  readonly state: StateReader;
  readonly logger: Logger;
  isLeader(): boolean;
  /** The last report of a node about a database; names in lower case. */
  reportOf(tag: string, database: string): DatabaseReport | undefined;
  /** What a node has told lately of the copy that the record speaks of. */
  freshReportOf(tag: string, record: DatabaseRecord): DatabaseReport | undefined;
  /** The lowest version of the commands that a node of the cluster knows. */
  clusterVersion(): number;
  submit(command: ClusterCommand): Promise<unknown>;
}

/**
 * While this node leads: has the cluster forget the documents of cluster transactions that every copy has, and give up
 * those that no copy has any more.
 */
export class TransactionPruner {
  readonly #options: TransactionPrunerOptions;
  readonly #work: RegularWork;
  readonly #lost = new LostTransactionWatch();

  constructor(options: TransactionPrunerOptions) {
    this.#options = options;
    this.#work = new RegularWork({
      periodMs: PRUNE_PERIOD_MS,
      logger: options.logger,
      failure: 'Cluster transactions were not pruned; tried again',
      work: () => this.#prune(),
    });
  }

  close(): void {
    this.#work.close();
  }

  async #prune(): Promise<void> {
    if (!this.#options.isLeader()) {
      this.#lost.clear();
      return;
    }
    for (const [key] of this.#options.state.list(SPACES)) {
      const database = key.slice(SPACES.length);
      await this.#pruneOne(database);
      await this.#abandonOne(database);
    }
  }

  /** A command removes a bounded number; they follow one another until nothing is left to do. */
  async #pruneOne(database: string): Promise<void> {
    const { state, isLeader, reportOf, submit } = this.#options;
    while (!this.#work.isClosed && isLeader()) {
      const waiting = waitingAmount(state, database);
      const record = findRecord(state, database)?.record;
      if (waiting === null || record === undefined) return;
      const upTo = pruneTarget(waiting, record.Topology, (tag) => reportOf(tag, database));
      if (upTo === null) return;
      await submit({ type: 'PruneTransactions', database, space: waiting.space, upTo });
    }
  }

  async #abandonOne(database: string): Promise<void> {
    const { state, logger, freshReportOf, clusterVersion, submit } = this.#options;
    const record = findRecord(state, database)?.record;
    if (record === undefined || clusterVersion() < ABANDON_VERSION) return;
    const found = lostTransactions(state, record, (tag) => freshReportOf(tag, record));
    if (!this.#lost.isDue(database, found, performance.now()) || found === null) return;
    logger.error(
      `Documents of cluster transactions of ${record.DatabaseName} are lost with all copies that had them; given up`,
      { fromCount: found.from + 1, upToCount: found.upTo },
    );
    await submit(found);
  }
}
