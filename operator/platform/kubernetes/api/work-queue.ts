import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { KubeError } from './kube-error.ts';
import type { KubeLog } from './kube-log.ts';
import { WORK_PARALLEL } from './limits.ts';
import type { QueueMetrics } from './queue-metrics.ts';
import { type WorkOutcome, WorkSchedule } from './work-schedule.ts';

/**
 * Works on one key.
 *
 * @param signal aborted when the queue stops: finish what must not be left half done, and return
 * @returns after how many milliseconds to look again, or `undefined` for: when something changes
 * @throws to be called again after a pause that grows from failure to failure
 */
export type Work = (key: string, signal: AbortSignal) => Promise<number | undefined>;

/** Runs work on keys, several keys at a time and each key once at a time, as a `WorkSchedule` says. */
export class WorkQueue {
  readonly #work: Work;
  readonly #log: KubeLog;
  readonly #parallel: number;
  readonly #clock: Clock;
  readonly #metrics: QueueMetrics | undefined;
  readonly #schedule = new WorkSchedule();
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #isStarted = false;
  #callOff: (() => void) | undefined;

  constructor(options: {
    readonly work: Work;
    readonly log: KubeLog;
    /** Keys at the same time. */
    readonly parallel?: number;
    readonly clock?: Clock;
    readonly metrics?: QueueMetrics | undefined;
  }) {
    this.#work = options.work;
    this.#log = options.log;
    this.#parallel = options.parallel ?? WORK_PARALLEL;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#metrics = options.metrics;
    this.#metrics?.follow({ waiting: () => this.#schedule.waiting, running: () => this.#running.size });
  }

  /** Begins to work; keys that were added before are kept until then. */
  start(): void {
    this.#isStarted = true;
    this.#turn();
  }

  add(key: string): void {
    this.#schedule.add(key, this.#clock.nowMs());
    this.#turn();
  }

  addAfter(key: string, delayMs: number): void {
    const nowMs = this.#clock.nowMs();
    this.#schedule.addAt(key, nowMs + delayMs, nowMs);
    this.#turn();
  }

  /** Begins no more work; resolves when what runs has come to its end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#callOff?.();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #turn(): void {
    if (!this.#isStarted || this.#stopping.signal.aborted) return;
    this.#callOff?.();
    this.#callOff = undefined;
    const nowMs = this.#clock.nowMs();
    while (this.#running.size < this.#parallel) {
      const next = this.#schedule.take(nowMs);
      if (next === undefined) break;
      this.#metrics?.began(next.waitedMs);
      this.#run(next.key);
    }
    // With every place taken, the end of some work is the next thing to wait for.
    const dueMs = this.#running.size < this.#parallel ? this.#schedule.nextDueMs() : undefined;
    if (dueMs !== undefined)
      this.#callOff = this.#clock.after(Math.max(0, dueMs - nowMs), () => this.#turn());
  }

  #run(key: string): void {
    const startedMs = this.#clock.nowMs();
    const run = this.#outcome(key).then((outcome) => {
      const nowMs = this.#clock.nowMs();
      this.#running.delete(run);
      this.#schedule.finish(key, outcome, nowMs, Math.random());
      this.#metrics?.ended(outcome.type, nowMs - startedMs);
      this.#turn();
    });
    this.#running.add(run);
  }

  /** Never rejects. */
  async #outcome(key: string): Promise<WorkOutcome> {
    try {
      return { type: 'Done', againAfterMs: await this.#work(key, this.#stopping.signal) };
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#log.warn(`${key}: ${describe(error)}`);
      return { type: 'Failed', againAfterMs: error instanceof KubeError ? error.retryAfterMs : undefined };
    }
  }
}

/** What the API server says explains itself; of anything else the place in the code is wanted. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof KubeError ? error.message : (error.stack ?? error.message);
}
