import type { Logger } from '../observability/logger.ts';
import { KillFlags } from './kill-flags.ts';
import { PENDING_CALLS_MAX, RESTART_DELAY_MS_MAX, RESTART_DELAY_MS_MIN, STEADY_LIFE_MS } from './limits.ts';
import { KillSlots } from './running-queries.ts';
import { SlotTable } from './slot-table.ts';
import { IndexThreadError } from './thread-error.ts';
import { ThreadLife } from './thread-life.ts';
import type { IndexCall, ThreadReply, ThreadWish, Wish } from './thread-protocol.ts';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A database with indexes in the thread. */
export interface Resident {
  /** Does what its indexes wish. */
  grant(wish: Wish): Promise<unknown>;
  /** The thread is a new one: nothing of the database is in it. */
  moveIn(): void;
  /** The thread that there is now has everything that it needs of the database. */
  isIn(): boolean;
}

export interface IndexHostOptions {
  readonly logger: Logger;
  /** Memory of the thread for objects, in megabytes; null or absent: as much as the engine takes. */
  readonly heapMegabytesMax?: number | null;
}

/** The ticket of a call whose answer nobody waits for; those of the others are their slots, counted from 1. */
const UNANSWERED = 0;

/**
 * The main thread's side of the index thread; one a node, shared by its databases. When the thread ends, what was asked
 * of it fails, and another one takes its place: at once at first, later and later when that goes on.
 */
export class IndexHost {
  readonly #options: IndexHostOptions;
  readonly #pending = new SlotTable<Pending>();
  /** For the queries of all databases. */
  readonly killSlots = new KillSlots(new KillFlags(PENDING_CALLS_MAX));
  readonly #residents = new Map<number, Resident>();
  #life: ThreadLife | undefined;
  #lives = 0;
  #nextDatabase = 1;
  /** Why there is no thread. */
  #failure = '';
  #restartDelayMs = RESTART_DELAY_MS_MIN;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: IndexHostOptions) {
    this.#options = options;
    this.#start();
  }

  /** Which thread it is: 1 for the first one, 2 for the one that took its place. */
  get lives(): number {
    return this.#lives;
  }

  /** Whether all databases can be asked. `detail`: why not. */
  get health(): { readonly isOk: boolean; readonly detail: string } {
    if (this.#life === undefined) return { isOk: false, detail: this.#failure };
    const missing = [...this.#residents.values()].filter((resident) => !resident.isIn()).length;
    if (missing === 0) return { isOk: true, detail: '' };
    return { isOk: false, detail: `The indexes of ${missing} databases are being opened again.` };
  }

  /** A number for a database that is opened. */
  newDatabase(resident: Resident): number {
    const number = this.#nextDatabase++;
    this.#residents.set(number, resident);
    return number;
  }

  forgetDatabase(database: number): void {
    this.#residents.delete(database);
  }

  /** @throws IndexThreadError what the thread refused or failed with; ThreadEndedError when it ends meanwhile */
  call(database: number, call: IndexCall): Promise<unknown> {
    const life = this.#life;
    if (life === undefined) return Promise.reject(new IndexThreadError('ThreadEndedError', this.#failure));
    if (this.#pending.size >= PENDING_CALLS_MAX) {
      return Promise.reject(
        new IndexThreadError(
          'OverloadedError',
          `More than ${PENDING_CALLS_MAX} requests wait for the index thread.`,
        ),
      );
    }
    return new Promise((resolve, reject) => {
      const ticket = this.#pending.put({ resolve, reject }) + 1;
      life.post({ ticket, database, call });
    });
  }

  /** As a call whose answer nobody waits for, and that must arrive however many calls wait. */
  tell(database: number, call: IndexCall): void {
    this.#life?.post({ ticket: UNANSWERED, database, call });
  }

  /** Ends the thread; all databases must have been closed. */
  async stop(): Promise<void> {
    clearTimeout(this.#restart);
    const life = this.#life;
    this.#life = undefined;
    await life?.stop();
    this.#fail('The node is stopping.');
  }

  #start(): void {
    const { heapMegabytesMax = null } = this.#options;
    this.#lives++;
    try {
      const life: ThreadLife = new ThreadLife({
        heapMegabytesMax,
        killFlags: this.killSlots.flags.memory,
        onReply: (reply) => this.#onReply(reply),
        onWish: (wish) => this.#onWish(wish, life),
        onEnd: (reason) => this.#onEnd(life, reason),
      });
      this.#life = life;
    } catch (error) {
      this.#startLater(String(error));
      return;
    }
    for (const resident of this.#residents.values()) resident.moveIn();
  }

  #onEnd(life: ThreadLife, reason: string): void {
    this.#life = undefined;
    if (performance.now() - life.startedMs > STEADY_LIFE_MS) this.#restartDelayMs = RESTART_DELAY_MS_MIN;
    this.#startLater(reason);
  }

  #startLater(reason: string): void {
    const delayMs = this.#restartDelayMs;
    this.#restartDelayMs = Math.min(delayMs * 2, RESTART_DELAY_MS_MAX);
    this.#options.logger.error('The index thread failed; queries are refused until another one runs', {
      error: reason,
      restartedInMs: delayMs,
      lives: this.#lives,
    });
    this.#fail(
      `The index thread of this node failed and is being started again: ${reason.split('\n', 1)[0]}`,
    );
    this.#restart = setTimeout(() => this.#start(), delayMs);
  }

  #onWish({ database, ticket, wish }: ThreadWish, life: ThreadLife): void {
    const answer = (outcome: { readonly result: unknown } | { readonly error: string }): void => {
      // Another thread has tickets of its own.
      if (this.#life === life) this.tell(database, { kind: 'granted', ticket, outcome });
    };
    const resident = this.#residents.get(database);
    if (resident === undefined) answer({ error: 'The database is closed.' });
    else
      resident.grant(wish).then(
        (result) => answer({ result }),
        (error: unknown) => answer({ error: String(error) }),
      );
  }

  #onReply(reply: ThreadReply): void {
    const pending = this.#pending.take(reply.ticket - 1);
    if (pending === undefined) return;
    if ('error' in reply) pending.reject(new IndexThreadError(reply.error.name, reply.error.message));
    else pending.resolve(reply.result);
  }

  #fail(reason: string): void {
    this.#failure = reason;
    for (const { reject } of this.#pending.takeAll())
      reject(new IndexThreadError('ThreadEndedError', reason));
  }
}
