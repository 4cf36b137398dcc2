import type { Logger } from '../observability/logger.ts';
import type { ClusterCommand } from './cluster-command.ts';
import { PRUNE_PERIOD_MS } from './limits.ts';
import type { DatabaseReport } from './node-report.ts';
import { pruneTarget } from './observer/prune-target.ts';
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
  submit(command: ClusterCommand): Promise<unknown>;
}

/** While this node leads: has the cluster forget the documents of cluster transactions that every copy has. */
export class TransactionPruner {
  readonly #options: TransactionPrunerOptions;
  readonly #timer: NodeJS.Timeout;
  #isPruning = false;
  #isClosed = false;

  constructor(options: TransactionPrunerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#prune(), PRUNE_PERIOD_MS);
    this.#timer.unref();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #prune(): Promise<void> {
    if (this.#isPruning) return;
    this.#isPruning = true;
    try {
      for (const [key] of this.#options.state.list(SPACES)) await this.#pruneOne(key.slice(SPACES.length));
    } catch (error) {
      this.#options.logger.debug('Cluster transactions were not pruned; tried again', {
        error: String(error),
      });
    } finally {
      this.#isPruning = false;
    }
  }

  /** A command removes a bounded number; they follow one another until nothing is left to do. */
  async #pruneOne(database: string): Promise<void> {
    const { state, isLeader, reportOf, submit } = this.#options;
    while (!this.#isClosed && isLeader()) {
      const waiting = waitingAmount(state, database);
      const record = findRecord(state, database)?.record;
      if (waiting === null || record === undefined) return;
      const upTo = pruneTarget(waiting, record.Topology, (tag) => reportOf(tag, database));
      if (upTo === null) return;
      await submit({ type: 'PruneTransactions', database, space: waiting.space, upTo });
    }
  }
}
