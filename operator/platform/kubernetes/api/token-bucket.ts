/** Lets so many through at once and so many a second in the long run. Pure: the caller brings the time and waits. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  /** Below zero: so many have been promised already. */
  #tokens: number;
  #atMs: number | undefined;

  constructor(options: { readonly perSecond: number; readonly burst: number }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#tokens = options.burst;
  }

  /**
   * Takes a turn, now or later.
   *
   * @param nowMs of any clock that does not go back
   * @returns how long to wait, in milliseconds, or `undefined` if that would be more than `waitMaxMs`: no turn is taken
   */
  take(nowMs: number, waitMaxMs: number): number | undefined {
    const passedMs = Math.max(0, nowMs - (this.#atMs ?? nowMs));
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + (passedMs * this.#perSecond) / 1_000);
    const waitMs = this.#tokens >= 1 ? 0 : ((1 - this.#tokens) * 1_000) / this.#perSecond;
    if (waitMs > waitMaxMs) return undefined;
    this.#tokens -= 1;
    return waitMs;
  }
}
