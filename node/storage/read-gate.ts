import { GATE_MS_MAX } from './limits.ts';

/** Who reads through a gate: the thread that owns the environment, or the one that it is shared with. */
export type GateReader = 'owner' | 'guest';

const PLACES: Readonly<Record<GateReader, number>> = { owner: 0, guest: 1 };

/**
 * Lets a reader look at several columns at one moment: no write of the environment begins while the gate is closed. The
 * thread that owns the environment closes it, and one other.
 */
export class ReadGate {
  /** For the gate of another thread; a 32-bit number of each reader: how many keep it closed. */
  readonly memory: SharedArrayBuffer;
  readonly #closed: Int32Array;
  readonly #place: number;

  constructor(
    reader: GateReader,
    memory: SharedArrayBuffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT),
  ) {
    this.memory = memory;
    this.#closed = new Int32Array(memory);
    this.#place = PLACES[reader];
  }

  /** No write begins while `body` runs; one that has begun may end meanwhile. */
  whileClosed<Result>(body: () => Result): Result {
    Atomics.add(this.#closed, this.#place, 1);
    try {
      return body();
    } finally {
      Atomics.sub(this.#closed, this.#place, 1);
      Atomics.notify(this.#closed, this.#place);
    }
  }

  /** This reader's thread has begun anew: the one before may have ended in the middle of a read. */
  reset(): void {
    Atomics.store(this.#closed, this.#place, 0);
    Atomics.notify(this.#closed, this.#place);
  }

  /** Blocks until the gate is open, GATE_MS_MAX at most for each reader. */
  pass(): void {
    for (let place = 0; place < this.#closed.length; place++) {
      const count = Atomics.load(this.#closed, place);
      if (count > 0) Atomics.wait(this.#closed, place, count, GATE_MS_MAX);
    }
  }
}
