import { RegularWork } from '../cluster/regular-work.ts';
import type { DatabaseIndexes } from '../index-thread/database-indexes.ts';
import type { Logger } from '../observability/logger.ts';
import { UNUSED_INDEX_INTERVAL_MS } from './limits.ts';
import { type AutoIndexUse, type RetirementTimes, retirementOf, usesAt } from './retire-auto-indexes.ts';

export interface UnusedIndexesOptions {
  readonly indexes: DatabaseIndexes;
  /** One node of the group makes idle and deletes. */
  readonly isMine: () => boolean;
  readonly times: () => RetirementTimes;
  readonly setState: (names: readonly string[], state: 'Idle' | 'Normal') => Promise<void>;
  readonly remove: (names: readonly string[]) => Promise<void>;
  readonly logger: Logger;
}

/** Makes auto indexes idle that nobody asks, and deletes those that stay so. */
export class UnusedIndexes {
  readonly #options: UnusedIndexesOptions;
  readonly #work: RegularWork;
  #uses: ReadonlyMap<string, AutoIndexUse> = new Map();

  constructor(options: UnusedIndexesOptions) {
    this.#options = options;
    this.#work = new RegularWork({
      periodMs: UNUSED_INDEX_INTERVAL_MS,
      logger: options.logger,
      failure: 'Unused indexes are looked for later',
      work: () => this.#look(),
    });
  }

  close(): void {
    this.#work.close();
  }

  async #look(): Promise<void> {
    const { indexes, isMine, times, setState, remove } = this.#options;
    if (indexes.autoIndexes.length === 0) return;
    const statistics = await indexes.statistics();
    const nowMs = Date.now();
    const seen = statistics
      .filter(({ type, state }) => type.startsWith('Auto') && state !== 'Disabled')
      .map(({ name, state, lastQueriedAt }) => ({
        name,
        isIdle: state === 'Idle',
        lastQueriedMs: lastQueriedAt === null ? null : Date.parse(lastQueriedAt),
      }));
    this.#uses = usesAt(seen, this.#uses, nowMs);
    const retirement = retirementOf(this.#uses, times(), nowMs, isMine());
    if (retirement.awake.length > 0) await setState(retirement.awake, 'Normal');
    if (retirement.idle.length > 0) await setState(retirement.idle, 'Idle');
    if (retirement.remove.length > 0) await remove(retirement.remove);
  }
}
