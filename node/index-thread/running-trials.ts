import { StorageClosedError } from '../storage/storage-error.ts';
import { TRIALS_MAX } from './limits.ts';

/** Indexes of a database that are being tried out. */
export class RunningTrials {
  readonly #running = new Set<Promise<unknown>>();

  async run<Result>(trial: () => Promise<Result>): Promise<Result> {
    if (this.#running.size >= TRIALS_MAX) {
      throw new StorageClosedError(
        `${TRIALS_MAX} indexes of this database are being tried out: wait until one of them is done.`,
      );
    }
    const running = trial();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Resolves when none is left. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#running);
  }
}
