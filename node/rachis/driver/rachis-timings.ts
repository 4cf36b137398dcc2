import type { RachisNodeOptions } from '../rachis-options.ts';
import { type DurationSummary, RecentDurations } from './recent-durations.ts';

/** Time until a write of the log was durable, and time to apply a slice of entries. */
export interface TimingSummary {
  readonly logWrites: DurationSummary;
  readonly applies: DurationSummary;
}

/** How long the disk and the state machine take: remembered for people, and told to the metrics. */
export class RachisTimings {
  readonly #options: Pick<RachisNodeOptions, 'observeLogWrite' | 'observeApply'>;
  readonly #logWrites = new RecentDurations();
  readonly #applies = new RecentDurations();

  constructor(options: Pick<RachisNodeOptions, 'observeLogWrite' | 'observeApply'>) {
    this.#options = options;
  }

  readonly logWritten = (milliseconds: number, bytes: number): void => {
    this.#logWrites.add(milliseconds);
    this.#options.observeLogWrite?.(milliseconds, bytes);
  };

  readonly applied = (milliseconds: number, entries: number): void => {
    this.#applies.add(milliseconds);
    this.#options.observeApply?.(milliseconds, entries);
  };

  summary(): TimingSummary {
    return { logWrites: this.#logWrites.summary(), applies: this.#applies.summary() };
  }
}
