import type { Logger } from '../observability/logger.ts';
import type { ClusterCommand } from './cluster-command.ts';
import { LOG_TIME_PERIOD_MS, REQUESTS_KEPT_MIN } from './limits.ts';
import { RegularWork } from './regular-work.ts';
import { logTimeOf } from './state/advance-log-time.ts';
import type { StateReader } from './state/state-transaction.ts';

export interface LogClockOptions {
  readonly state: StateReader;
  readonly logger: Logger;
  /** Requests whose outcome is remembered. */
  rememberedCount(): number;
  /** The term that this node leads in; null while it does not lead. */
  ledTerm(): number | null;
  /** Without protection from running twice: it harms nobody. */
  submit(command: ClusterCommand): Promise<unknown>;
  /** A monotonic clock, in milliseconds. */
  nowMs(): number;
}

/**
 * While this node leads: has the time of the log go on by what has passed since the last look in the same term, as long
 * as there are requests that may be forgotten by it. What can't be told for sure to have passed is left out: the time
 * of the log may be slow, but not fast.
 */
export class LogClock {
  readonly #options: LogClockOptions;
  readonly #work: RegularWork;
  #lastLook: { readonly term: number; readonly atMs: number } | null = null;

  constructor(options: LogClockOptions) {
    this.#options = options;
    this.#work = new RegularWork({
      periodMs: LOG_TIME_PERIOD_MS,
      logger: options.logger,
      failure: 'The time of the log did not go on; tried again',
      work: () => this.look(),
    });
  }

  close(): void {
    this.#work.close();
  }

  async look(): Promise<void> {
    const { state, ledTerm, nowMs, rememberedCount, submit } = this.#options;
    const before = this.#lastLook;
    const term = ledTerm();
    this.#lastLook = term === null ? null : { term, atMs: nowMs() };
    if (this.#lastLook === null) return;
    const from = logTimeOf(state);
    const passedMs = before?.term === term ? this.#lastLook.atMs - before.atMs : 0;
    const isNeeded = rememberedCount() > REQUESTS_KEPT_MIN && passedMs > 0;
    if (from !== null && !isNeeded) return;
    await submit({ type: 'AdvanceLogTime', from: from ?? 0, to: (from ?? 0) + Math.floor(passedMs) });
  }
}
