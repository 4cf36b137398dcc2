import { ClusterTimeoutError, RachisClosedError } from '../rachis-error.ts';
import { type Due, IndexHeap } from './index-heap.ts';

interface Waiter extends Due {
  done(error?: Error): void;
}

/** Callers that wait until an index is applied on this node. */
export class AppliedWaiters {
  readonly #waiters = new IndexHeap<Waiter>();
  #applied: number;

  constructor(applied: number) {
    this.#applied = applied;
  }

  get count(): number {
    return this.#waiters.size;
  }

  advance(applied: number): void {
    this.#applied = Math.max(this.#applied, applied);
    for (let next = this.#waiters.first; next !== undefined; next = this.#waiters.first) {
      if (next.index > this.#applied) break;
      next.done();
    }
  }

  /** @throws ClusterTimeoutError */
  wait(index: number, timeoutMs: number): Promise<void> {
    if (index <= this.#applied) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        index,
        place: -1,
        done: (error) => {
          clearTimeout(timer);
          this.#waiters.remove(waiter);
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
    for (let next = this.#waiters.first; next !== undefined; next = this.#waiters.first) {
      next.done(new RachisClosedError('the node is shutting down'));
    }
  }
}
