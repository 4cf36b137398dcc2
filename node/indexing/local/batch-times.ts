import { BATCH_TIMES_KEPT } from '../limits.ts';
import type { Feed } from './feed.ts';

/** How long one batch of an index took, and what it was of. Durations are milliseconds. */
export interface BatchTime {
  /** Counted since the node has opened the index. */
  readonly id: number;
  readonly feed: Feed['kind'];
  /** Of documents that were mapped, or loaded; null: all documents, or values. */
  readonly collection: string | null;
  readonly startedAtMs: number;
  readonly mapMs: number;
  readonly reduceMs: number;
  /** Documents of groups were written. */
  readonly outputsMs: number;
  readonly commitMs: number;
  readonly durationMs: number;
  /** Documents that were mapped, those that failed, and entries or values that came of them. */
  readonly documents: number;
  readonly failures: number;
  readonly outputs: number;
  readonly documentBytes: number;
}

type Stage = 'mapMs' | 'reduceMs' | 'outputsMs' | 'commitMs';

/** Takes the time of one batch, stage after stage. */
export class BatchClock {
  readonly startedAtMs = Date.now();
  readonly #startedMs = performance.now();
  readonly #stages: Record<Stage, number> = { mapMs: 0, reduceMs: 0, outputsMs: 0, commitMs: 0 };
  #lastMs = this.#startedMs;

  /** The stage ends now. */
  ends(stage: Stage): void {
    const nowMs = performance.now();
    this.#stages[stage] = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
  }

  get times(): Pick<BatchTime, Stage | 'startedAtMs' | 'durationMs'> {
    return { ...this.#stages, startedAtMs: this.startedAtMs, durationMs: this.#lastMs - this.#startedMs };
  }
}

/** How long an index has worked since the node opened it, and how its last batches went. */
export class BatchTimes {
  #last: readonly BatchTime[] = [];
  #totalMs = 0;
  #count = 0;

  add(time: Omit<BatchTime, 'id'>): void {
    this.#totalMs += time.durationMs;
    this.#last = [...this.#last, { id: ++this.#count, ...time }].slice(-BATCH_TIMES_KEPT);
  }

  get totalMs(): number {
    return this.#totalMs;
  }

  /** The oldest first. */
  get last(): readonly BatchTime[] {
    return this.#last;
  }
}
