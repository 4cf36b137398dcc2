import { QueryKilledError } from '../querying/query-error.ts';
import type { KillFlags } from './kill-flags.ts';
import { PENDING_CALLS_MAX } from './limits.ts';
import { SlotTable } from './slot-table.ts';
import { IndexThreadError } from './thread-error.ts';
import type { ThreadQuery } from './thread-protocol.ts';

export interface RunningQuery {
  readonly id: number;
  readonly query: ThreadQuery;
  readonly isStreaming: boolean;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly durationMs: number;
}

/**
 * A class, since V8 counts how many of the objects of one literal survive: of these it would soon make each in the old
 * generation, where a query lived on until the next full collection.
 */
class Running implements Omit<RunningQuery, 'durationMs'> {
  readonly id: number;
  readonly query: ThreadQuery;
  readonly isStreaming: boolean;
  /** Of its flag. */
  readonly slot: number;
  readonly startedAtMs = Date.now();
  readonly startedMs = performance.now();
  /** Set once it is to end. */
  kill: (() => void) | undefined;

  constructor(id: number, query: ThreadQuery, isStreaming: boolean, slot: number) {
    this.id = id;
    this.query = query;
    this.isStreaming = isStreaming;
    this.slot = slot;
  }
}

/** Numbers of flags that no query of any database has. */
export class KillSlots {
  readonly flags: KillFlags;
  readonly #free: number[];

  constructor(flags: KillFlags, count = PENDING_CALLS_MAX) {
    this.flags = flags;
    this.#free = Array.from({ length: count }, (_, n) => n);
  }

  take(): number {
    const slot = this.#free.pop();
    if (slot !== undefined) return slot;
    throw new IndexThreadError('OverloadedError', `More than ${PENDING_CALLS_MAX} queries are running.`);
  }

  give(slot: number): void {
    this.flags.set(slot, false);
    this.#free.push(slot);
  }
}

/** The queries of a database that are not answered yet, so that somebody can look at them and end them. */
export class RunningQueries {
  readonly #slots: KillSlots;
  readonly #running = new SlotTable<Running>();
  #next = 1;

  constructor(slots: KillSlots) {
    this.#slots = slots;
  }

  get all(): readonly RunningQuery[] {
    const nowMs = performance.now();
    return this.#running.all.map(({ id, query, isStreaming, startedAtMs, startedMs }) => ({
      id,
      query,
      isStreaming,
      startedAtMs,
      durationMs: nowMs - startedMs,
    }));
  }

  /** Asks, until there is an answer or the query is killed: then it rejects at once, whatever the thread is doing. */
  ask<Result>(query: ThreadQuery, send: (query: ThreadQuery) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { running, end } = this.#begin(query, false);
      running.kill = () => reject(killed());
      // The thread looks at the flag for as long as it runs the query.
      send({ ...query, slot: running.slot }).then(
        (result) => {
          end();
          resolve(result);
        },
        (error: unknown) => {
          end();
          reject(error);
        },
      );
    });
  }

  /** A stream runs until `end` is called. */
  stream(query: ThreadQuery): { readonly slot: number; readonly end: () => void } {
    const { running, end } = this.#begin(query, true);
    return { slot: running.slot, end };
  }

  /** False: there is no such query. */
  kill(id: number): boolean {
    const running = this.#running.all.find((query) => query.id === id);
    if (running === undefined) return false;
    this.#slots.flags.set(running.slot, true);
    running.kill?.();
    return true;
  }

  #begin(query: ThreadQuery, isStreaming: boolean): { readonly running: Running; readonly end: () => void } {
    const running = new Running(this.#next++, query, isStreaming, this.#slots.take());
    const place = this.#running.put(running);
    let isRunning = true;
    const end = (): void => {
      if (!isRunning) return;
      isRunning = false;
      this.#running.take(place);
      this.#slots.give(running.slot);
    };
    return { running, end };
  }
}

function killed(): IndexThreadError {
  const { name, message } = new QueryKilledError();
  return new IndexThreadError(name, message);
}
