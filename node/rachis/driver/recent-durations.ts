import { DURATIONS_KEPT } from '../limits.ts';

/** How long something took lately, in milliseconds; count and maximum are of all since the start. */
export interface DurationSummary {
  readonly count: number;
  readonly lastMs: number;
  /** Of the last `DURATIONS_KEPT`. */
  readonly meanMs: number;
  readonly recentMaxMs: number;
  readonly maxMs: number;
}

/** A ring of the last durations: enough to see on a page whether the disk is slow now, without a metrics server. */
export class RecentDurations {
  readonly #ring: number[] = [];
  #count = 0;
  #maxMs = 0;

  add(ms: number): void {
    this.#ring[this.#count % DURATIONS_KEPT] = ms;
    this.#count++;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  summary(): DurationSummary {
    const recent = this.#ring;
    const sum = recent.reduce((total, ms) => total + ms, 0);
    return {
      count: this.#count,
      lastMs: recent[(this.#count - 1) % DURATIONS_KEPT] ?? 0,
      meanMs: recent.length === 0 ? 0 : sum / recent.length,
      recentMaxMs: Math.max(0, ...recent),
      maxMs: this.#maxMs,
    };
  }
}
