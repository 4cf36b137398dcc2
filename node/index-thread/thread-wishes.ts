import type { OutputFailure, OutputSink } from '../indexing/output/reduce-output.ts';
import type { ValueAt, ValueSource } from '../indexing/references/value-source.ts';
import { StorageClosedError, StorageError } from '../storage/storage-error.ts';
import type { Wish } from './thread-protocol.ts';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What the indexes of a database want of the main thread. One index waits for one wish. */
export class ThreadWishes {
  readonly #ask: (ticket: number, wish: Wish) => void;
  readonly #open = new Map<number, Waiting>();
  #next = 1;

  constructor(ask: (ticket: number, wish: Wish) => void) {
    this.#ask = ask;
  }

  readonly write: OutputSink = async (write) =>
    (await this.#granted({ kind: 'write', write })) as readonly OutputFailure[];

  readonly readValues: ValueSource = async (keys, what) =>
    (await this.#granted({ kind: 'readValues', keys, what })) as ReadonlyMap<string, ValueAt>;

  settle(ticket: number, outcome: { readonly result: unknown } | { readonly error: string }): void {
    const waiting = this.#open.get(ticket);
    this.#open.delete(ticket);
    if ('error' in outcome) waiting?.reject(new StorageError(outcome.error));
    else waiting?.resolve(outcome.result);
  }

  /** Nobody is there to grant any more. */
  endAll(): void {
    for (const { reject } of this.#open.values()) reject(new StorageClosedError('The database is closing.'));
    this.#open.clear();
  }

  #granted(wish: Wish): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ticket = this.#next++;
      this.#open.set(ticket, { resolve, reject });
      this.#ask(ticket, wish);
    });
  }
}
