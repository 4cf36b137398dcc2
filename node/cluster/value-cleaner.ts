import type { Logger } from '../observability/logger.ts';
import type { ClusterCommand, ValuesCleaned } from './cluster-command.ts';
import { CLEANING_CLOCK_AHEAD_MAX_MS } from './limits.ts';
import { RegularWork } from './regular-work.ts';
import { hasValuesToClean } from './state/clean-values.ts';
import type { StateReader } from './state/state-transaction.ts';

export interface ValueCleanerOptions {
  /** Pause between two looks, in milliseconds. */
  readonly periodMs: number;
  readonly state: StateReader;
  readonly logger: Logger;
  isLeader(): boolean;
  /** What time it is by most of the nodes, in milliseconds since 1970; null: not known yet. */
  agreedMs(): number | null;
  submit(command: ClusterCommand): Promise<{ readonly result: unknown }>;
}

/** While this node leads: has the cluster remove values that have expired, and those of deleted databases. */
export class ValueCleaner {
  readonly #options: ValueCleanerOptions;
  readonly #work: RegularWork;

  constructor(options: ValueCleanerOptions) {
    const { periodMs, logger } = options;
    this.#options = options;
    this.#work = new RegularWork({
      periodMs,
      logger,
      failure: 'Compare-exchange values were not cleaned; tried again later',
      work: () => this.#clean(),
    });
  }

  close(): void {
    this.#work.close();
  }

  async #clean(): Promise<void> {
    const { state, submit, isLeader, agreedMs, logger } = this.#options;
    while (!this.#work.isClosed && isLeader()) {
      const nowMs = Date.now();
      const agreed = agreedMs();
      // The command carries this node's time: while that is wrong, values would go before theirs has come.
      if (agreed === null || nowMs - agreed > CLEANING_CLOCK_AHEAD_MAX_MS) return;
      if (!hasValuesToClean(state, nowMs)) return;
      const { removed, isDone } = (await submit({ type: 'CleanValues' })).result as ValuesCleaned;
      if (removed > 0) logger.debug(`Removed ${removed} compare-exchange values that had expired`);
      if (isDone) return;
    }
  }
}
