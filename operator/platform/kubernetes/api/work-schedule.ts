import { backoffMs } from './backoff.ts';
import { WORK_BACKOFF_MAX_MS, WORK_BACKOFF_MIN_MS } from './limits.ts';

/** How work on a key ended. */
export type WorkOutcome =
  /** @property againAfterMs look again after so long; never by itself when absent */
  | { readonly type: 'Done'; readonly againAfterMs?: number | undefined }
  /** @property againAfterMs not before; later when the back-off says so */
  | { readonly type: 'Failed'; readonly againAfterMs?: number | undefined };

interface Entry {
  /** When it is due; `undefined` while there is nothing to do. */
  dueMs: number | undefined;
  /** When somebody wanted it first, for the time that it waits. */
  wantedMs: number;
  isRunning: boolean;
  /** In a row. */
  failures: number;
  /** Until when only patience helps, after a failure. */
  notBeforeMs: number;
}

const BACKOFF = { minMs: WORK_BACKOFF_MIN_MS, maxMs: WORK_BACKOFF_MAX_MS };

/**
 * Which keys are to be worked on, and when: each once, however often it was asked for; never twice at the same time;
 * after failures with growing pauses. Pure: the caller brings time and chance.
 */
export class WorkSchedule {
  readonly #entries = new Map<string, Entry>();

  /** Keys that are due or will be. */
  get waiting(): number {
    return [...this.#entries.values()].filter((entry) => entry.dueMs !== undefined).length;
  }

  get running(): number {
    return [...this.#entries.values()].filter((entry) => entry.isRunning).length;
  }

  /**
   * There is something to do for the key: now, or after the work that is going on. After a failure a second is waited
   * for, since the failing work may cause what asks for it.
   */
  add(key: string, nowMs: number): void {
    const entry = this.#entry(key, nowMs);
    this.#want(entry, Math.max(nowMs, entry.notBeforeMs), nowMs);
  }

  /** There will be something to do; an earlier time wins. */
  addAt(key: string, dueMs: number, nowMs: number): void {
    this.#want(this.#entry(key, nowMs), dueMs, nowMs);
  }

  /** Takes the key that has been due longest, and how long that is; it runs until `finish`. */
  take(nowMs: number): { readonly key: string; readonly waitedMs: number } | undefined {
    let first: { readonly key: string; readonly entry: Entry; readonly dueMs: number } | undefined;
    for (const [key, entry] of this.#entries) {
      const { dueMs, isRunning } = entry;
      if (dueMs === undefined || isRunning || dueMs > nowMs) continue;
      if (first === undefined || dueMs < first.dueMs) first = { key, entry, dueMs };
    }
    if (first === undefined) return undefined;
    first.entry.isRunning = true;
    first.entry.dueMs = undefined;
    return { key: first.key, waitedMs: nowMs - Math.max(first.entry.wantedMs, first.dueMs) };
  }

  /** @param random from 0 up to 1 */
  finish(key: string, outcome: WorkOutcome, nowMs: number, random: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.isRunning = false;
    if (outcome.type === 'Failed') {
      entry.failures += 1;
      entry.notBeforeMs = nowMs + BACKOFF.minMs;
      const restMs = Math.max(outcome.againAfterMs ?? 0, backoffMs(entry.failures, BACKOFF, random));
      // What asked for it meanwhile waits for the shortest pause only: the world may have changed.
      if (entry.dueMs !== undefined) entry.dueMs = Math.max(entry.dueMs, entry.notBeforeMs);
      this.#want(entry, nowMs + restMs, nowMs);
      return;
    }
    entry.failures = 0;
    entry.notBeforeMs = 0;
    if (outcome.againAfterMs !== undefined) this.#want(entry, nowMs + outcome.againAfterMs, nowMs);
    if (entry.dueMs === undefined) this.#entries.delete(key);
  }

  /** When the next key that does not run is due, if any. */
  nextDueMs(): number | undefined {
    let next: number | undefined;
    for (const { dueMs, isRunning } of this.#entries.values()) {
      if (dueMs !== undefined && !isRunning && (next === undefined || dueMs < next)) next = dueMs;
    }
    return next;
  }

  #entry(key: string, nowMs: number): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry = { dueMs: undefined, wantedMs: nowMs, isRunning: false, failures: 0, notBeforeMs: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  #want(entry: Entry, dueMs: number, nowMs: number): void {
    if (entry.dueMs === undefined) entry.wantedMs = nowMs;
    entry.dueMs = Math.min(entry.dueMs ?? dueMs, dueMs);
  }
}
