import type { ReplicationClock } from '../../../node/replication/replication-clock.ts';

interface Due {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | null;
}

/** A small, fast generator with a seed (mulberry32), so that a run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Time that moves only when the simulation says so; callbacks of one moment run in the order in which they came. */
export class VirtualTime implements ReplicationClock {
  readonly #random: () => number;
  readonly #heap: Due[] = [];
  #now = 0;
  #order = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.#random();
  }

  after(delayMs: number, callback: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#push(due);
    return () => {
      due.callback = null;
    };
  }

  soon(callback: () => void): void {
    this.after(0.01, callback);
  }

  /** Runs all that is due within the next `durationMs`. */
  async run(durationMs: number): Promise<void> {
    const until = this.#now + durationMs;
    for (let due = this.#heap[0]; due !== undefined && due.at <= until; due = this.#heap[0]) {
      this.#pop();
      if (due.callback === null) continue;
      this.#now = Math.max(this.#now, due.at);
      due.callback();
      // What awaits in the code under test goes on before the next event.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = until;
  }

  #isBefore(a: Due, b: Due): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Due;
      if (!this.#isBefore(due, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      const right = heap[child + 1];
      if (right !== undefined && this.#isBefore(right, heap[child] as Due)) child++;
      const below = heap[child];
      if (below === undefined || !this.#isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}
