import { CONCURRENT_REQUESTS_MAX } from '../limits.ts';
import { OverloadError } from './body-budget.ts';

/** Counts the requests that are being served, and refuses more than the limit. */
export class Admission {
  readonly #limit: number;
  #count = 0;

  constructor(limit = CONCURRENT_REQUESTS_MAX) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  /** false: too many already. Each true needs one `leave`. */
  enter(): boolean {
    if (this.#count >= this.#limit) return false;
    this.#count += 1;
    return true;
  }

  leave(): void {
    this.#count -= 1;
  }

  refusal(): OverloadError {
    return new OverloadError(
      `This node serves ${this.#limit} requests already; try again shortly, or another node.`,
    );
  }
}
