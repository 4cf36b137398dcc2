import type { LocalIndex, UpTo } from '../indexing/local/local-index.ts';
import { StorageClosedError } from '../storage/storage-error.ts';
import { STALE_WAIT_MS, WAITING_QUERIES_MAX } from './limits.ts';

interface Waiter {
  readonly index: LocalIndex;
  readonly upTo: UpTo;
  readonly end: () => void;
}

/** Who waits for indexes of a database to catch up. */
export class IndexWaiters {
  #waiters: readonly Waiter[] = [];

  /** Resolves when the index has everything up to there or is deleted, when time is up, or when the database closes. */
  caughtUp(index: LocalIndex, upTo: UpTo, waitMs: number): Promise<void> {
    if (isOver(index, upTo)) return Promise.resolve();
    if (this.#waiters.length >= WAITING_QUERIES_MAX) {
      return Promise.reject(
        new StorageClosedError(`More than ${WAITING_QUERIES_MAX} queries wait for indexes.`),
      );
    }
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiters = this.#waiters.filter((waiter) => waiter !== own);
        resolve();
      };
      const timer = setTimeout(end, waitMs > 0 ? waitMs : STALE_WAIT_MS);
      const own: Waiter = { index, upTo, end };
      this.#waiters = [...this.#waiters, own];
    });
  }

  /** Lets those go whose index has got there. */
  settle(): void {
    for (const { index, upTo, end } of this.#waiters) if (isOver(index, upTo)) end();
  }

  endAll(): void {
    for (const { end } of this.#waiters) end();
  }
}

/** One that is deleted never catches up. */
function isOver(index: LocalIndex, upTo: UpTo): boolean {
  return index.isDropped || !index.isStale(upTo);
}
