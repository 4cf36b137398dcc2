import type { Logger } from '../observability/logger.ts';
import type { RachisNode } from '../rachis/rachis-node.ts';
import { CATCH_UP_RETRY_MS } from './limits.ts';

export interface StartCatchUpOptions {
  readonly rachis: Pick<RachisNode, 'configuration' | 'readBarrier'>;
  readonly logger: Logger;
  /** In milliseconds. After it the node serves what it has: it is cut off, or there is no majority. */
  readonly timeoutMs: number;
}

/**
 * A node that starts stands where its state was saved last: its log has more, and others may have agreed on more while
 * it was away. Until it has applied that, it does not know which databases and indexes there are. Over at once where
 * there is nothing to catch up with.
 */
export class StartCatchUp {
  readonly #options: StartCatchUpOptions;
  #isOver = false;
  /** Resolves when it is over; never rejects. */
  readonly over: Promise<void>;
  #end: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StartCatchUpOptions) {
    this.#options = options;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
    if (options.rachis.configuration === null) this.#finish();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Begins once the other nodes can reach this one. */
  begin(): void {
    if (this.#isOver) return;
    const { timeoutMs, logger } = this.#options;
    this.#timer = setTimeout(() => {
      logger.warn(`No majority within ${timeoutMs} ms of the start; serving what this node knows`);
      this.#finish();
    }, timeoutMs);
    void this.#catchUp();
  }

  close(): void {
    this.#finish();
  }

  async #catchUp(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#options.rachis.readBarrier(this.#options.timeoutMs);
        this.#finish();
      } catch {
        // The leader changed, or there is none yet.
        await new Promise((resolve) => setTimeout(resolve, CATCH_UP_RETRY_MS));
      }
    }
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
    this.#end();
  }
}
