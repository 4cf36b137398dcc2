import type { OutputFailure, OutputSink, OutputWrite } from '../indexing/output/reduce-output.ts';
import { StorageClosedError, StorageError } from '../storage/storage-error.ts';

interface Wish {
  readonly resolve: (failures: readonly OutputFailure[]) => void;
  readonly reject: (error: Error) => void;
}

/** Documents that the indexes of a database want written, which the main thread does. One index waits for one wish. */
export class OutputWishes {
  readonly #ask: (ticket: number, write: OutputWrite) => void;
  readonly #open = new Map<number, Wish>();
  #next = 1;

  constructor(ask: (ticket: number, write: OutputWrite) => void) {
    this.#ask = ask;
  }

  readonly write: OutputSink = (write) =>
    new Promise((resolve, reject) => {
      const ticket = this.#next++;
      this.#open.set(ticket, { resolve, reject });
      this.#ask(ticket, write);
    });

  settle(ticket: number, outcome: readonly OutputFailure[] | { readonly error: string }): void {
    const wish = this.#open.get(ticket);
    this.#open.delete(ticket);
    if ('error' in outcome) wish?.reject(new StorageError(outcome.error));
    else wish?.resolve(outcome);
  }

  /** Nobody is there to write any more. */
  endAll(): void {
    for (const { reject } of this.#open.values()) reject(new StorageClosedError('The database is closing.'));
    this.#open.clear();
  }
}
