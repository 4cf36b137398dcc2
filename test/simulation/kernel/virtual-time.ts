import type { ReplicationClock } from '../../../node/replication/replication-clock.ts';
import { VirtualClock } from './virtual-clock.ts';

/** So often the event loop gets a turn of its own, in which rejections that nobody handles are told. */
const DRAINS_A_TURN = 1000;
let drainCount = 0;

/** Lets all go on that awaits what is settled: ticks of the process come when no promise has anything left to do. */
export function drain(): Promise<void> {
  if (++drainCount % DRAINS_A_TURN === 0) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Time as replication uses it, on a virtual clock: it moves only when the simulation says so. */
export class VirtualTime implements ReplicationClock {
  readonly #clock: VirtualClock;
  readonly #random: () => number;

  constructor(random: () => number, clock = new VirtualClock()) {
    this.#random = random;
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.nowMs;
  }

  random(): number {
    return this.#random();
  }

  after(delayMs: number, callback: () => void): () => void {
    let due: (() => void) | null = callback;
    this.#clock.schedule(Math.max(0, delayMs), () => due?.());
    return () => {
      due = null;
    };
  }

  soon(callback: () => void): void {
    this.after(0.01, callback);
  }

  /** Runs all that is due within the next `durationMs`. */
  async run(durationMs: number): Promise<void> {
    const clock = this.#clock;
    const untilMs = clock.nowMs + durationMs;
    while (clock.nextMs <= untilMs) {
      clock.advance();
      await drain();
    }
    clock.nowMs = untilMs;
  }
}
