import { CATCH_UP_TICKS_MAX } from '../limits.ts';

/**
 * Calls `onTick` at a steady rate by the monotonic clock. After the event loop was held up only a few ticks are made up
 * for: messages that arrived meanwhile are waiting to be read, and must get their turn before a timeout is declared.
 */
export class Ticker {
  readonly #timer: NodeJS.Timeout;

  constructor(intervalMs: number, onTick: () => void) {
    let nextMs = performance.now() + intervalMs;
    this.#timer = setInterval(() => {
      const now = performance.now();
      for (let made = 0; now >= nextMs && made < CATCH_UP_TICKS_MAX; made++) {
        nextMs += intervalMs;
        onTick();
      }
      if (now >= nextMs) nextMs = now + intervalMs;
    }, intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
