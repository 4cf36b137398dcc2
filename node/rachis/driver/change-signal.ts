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
}
