import type { Logger } from '../observability/logger.ts';

export interface RegularWorkOptions {
  /** Pause between two beginnings, in milliseconds; one that is not through yet is waited for. */
  readonly periodMs: number;
  readonly logger: Logger;
  /** What is logged when it fails; it is tried again at its next time. */
  readonly failure: string;
  readonly work: () => Promise<void>;
}

/** Work that is done again and again, never twice at a time, and keeps no process alive. */
export class RegularWork {
  readonly #options: RegularWorkOptions;
  readonly #timer: NodeJS.Timeout;
  #isAtWork = false;
  #isClosed = false;

  constructor(options: RegularWorkOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#once(), options.periodMs);
    this.#timer.unref();
  }

  /** Work under way should not go on to its next step. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #once(): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    const { work, logger, failure } = this.#options;
    try {
      await work();
    } catch (error) {
      logger.debug(failure, { error: String(error) });
    } finally {
      this.#isAtWork = false;
    }
  }
}
