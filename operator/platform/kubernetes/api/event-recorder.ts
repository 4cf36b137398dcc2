import { createHash, randomBytes } from 'node:crypto';
import { Counter, type Registry } from 'prom-client';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { EventLedger, type EventSeries } from './event-series.ts';
import { EVENT } from './kinds.ts';
import type { KubeClient } from './kube-client.ts';
import { hasReason } from './kube-error.ts';
import type { KubeLog } from './kube-log.ts';
import type { KubeObject } from './kube-object.ts';
import { EVENT_NOTE_BYTES_MAX, EVENT_QUEUE_MAX } from './limits.ts';
import { microTime } from './micro-time.ts';

/** Something that people should see with `kubectl events`. */
export interface Happening<Reason extends string> {
  /** The object that it is about. */
  readonly regarding: KubeObject;
  readonly type: 'Normal' | 'Warning';
  /** One of a fixed set: what is specific goes into the note. */
  readonly reason: Reason;
  /** What was being done, in CamelCase. */
  readonly action: string;
  /** One sentence for people. */
  readonly note: string;
}

/** An Event of events.k8s.io/v1. */
interface KubeEvent extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly action: string;
  readonly reason: string;
  readonly regarding: Readonly<Record<string, string>>;
  readonly note: string;
  readonly type: string;
}

/** Namespace of events about objects that have none. */
const DEFAULT_NAMESPACE = 'default';

/**
 * Writes events, one after the other and beside the work that they tell of: nothing waits for them, and nothing fails
 * because of them. What repeats becomes a series with a count; what is too much is dropped and counted.
 */
export class EventRecorder<Reason extends string> {
  readonly #client: KubeClient;
  readonly #controller: string;
  readonly #instance: string;
  readonly #log: KubeLog;
  readonly #clock: Clock;
  readonly #ledger = new EventLedger();
  readonly #dropped: Counter | undefined;
  readonly #delayed = new Map<EventSeries, () => void>();
  readonly #queue: (() => Promise<void>)[] = [];
  #sending: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: {
    readonly client: KubeClient;
    /** Who reports, such as `example.io/controller`. */
    readonly controller: string;
    /** Which process of it. */
    readonly instance: string;
    readonly log: KubeLog;
    readonly registry?: Registry | undefined;
    readonly clock?: Clock;
  }) {
    this.#client = options.client;
    this.#controller = options.controller;
    this.#instance = options.instance;
    this.#log = options.log;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#dropped =
      options.registry &&
      new Counter({
        name: 'kubernetes_events_dropped_total',
        help: 'Events that were not written: too many at once, or refused.',
        registers: [options.registry],
      });
  }

  record(happening: Happening<Reason>): void {
    if (this.#isStopped) return;
    const { regarding, type, reason, action, note } = happening;
    const about = `${regarding.kind} ${regarding.metadata.namespace ?? ''}/${regarding.metadata.name} ${regarding.metadata.uid ?? ''}`;
    const what = createHash('sha256').update([about, type, reason, action, note].join('\0')).digest('base64');
    const step = this.#ledger.happened(what, about, this.#clock.nowMs());
    switch (step.type) {
      case 'Create':
        this.#enqueue(() => this.#create(happening, step.series));
        return;
      case 'Count':
        this.#countLater(happening, step.series, step.delayMs);
        return;
      case 'Drop':
        this.#dropped?.inc();
        return;
      case 'Wait':
        return;
    }
  }

  /** Writes what still waits, and takes no more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const writeNow of this.#delayed.values()) writeNow();
    await this.#sending;
  }

  #countLater(happening: Happening<Reason>, series: EventSeries, delayMs: number): void {
    const write = () => {
      callOff();
      this.#delayed.delete(series);
      this.#enqueue(() => this.#count(happening, series));
    };
    const callOff = this.#clock.after(delayMs, write);
    this.#delayed.set(series, write);
  }

  #enqueue(task: () => Promise<void>): void {
    if (this.#queue.length >= EVENT_QUEUE_MAX) {
      this.#dropped?.inc();
      return;
    }
    this.#queue.push(task);
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  async #send(): Promise<void> {
    for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift()) {
      try {
        await task();
      } catch (error) {
        // Told nobody, but the work itself is not to suffer from it. A namespace that goes away refuses events.
        this.#dropped?.inc();
        this.#log.warn(`An event was not written: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  async #create(happening: Happening<Reason>, series: EventSeries): Promise<void> {
    const name = `${happening.regarding.metadata.name}.${randomBytes(8).toString('hex')}`;
    const event = this.#event(happening, name);
    await this.#client.create(series.count > 1 ? { ...event, series: seriesOf(series) } : event);
    series.eventName = name;
  }

  async #count(happening: Happening<Reason>, series: EventSeries): Promise<void> {
    series.isWriteDue = false;
    series.writtenMs = this.#clock.nowMs();
    const name = series.eventName;
    if (name === undefined) return this.#create(happening, series);
    const namespace = namespaceOf(happening.regarding);
    try {
      await this.#client.mergePatch({ kind: EVENT, namespace, name }, { series: seriesOf(series) });
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
      // Events are kept for an hour; the series is older than that.
      await this.#create(happening, series);
    }
  }

  #event({ regarding, type, reason, action, note }: Happening<Reason>, name: string): KubeEvent {
    const { namespace, uid, resourceVersion } = regarding.metadata;
    return {
      apiVersion: EVENT.apiVersion,
      kind: EVENT.kind,
      metadata: { name, namespace: namespaceOf(regarding) },
      eventTime: microTime(new Date()),
      reportingController: this.#controller,
      reportingInstance: this.#instance,
      action,
      reason,
      regarding: {
        apiVersion: regarding.apiVersion,
        kind: regarding.kind,
        name: regarding.metadata.name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      note: fitting(note),
      type,
    };
  }
}

function seriesOf({ count }: EventSeries) {
  return { count, lastObservedTime: microTime(new Date()) };
}

function namespaceOf(regarding: KubeObject): string {
  return regarding.metadata.namespace ?? DEFAULT_NAMESPACE;
}

/** As much of the note as the API server takes. */
function fitting(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= EVENT_NOTE_BYTES_MAX) return note;
  // A character cut in half decodes to U+FFFD, three bytes long: leave room for it and for the ellipsis.
  return `${bytes.subarray(0, EVENT_NOTE_BYTES_MAX - 6).toString('utf8')}…`;
}
