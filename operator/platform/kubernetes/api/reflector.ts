import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from './backoff.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import type { KubeClient } from './kube-client.ts';
import { hasReason, KubeError } from './kube-error.ts';
import type { KubeLog } from './kube-log.ts';
import type { KindRef, KubeObject } from './kube-object.ts';
import {
  REFLECTOR_BACKOFF_MAX_MS,
  REFLECTOR_BACKOFF_MIN_MS,
  REFLECTOR_FAILURES_BEFORE_RELIST,
  WATCH_PROSPERED_MS,
  WATCH_SECONDS_MAX,
  WATCH_SECONDS_MIN,
  WATCH_SILENCE_MAX_MS,
} from './limits.ts';
import type { ObjectSink } from './object-cache.ts';
import type { ReflectorMetrics } from './reflector-metrics.ts';
import type { Selection } from './request-options.ts';

export interface ReflectorTiming {
  readonly silenceMaxMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
}

const DEFAULT_TIMING: ReflectorTiming = {
  silenceMaxMs: WATCH_SILENCE_MAX_MS,
  backoffMinMs: REFLECTOR_BACKOFF_MIN_MS,
  backoffMaxMs: REFLECTOR_BACKOFF_MAX_MS,
};

/** Answers that say nothing about our place in the stream: the API server has other troubles. */
const BUSY_CODES: ReadonlySet<number> = new Set([429, 500, 502, 503]);

/**
 * Keeps a mirror of the objects of a kind: lists them once, then follows the changes. A broken stream is taken up where
 * it broke; when the API server no longer knows that place, everything is listed again and the mirror told the
 * difference. It never gives up by itself.
 */
export class Reflector<T extends KubeObject = KubeObject> {
  readonly #client: KubeClient;
  readonly #kind: KindRef;
  readonly #selection: Selection;
  readonly #sink: ObjectSink<T>;
  readonly #log: KubeLog;
  readonly #metrics: ReflectorMetrics | undefined;
  readonly #clock: Clock;
  readonly #timing: ReflectorTiming;
  readonly #synced = Promise.withResolvers<void>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** Up to where the mirror knows everything; `undefined` when it must list. */
  #place: string | undefined;
  #lastContactMs: number;

  constructor(options: {
    readonly client: KubeClient;
    readonly kind: KindRef;
    readonly selection?: Selection;
    readonly sink: ObjectSink<T>;
    readonly log: KubeLog;
    readonly metrics?: ReflectorMetrics | undefined;
    readonly clock?: Clock;
    readonly timing?: Partial<ReflectorTiming>;
  }) {
    this.#client = options.client;
    this.#kind = options.kind;
    this.#selection = options.selection ?? {};
    this.#sink = options.sink;
    this.#log = options.log;
    this.#metrics = options.metrics;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    this.#lastContactMs = this.#clock.nowMs();
    // Who stops before the first list came may not be waiting for it.
    this.#synced.promise.catch(() => undefined);
  }

  /** When the mirror holds everything for the first time. Rejected with Aborted when it is stopped before. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Time since the API server was last heard, in milliseconds. On a quiet kind bookmarks come about once a minute. */
  get silentForMs(): number {
    return this.#clock.nowMs() - this.#lastContactMs;
  }

