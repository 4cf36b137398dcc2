import { RegularWork } from '../cluster/regular-work.ts';
import type { DatabaseIndexes } from '../index-thread/database-indexes.ts';
import type { Logger } from '../observability/logger.ts';

export interface SupersededIndexesOptions {
  readonly indexes: DatabaseIndexes;
  /** Between two looks, in milliseconds. */
  readonly periodMs: number;
  /** One node of the group does it. */
  readonly isMine: () => boolean;
  readonly remove: (names: readonly string[]) => Promise<void>;
  readonly logger: Logger;
}

/** Removes auto indexes that a wider one has taken the place of: those that were so at two looks in a row. */
export class SupersededIndexes {
  readonly #options: SupersededIndexesOptions;
  readonly #work: RegularWork;
  #before: readonly string[] = [];

  constructor(options: SupersededIndexesOptions) {
    this.#options = options;
    this.#work = new RegularWork({
      periodMs: options.periodMs,
      logger: options.logger,
      failure: 'Superseded indexes are removed later',
      work: () => this.#look(),
    });
  }

  close(): void {
    this.#work.close();
  }

  async #look(): Promise<void> {
    const { indexes, isMine, remove } = this.#options;
    const superseded = isMine() ? await indexes.superseded() : [];
    const gone = superseded.filter((name) => this.#before.includes(name));
    this.#before = superseded;
    if (gone.length > 0) await remove(gone);
  }
}
