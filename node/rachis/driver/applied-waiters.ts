import { ClusterTimeoutError, RachisClosedError } from '../rachis-error.ts';

interface Waiter {
  readonly index: number;
  done(error?: Error): void;
}

/** Callers that wait until an index is applied on this node. */
export class AppliedWaiters {
  readonly #waiters = new Set<Waiter>();
  #applied: number;

  constructor(applied: number) {
    this.#applied = applied;
  }

  get count(): number {
    return this.#waiters.size;
  }

  advance(applied: number): void {
    this.#applied = Math.max(this.#applied, applied);
    for (const waiter of this.#waiters) {
      if (waiter.index <= this.#applied) waiter.done();
    }
  }

  /** @throws ClusterTimeoutError */
  wait(index: number, timeoutMs: number): Promise<void> {
    if (index <= this.#applied) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        index,
        done: (error) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      const timer = setTimeout(() => {
        const where = `index ${index} is not applied here within ${timeoutMs} ms; this node stands at ${this.#applied}`;
        waiter.done(new ClusterTimeoutError(where));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  close(): void {
    for (const waiter of this.#waiters) waiter.done(new RachisClosedError('the node is shutting down'));
  }
}