  start(): void {
    if (this.#running !== undefined) throw new Error(`The reflector of ${this.#kind.plural} runs already`);
    const unfollow = this.#metrics?.followContact(this.#kind.plural, () => this.silentForMs);
    this.#running = this.#run(this.#stopping.signal).finally(unfollow);
  }

  /** For good. When it resolves, nothing of it runs and no connection is in use by it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#synced.reject(
      new KubeError(`The reflector of ${this.#kind.plural} was stopped`, { code: 0, reason: 'Aborted' }),
    );
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const attempt = { isOpen: false, hasProspered: false };
      let failure: unknown;
      try {
        if (this.#place === undefined) await this.#list(signal);
        await this.#watch(this.#place ?? '', attempt, signal);
      } catch (error) {
        failure = error;
      }
      if (signal.aborted) return;
      if (attempt.hasProspered) failures = 0;
      else failures += 1;
      if (failure !== undefined) this.#note(failure, attempt.isOpen, failures);
      if (failures > 0 || failure !== undefined) await this.#rest(Math.max(1, failures), failure, signal);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { items, resourceVersion } = await this.#client.list<T>(this.#kind, this.#selection, { signal });
    if (signal.aborted) return;
    this.#heard();
    this.#metrics?.listed(this.#kind.plural);
    this.#sink.replace(items, this.#selection.namespace);
    this.#place = resourceVersion;
    this.#synced.resolve();
  }

  /** Follows the stream until its end, and reports through `attempt` how far it came. */
  async #watch(
    place: string,
    attempt: { isOpen: boolean; hasProspered: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const silence = new AbortController();
    const abort = () => silence.abort();
    signal.addEventListener('abort', abort, { once: true });
    let callOff = this.#clock.after(this.#timing.silenceMaxMs, abort);
    const openedMs = this.#clock.nowMs();
    const heard = () => {
      this.#heard();
      callOff();
      callOff = this.#clock.after(this.#timing.silenceMaxMs, abort);
    };
    const range = WATCH_SECONDS_MAX - WATCH_SECONDS_MIN;
    try {
      if (signal.aborted) return;
      const events = this.#client.watch<T>(this.#kind, this.#selection, {
        resourceVersion: place,
        timeoutSeconds: WATCH_SECONDS_MIN + Math.floor(Math.random() * range),
        signal: silence.signal,
        onOpen: () => {
          attempt.isOpen = true;
          this.#metrics?.watching(this.#kind.plural);
          heard();
        },
      });
      for await (const { type, object } of events) {
        if (signal.aborted) return;
        heard();
        attempt.hasProspered = true;
        this.#metrics?.event(this.#kind.plural, type);
        if (type === 'DELETED') this.#sink.remove(object);
        else if (type !== 'BOOKMARK') this.#sink.set(object);
        this.#place = object.metadata.resourceVersion ?? this.#place;
      }
    } catch (error) {
      if (!silence.signal.aborted || signal.aborted) throw error;
      throw new KubeError(
        `watch ${this.#kind.plural}: silent for ${this.#timing.silenceMaxMs / 1_000} s, so it counts as dead`,
        { code: 0, reason: 'Timeout', cause: error },
      );
    } finally {
      if (this.#clock.nowMs() - openedMs >= WATCH_PROSPERED_MS && attempt.isOpen) attempt.hasProspered = true;
      callOff();
      signal.removeEventListener('abort', abort);
    }
  }

  /** Says what went wrong, and gives the place up when the failure casts doubt on it. */
  #note(failure: unknown, wasOpen: boolean, failures: number): void {
    const error = failure instanceof KubeError ? failure : undefined;
    this.#metrics?.failed(this.#kind.plural, error?.reason ?? 'Unknown');
    // An answer with a status after the stream was open is an ERROR event: the stream cannot go on from here.
    const isErrorEvent = wasOpen && error !== undefined && error.code !== 0;
    const isRefusal = error !== undefined && error.code !== 0 && !BUSY_CODES.has(error.code);
    const isInDoubt =
      isErrorEvent || isRefusal || error === undefined || failures >= REFLECTOR_FAILURES_BEFORE_RELIST;
    if (isInDoubt) this.#place = undefined;
    const message = failure instanceof Error ? failure.message : String(failure);
    // Places are forgotten in the course of things, and streams end; neither is worth a warning.
    if (hasReason(failure, 'Expired') || (wasOpen && error?.code === 0)) this.#log.info(message);
    else this.#log.warn(message);
  }

  async #rest(failures: number, failure: unknown, signal: AbortSignal): Promise<void> {
    const range = { minMs: this.#timing.backoffMinMs, maxMs: this.#timing.backoffMaxMs };
    const asked = failure instanceof KubeError ? (failure.retryAfterMs ?? 0) : 0;
    const restMs = Math.max(backoffMs(failures, range, Math.random()), Math.min(asked, range.maxMs));
    // Aborted is the only way in which this ends early, and the loop looks at the signal itself.
    await pause(restMs, undefined, { signal }).catch(() => undefined);
  }

  #heard(): void {
    this.#lastContactMs = this.#clock.nowMs();
  }
}
