import { TURN_MS_MAX } from './limits.ts';

/**
 * Long work of a thread in short pieces: between two of them everybody else who waits there has a turn. Whoever does
 * the work asks after each piece whether its turn is over.
 */
export class Turns {
  #sinceMs = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#sinceMs >= TURN_MS_MAX;
  }

  /** Resolves when those who waited have had their turn. */
  async next(): Promise<void> {
    await new Promise(setImmediate);
    this.#sinceMs = performance.now();
  }
}
