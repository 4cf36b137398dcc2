import { ASKED_LATELY_MS, MERGE_PAUSE_MS } from './limits.ts';

/**
 * When blocks of postings may be merged: one turn after the other while nobody asks anything, and with pauses while
 * queries come, since each waits for the turn that is under way. Times in milliseconds, of any clock.
 */
export class MergePace {
  #askedMs = Number.NEGATIVE_INFINITY;
  #mergedMs = Number.NEGATIVE_INFINITY;

  asked(nowMs: number): void {
    this.#askedMs = nowMs;
  }

  merged(nowMs: number): void {
    this.#mergedMs = nowMs;
  }

  /** How long the next turn has to wait; 0: it need not. */
  pauseMs(nowMs: number): number {
    if (nowMs - this.#askedMs >= ASKED_LATELY_MS) return 0;
    return Math.max(0, this.#mergedMs + MERGE_PAUSE_MS - nowMs);
  }
}
