import { Worker } from 'node:worker_threads';
import type { Logger } from '../observability/logger.ts';
import { PENDING_CALLS_MAX } from './limits.ts';
import { Outbox } from './outbox.ts';
import { type ReplyFrame, unpackReplies } from './reply-frame.ts';
import { IndexThreadError } from './thread-error.ts';
import type { IndexCall, ThreadReply, ThreadRequest, ThreadWish, Wish } from './thread-protocol.ts';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The ticket of a call whose answer nobody waits for. */
const UNANSWERED = 0;

/** The main thread's side of the index thread; one a node, shared by its databases. */
export class IndexHost {
  readonly #worker: Worker;
  readonly #outbox: Outbox<ThreadRequest>;
  readonly #pending = new Map<number, Pending>();
  readonly #granters = new Map<number, (wish: Wish) => Promise<unknown>>();
  readonly #exited: Promise<void>;
  #nextTicket = 1;
  #nextDatabase = 1;
  #failure: string | undefined;
  #isStopping = false;

  constructor(options: { readonly logger: Logger }) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./index-thread.${extension}`, import.meta.url), { name: 'indexes' });
    this.#outbox = new Outbox<ThreadRequest>({
      send: (requests) => this.#worker.postMessage(requests),
      // The requests of all sockets that were read in one turn.
      afterTurn: (call) => setImmediate(call),
      refused: ({ ticket }, error) => {
        this.#onReply({ ticket, error: { name: 'DataCloneError', message: String(error) } });
      },
    });
    this.#worker.on('message', (message: ReplyFrame | { readonly wish: ThreadWish }) => {
      if ('wish' in message) this.#onWish(message.wish);
      else for (const reply of unpackReplies(message)) this.#onReply(reply);
    });
    this.#worker.on('error', (error) => {
      options.logger.error('The index thread failed; queries and indexes stop until the node is restarted', {
        error: error.stack ?? error.message,
      });
      this.#fail(`The index thread failed: ${error.message}`);
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail('The index thread has ended.');
        resolve();
      });
    });
  }

  /** A number for a database that is opened. `grant`: does what its indexes wish. */
  newDatabase(grant: (wish: Wish) => Promise<unknown>): number {
    const number = this.#nextDatabase++;
    this.#granters.set(number, grant);
    return number;
  }

  forgetDatabase(database: number): void {
    this.#granters.delete(database);
  }

  /** @throws IndexThreadError what the thread refused or failed with */
  call(database: number, call: IndexCall): Promise<unknown> {
    if (this.#failure !== undefined) {
      return Promise.reject(new IndexThreadError('ThreadEndedError', this.#failure));
    }
    if (this.#pending.size >= PENDING_CALLS_MAX) {
      return Promise.reject(
        new IndexThreadError(
          'OverloadedError',
          `More than ${PENDING_CALLS_MAX} requests wait for the index thread.`,
        ),
      );
    }
    const ticket = this.#nextTicket++;
    return new Promise((resolve, reject) => {
      this.#pending.set(ticket, { resolve, reject });
      this.#outbox.put({ ticket, database, call });
    });
  }

  /** As a call whose answer nobody waits for, and that must arrive however many calls wait. */
  tell(database: number, call: IndexCall): void {
    if (this.#failure !== undefined) return;
    this.#outbox.put({ ticket: UNANSWERED, database, call });
  }

  /** Ends the thread; all databases must have been closed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#worker.terminate();
    await this.#exited;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  #onWish({ database, ticket, wish }: ThreadWish): void {
    const answer = (outcome: { readonly result: unknown } | { readonly error: string }): void => {
      this.tell(database, { kind: 'granted', ticket, outcome });
    };
    const grant = this.#granters.get(database);
    if (grant === undefined) answer({ error: 'The database is closed.' });
    else
      grant(wish).then(
        (result) => answer({ result }),
        (error: unknown) => answer({ error: String(error) }),
      );
  }

  #onReply(reply: ThreadReply): void {
    const pending = this.#pending.get(reply.ticket);
    this.#pending.delete(reply.ticket);
    if (pending === undefined) return;
    if ('error' in reply) pending.reject(new IndexThreadError(reply.error.name, reply.error.message));
    else pending.resolve(reply.result);
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    for (const { reject } of this.#pending.values()) {
      reject(new IndexThreadError('ThreadEndedError', this.#failure));
    }
    this.#pending.clear();
  }
}
