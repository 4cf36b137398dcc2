import { RegularWork } from '../cluster/regular-work.ts';
import type { DatabaseIndexes } from '../index-thread/database-indexes.ts';
import { isSameIndexName, replacementName } from '../indexing/definitions/index-name.ts';
import type { Logger } from '../observability/logger.ts';
import { ROLLING_INDEX_INTERVAL_MS, ROLLING_INDEX_WAIT_MS } from './limits.ts';

/** An index that this node makes now, while others wait for it. */
export interface RunningDeployment {
  readonly index: string;
  /** Raft index at which the deployment began. */
  readonly deployment: number;
}

export interface RollingDeploymentsOptions {
  readonly indexes: DatabaseIndexes;
  /** Of this node, as the newest record has them. */
  readonly running: () => readonly RunningDeployment[];
  readonly lastEtag: () => number;
  /** Tells the cluster that the next node may begin. */
  readonly finish: (one: RunningDeployment) => Promise<void>;
  readonly logger: Logger;
}

/** Watches the rolling indexes whose turn it is on this node, and says when they have caught up. */
export class RollingDeployments {
  readonly #options: RollingDeploymentsOptions;
  readonly #work: RegularWork;

  constructor(options: RollingDeploymentsOptions) {
    this.#options = options;
    this.#work = new RegularWork({
      periodMs: ROLLING_INDEX_INTERVAL_MS,
      logger: options.logger,
      failure: 'That a rolling index has caught up is told later',
      work: () => this.#look(),
    });
  }

  close(): void {
    this.#work.close();
  }

  async #look(): Promise<void> {
    const { running, finish } = this.#options;
    for (const one of running()) {
      if (this.#work.isClosed) return;
      if (await this.#hasCaughtUp(one.index)) await finish(one);
    }
  }

  /** With all that was written up to now: what comes meanwhile it follows as every index does. */
  async #hasCaughtUp(name: string): Promise<boolean> {
    const { indexes, lastEtag } = this.#options;
    const known = await indexes.statistics();
    const isThere = known.some((index) => isSameIndexName(index.name, name));
    const isReplaced = known.some((index) => isSameIndexName(index.name, replacementName(name)));
    if (!isThere || isReplaced) return false;
    const wait = { indexes: [name], upToEtag: lastEtag(), timeoutMs: ROLLING_INDEX_WAIT_MS };
    return (await indexes.waitFor(wait)).length === 0;
  }
}
