import { GATE_MS_MAX } from './limits.ts';

/**
 * Lets a reader in another thread look at several columns at one moment: no write of the environment begins while the
 * gate is closed. One thread closes it.
 */
export class ReadGate {
  /** For the gate of another thread; one 32-bit number: how many keep it closed. */
  readonly memory: SharedArrayBuffer;
  readonly #closed: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#closed = new Int32Array(memory);
  }

  /** No write begins while `body` runs; one that has begun may end meanwhile. */
  whileClosed<Result>(body: () => Result): Result {
    Atomics.add(this.#closed, 0, 1);
    try {
      return body();
    } finally {
      Atomics.sub(this.#closed, 0, 1);
      Atomics.notify(this.#closed, 0);
    }
  }

  /** The only thread that closes it has begun anew: the one before may have ended in the middle of a read. */
  reset(): void {
    Atomics.store(this.#closed, 0, 0);
    Atomics.notify(this.#closed, 0);
  }

  /** Blocks until the gate is open, GATE_MS_MAX at most. */
  pass(): void {
    const count = Atomics.load(this.#closed, 0);
    if (count > 0) Atomics.wait(this.#closed, 0, count, GATE_MS_MAX);
  }
}
