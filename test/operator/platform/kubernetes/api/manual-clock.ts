import type { Clock } from '../../../../../operator/platform/kubernetes/api/clock.ts';

/** Time that passes when the test says so; what is due runs in the order in which it is due. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #tasks = new Set<{ readonly atMs: number; readonly task: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  }

  get pending(): number {
    return this.#tasks.size;
  }

  /** Lets time pass, and whatever becomes due come to its end as far as it can without more time. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settled();
    for (;;) {
      const next = [...this.#tasks].sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > endMs) break;
      this.#tasks.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.task();
      await settled();
    }
    this.#nowMs = endMs;
    await settled();
  }
}

/** All promises that need no more than other promises. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
