import type { Logger } from '../observability/logger.ts';
import type { IndexHost } from './index-host.ts';
import { MOVE_IN_AGAIN_MS, STREAMS_OF_A_LIFE } from './limits.ts';
import { PausedIndexes } from './paused-indexes.ts';
import { IndexThreadError } from './thread-error.ts';
import type { IndexCall, IndexDefinitions, Wish } from './thread-protocol.ts';

type AttachCall = Extract<IndexCall, { kind: 'attach' }>;

export interface ThreadResidenceOptions {
  readonly host: IndexHost;
  /** Name of the database. */
  readonly name: string;
  readonly nodeTag: string;
  /** Folder of the environment of the indexes. */
  readonly path: string;
  readonly durable: boolean;
  readonly logger: Logger;
  readonly grant: (wish: Wish) => Promise<unknown>;
}

/**
 * What the index thread has of one database: where its documents and indexes are, and which indexes it has. Each
 * thread that takes the place of another is told all of it again; indexes go on from what they have stored.
 */
export class ThreadResidence {
  readonly #options: ThreadResidenceOptions;
  readonly #number: number;
  #attach: AttachCall | undefined;
  #definitions: IndexDefinitions | undefined;
  readonly #paused = new PausedIndexes();
  /** The last thread that was told everything, and whether it has done it. */
  #life: number;
  #movedIn: Promise<void> = Promise.resolve();
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ThreadResidenceOptions) {
    this.#options = options;
    this.#life = options.host.lives;
    this.#number = options.host.newDatabase({
      grant: options.grant,
      moveIn: () => {
        this.#movedIn = this.#moveIn();
      },
      isIn: () => this.#isIn,
    });
  }

  /** @throws IndexThreadError ThreadEndedError while a new thread is not told everything */
  call(call: IndexCall): Promise<unknown> {
    if (this.#isIn) return this.#options.host.call(this.#number, call);
    const detail = this.#options.host.health.detail;
    return Promise.reject(new IndexThreadError('ThreadEndedError', detail));
  }

  tell(call: IndexCall): void {
    if (this.#isIn) this.#options.host.tell(this.#number, call);
  }

  async open(): Promise<void> {
    await this.#told(this.#openCall);
  }

  /** The thread is to read the documents through this handle, until `detach`. */
  async attach(handle: bigint, columns: readonly string[], gate: SharedArrayBuffer): Promise<void> {
    this.#attach = { kind: 'attach', handle, columns, gate };
    await this.#told(this.#attach);
  }

  /** Resolves when nothing of the handle is used any more. */
  async detach(): Promise<void> {
    await this.#leave('detach');
  }

  async define(definitions: IndexDefinitions): Promise<void> {
    this.#definitions = definitions;
    await this.#told({ kind: 'define', definitions });
  }

  /** Null: all of them. */
  async setPaused(index: string | null, isPaused: boolean): Promise<void> {
    this.#paused.set(index, isPaused);
    await this.#told({ kind: isPaused ? 'pause' : 'resume', index });
  }

  /** All of them were paused, and have not been resumed together since. */
  get areAllPaused(): boolean {
    return this.#paused.isAll;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#leave('close');
    this.#options.host.forgetDatabase(this.#number);
  }

  get #isIn(): boolean {
    return this.#life === this.#options.host.lives;
  }

  get #openCall(): IndexCall {
    const { host, path, durable, nodeTag } = this.#options;
    return { kind: 'open', path, durable, nodeTag, streamsAfter: host.lives * STREAMS_OF_A_LIFE };
  }

  /** What the thread does not hear because it ends, the next one is told. */
  async #told(call: IndexCall): Promise<void> {
    try {
      await this.#options.host.call(this.#number, call);
    } catch (error) {
      if (!isEnd(error)) throw error;
    }
  }

  async #leave(kind: 'detach' | 'close'): Promise<void> {
    this.#attach = undefined;
    clearTimeout(this.#again);
    await this.#movedIn;
    await this.#told({ kind });
  }

  /** Never rejects: it is tried again, or the thread is another one by then. */
  async #moveIn(): Promise<void> {
    const { host, name, logger } = this.#options;
    const life = host.lives;
    try {
      await Promise.all(this.#everything().map((call) => host.call(this.#number, call)));
      this.#life = life;
    } catch (error) {
      if (isEnd(error)) return;
      logger.error(`The indexes of ${name} could not be opened again; another attempt follows`, {
        error: String(error),
      });
      this.#again = setTimeout(() => {
        if (!this.#isClosed && host.lives === life) this.#movedIn = this.#moveIn();
      }, MOVE_IN_AGAIN_MS);
    }
  }

  /** In the order in which the thread needs it. */
  #everything(): readonly IndexCall[] {
    return [
      this.#openCall,
      // An earlier attempt may have got somewhere.
      ...(this.#attach === undefined ? [] : [{ kind: 'detach' } as const, this.#attach]),
      ...this.#paused
        .steps()
        .map(({ index, isPaused }) => ({ kind: isPaused ? 'pause' : 'resume', index }) as const),
      ...(this.#definitions === undefined
        ? []
        : [{ kind: 'define', definitions: this.#definitions } as const]),
    ];
  }
}

function isEnd(error: unknown): boolean {
  return error instanceof IndexThreadError && error.kind === 'ThreadEndedError';
}
