import { RachisRefusedError } from '../rachis-error.ts';

/** Longest time between two looks at a condition, in milliseconds. */
const LOOK_MS = 50;

/** Tells that something about leader, state, configuration or connections has changed, to listeners and to waiters. */
export class ChangeSignal {
  readonly #listeners = new Set<() => void>();
  readonly #waiters = new Set<() => void>();

  /** Gives the way to stop it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  notify(): void {
    for (const listener of [...this.#listeners]) listener();
    for (const resolve of [...this.#waiters]) resolve();
  }

  /** Resolves at the next change, or after the given time. */
  next(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      this.#waiters.add(done);
    });
  }

  /** Resolves when the condition holds, looked at after each change. Throws RachisRefusedError with the problem. */
  async until(holds: () => boolean, timeoutMs: number, problem: string): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!holds()) {
      if (performance.now() > deadline) throw new RachisRefusedError(problem);
      await this.next(LOOK_MS);
    }
  }
}
