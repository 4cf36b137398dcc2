import {
  EVENT_BURST,
  EVENT_REFILL_MS,
  EVENT_SERIES_GAP_MS,
  EVENT_SERIES_MAX,
  EVENT_SERIES_WRITE_MS,
} from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** What to do about something that happened. */
export type EventStep =
  /** It is new: write it. */
  | { readonly type: 'Create'; readonly series: EventSeries }
  /** It goes on: count it up, no sooner than after `delayMs`. */
  | { readonly type: 'Count'; readonly series: EventSeries; readonly delayMs: number }
  /** It goes on, and will be counted with what waits already. */
  | { readonly type: 'Wait' }
  /** Too many events of this object. */
  | { readonly type: 'Drop' };

/** The same thing happening again and again to the same object. */
export interface EventSeries {
  /** How often, from 1. */
  count: number;
  lastMs: number;
  writtenMs: number;
  isWriteDue: boolean;
  /** Name of the Event object, once it has been written. */
  eventName: string | undefined;
}

/**
 * Which events are the same thing again, and which objects have too many of them. Pure: the caller brings the time.
 * What is remembered is bounded; the longest unused goes first.
 */
export class EventLedger {
  readonly #series = new Map<string, EventSeries>();
  readonly #buckets = new Map<string, TokenBucket>();

  /**
   * @param what identity of what happened: object, type, reason, action and note
   * @param about identity of the object, whose events are limited together
   */
  happened(what: string, about: string, nowMs: number): EventStep {
    const known = this.#series.get(what);
    if (known !== undefined && nowMs - known.lastMs < EVENT_SERIES_GAP_MS) {
      refresh(this.#series, what, known);
      known.count += 1;
      known.lastMs = nowMs;
      if (known.isWriteDue) return { type: 'Wait' };
      known.isWriteDue = true;
      return {
        type: 'Count',
        series: known,
        delayMs: Math.max(0, known.writtenMs + EVENT_SERIES_WRITE_MS - nowMs),
      };
    }
    const bucket =
      this.#buckets.get(about) ?? new TokenBucket({ perSecond: 1_000 / EVENT_REFILL_MS, burst: EVENT_BURST });
    refresh(this.#buckets, about, bucket);
    if (bucket.take(nowMs, 0) === undefined) return { type: 'Drop' };
    const series: EventSeries = {
      count: 1,
      lastMs: nowMs,
      writtenMs: nowMs,
      isWriteDue: false,
      eventName: undefined,
    };
    refresh(this.#series, what, series);
    return { type: 'Create', series };
  }
}

function refresh<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= EVENT_SERIES_MAX) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
