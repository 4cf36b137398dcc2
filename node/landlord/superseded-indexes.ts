import type { DatabaseIndexes } from '../index-thread/database-indexes.ts';
import type { Logger } from '../observability/logger.ts';
import { SUPERSEDED_INDEX_INTERVAL_MS } from './limits.ts';

export interface SupersededIndexesOptions {
  readonly indexes: DatabaseIndexes;
  /** One node of the group does it. */
  readonly isMine: () => boolean;
  readonly remove: (names: readonly string[]) => Promise<void>;
  readonly logger: Logger;
}

/** Removes auto indexes that a wider one has taken the place of: those that were so at two looks in a row. */
export class SupersededIndexes {
  readonly #options: SupersededIndexesOptions;
  readonly #timer: NodeJS.Timeout;
  #before: readonly string[] = [];

  constructor(options: SupersededIndexesOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), SUPERSEDED_INDEX_INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { indexes, isMine, remove, logger } = this.#options;
    try {
      const superseded = isMine() ? await indexes.superseded() : [];
      const gone = superseded.filter((name) => this.#before.includes(name));
      this.#before = superseded;
      if (gone.length > 0) await remove(gone);
    } catch (error) {
      logger.debug('Superseded indexes are removed later', { error: String(error) });
    }
  }
}
