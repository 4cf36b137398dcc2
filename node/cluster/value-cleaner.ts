import type { Logger } from '../observability/logger.ts';
import type { ClusterCommand, ValuesCleaned } from './cluster-command.ts';
import { hasValuesToClean } from './state/clean-values.ts';
import type { StateReader } from './state/state-transaction.ts';

export interface ValueCleanerOptions {
  /** Pause between two looks, in milliseconds. */
  readonly periodMs: number;
  readonly state: StateReader;
  readonly logger: Logger;
  isLeader(): boolean;
  submit(command: ClusterCommand): Promise<{ readonly result: unknown }>;
}

/** While this node leads: has the cluster remove values that have expired, and those of deleted databases. */
export class ValueCleaner {
  readonly #options: ValueCleanerOptions;
  readonly #timer: NodeJS.Timeout;
  #isCleaning = false;
  #isClosed = false;

  constructor(options: ValueCleanerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#clean(), options.periodMs);
    this.#timer.unref();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #clean(): Promise<void> {
    if (this.#isCleaning) return;
    this.#isCleaning = true;
    const { state, submit, isLeader, logger } = this.#options;
    try {
      while (!this.#isClosed && isLeader() && hasValuesToClean(state, Date.now())) {
        const { removed } = (await submit({ type: 'CleanValues' })).result as ValuesCleaned;
        if (removed > 0) logger.debug(`Removed ${removed} compare-exchange values that had expired`);
      }
    } catch (error) {
      logger.debug('Compare-exchange values were not cleaned; tried again later', { error: String(error) });
    } finally {
      this.#isCleaning = false;
    }
  }
}
