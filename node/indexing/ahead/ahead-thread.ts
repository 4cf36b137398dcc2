import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AHEAD_IDLE_MS, ROUNDS_AHEAD } from '../limits.ts';
import type { AheadCall, AheadReply } from './ahead-protocol.ts';
import type { AheadRequest } from './changes-reader.ts';
import type { PackedChanges } from './packed-changes.ts';

/** How the documents of a database are opened in another thread. */
export interface DocumentsHandle {
  readonly handle: bigint;
  readonly columns: readonly string[];
}

/** Takes rounds as they are read; null: no more will come, whatever was asked for. */
type RoundSink = (changes: PackedChanges | null) => void;

interface Followed {
  readonly sink: RoundSink;
  /** Rounds that were asked for and have not come. */
  wanted: number;
}

/**
 * The thread that reads ahead, for all databases of the index thread: there while it is used. One that has failed is not
 * begun again, since indexes can read for themselves.
 */
export class AheadThread {
  readonly #idleMs: number;
  #worker: Worker | undefined;
  #hasFailed = false;
  /** Databases that the thread has open. */
  readonly #open = new Set<number>();
  readonly #streams = new Map<number, Followed>();
  readonly #closing = new Map<number, () => void>();
  #nextDatabase = 1;
  #nextStream = 1;
  #idle: NodeJS.Timeout | undefined;
  /** Resolves when no thread is left that was told to end. */
  #ended: Promise<unknown> = Promise.resolve();

  /** `idleMs`: how long it stays without being asked. */
  constructor(idleMs = AHEAD_IDLE_MS) {
    this.#idleMs = idleMs;
  }

  /** The number of one more database. */
  newDatabase(): number {
    return this.#nextDatabase++;
  }

  /**
   * Reads what comes from there on, ROUNDS_AHEAD rounds and those that `more` asks for, until a round says that there is
   * no more. Gives the number of the stream.
   */
  follow(database: number, documents: DocumentsHandle, from: AheadRequest, sink: RoundSink): number {
    const stream = this.#nextStream++;
    if (this.#hasFailed) {
      sink(null);
      return stream;
    }
    this.#worker ??= this.#begin();
    if (!this.#open.has(database)) {
      this.#open.add(database);
      this.#send({ kind: 'open', database, ...documents });
    }
    this.#streams.set(stream, { sink, wanted: ROUNDS_AHEAD });
    this.#send({ kind: 'follow', database, stream, from, rounds: ROUNDS_AHEAD });
    return stream;
  }

  more(stream: number, rounds: number): void {
    const followed = this.#streams.get(stream);
    if (followed === undefined) return;
    followed.wanted += rounds;
    this.#send({ kind: 'more', stream, rounds });
  }

  /** Nothing comes of it any more. */
  leave(stream: number): void {
    if (this.#streams.delete(stream)) this.#send({ kind: 'leave', stream });
  }

  /** Resolves when the database is not read any more, so that its owner may close it. Its streams must have been left. */
  async close(database: number): Promise<void> {
    if (this.#open.delete(database)) {
      await new Promise<void>((resolve) => {
        this.#closing.set(database, resolve);
        this.#send({ kind: 'close', database });
      });
      if (this.#open.size === 0) this.#end();
    }
    await this.#ended;
  }

  #begin(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const url = new URL(`./ahead-worker.${extension}`, import.meta.url);
    const worker = new Worker(url, { name: 'index-ahead' });
    worker.on('message', (reply: AheadReply) => {
      if (worker === this.#worker) this.#onReply(reply);
    });
    worker.on('error', () => this.#fail(worker));
    worker.on('exit', () => this.#fail(worker));
    return worker;
  }

  /** Whoever reads next begins another one. */
  #end(): void {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#send({ kind: 'stop' });
    this.#ended = Promise.all([this.#ended, once(worker, 'exit')]);
    this.#forget();
  }

  #fail(worker: Worker): void {
    if (worker !== this.#worker) return;
    this.#hasFailed = true;
    for (const resolve of this.#closing.values()) resolve();
    this.#closing.clear();
    this.#forget();
  }

  #forget(): void {
    clearTimeout(this.#idle);
    this.#worker = undefined;
    this.#open.clear();
    const followed = [...this.#streams.values()];
    this.#streams.clear();
    for (const { sink } of followed) sink(null);
  }

  #send(call: AheadCall): void {
    this.#worker?.postMessage(call);
    this.#waitForCalls();
  }

  /** It stays as long as it has something to read. */
  #waitForCalls(): void {
    clearTimeout(this.#idle);
    for (const { wanted } of this.#streams.values()) if (wanted > 0) return;
    this.#idle = setTimeout(() => this.#end(), this.#idleMs).unref();
  }

  #onReply(reply: AheadReply): void {
    if (reply.kind === 'closed') {
      this.#closing.get(reply.database)?.();
      this.#closing.delete(reply.database);
      return;
    }
    const { stream, changes } = reply;
    const followed = this.#streams.get(stream);
    if (followed === undefined) return;
    followed.wanted--;
    if (changes?.isMore !== true) this.#streams.delete(stream);
    this.#waitForCalls();
    followed.sink(changes);
  }
}
