import { QueryKilledError, SlowQueryError } from '../query-error.ts';
import { QUERY_MS_MAX, QUERY_TURN_MS } from './limits.ts';

/**
 * Watches one query while it runs: all others wait meanwhile. It has turns; together they may take QUERY_MS_MAX, and it
 * ends as soon as somebody has killed it.
 */
export class QueryWatch {
  readonly #isKilled: () => boolean;
  readonly #nowMs: () => number;
  #turnStartedMs: number;
  /** Of the turns that are over. */
  #spentMs = 0;

  /** `nowMs`: a clock that only goes forward. */
  constructor(isKilled: () => boolean, nowMs: () => number = () => performance.now()) {
    this.#isKilled = isKilled;
    this.#nowMs = nowMs;
    this.#turnStartedMs = nowMs();
  }

  /** Called between any two steps of the query. @throws QueryKilledError, SlowQueryError */
  readonly check = (): void => {
    if (this.#isKilled()) throw new QueryKilledError();
    if (this.#spentMs + this.#turnMs > QUERY_MS_MAX) throw new SlowQueryError(QUERY_MS_MAX);
  };

  /** Others should have a turn before it goes on. */
  get isTurnOver(): boolean {
    return this.#turnMs > QUERY_TURN_MS;
  }

  /** Others have their turn, until `resume`. */
  pause(): void {
    this.#spentMs += this.#turnMs;
  }

  resume(): void {
    this.#turnStartedMs = this.#nowMs();
  }

  /** What follows has all of the time again. */
  restart(): void {
    this.#spentMs = 0;
    this.#turnStartedMs = this.#nowMs();
  }

  get #turnMs(): number {
    return this.#nowMs() - this.#turnStartedMs;
  }
}

/** Runs the steps to their end without a pause. */
export function withoutPause<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
