import { STREAMS_AHEAD_MAX } from '../limits.ts';
import type { CollectionProgress } from '../local/index-state.ts';
import { AheadStream } from './ahead-stream.ts';
import type { AheadThread, DocumentsHandle } from './ahead-thread.ts';
import type { ChangesAhead } from './packed-changes.ts';

/** What indexes of one database will map next, read in another thread while they map what comes before it. */
export class DocumentsAhead {
  readonly #thread: AheadThread;
  readonly #documents: DocumentsHandle;
  readonly #database: number;
  /** By the number of the index; the one that was begun last is the last. */
  readonly #streams = new Map<number, AheadStream>();
  #isClosed = false;

  constructor(thread: AheadThread, documents: DocumentsHandle) {
    this.#thread = thread;
    this.#documents = documents;
    this.#database = thread.newDatabase();
  }

  /** An index has come so far with a collection, and there may be more. */
  begin(index: number, collection: string, progress: CollectionProgress): void {
    if (this.#isClosed || this.#streams.get(index)?.isAt(collection, progress)) return;
    this.leave(index);
    if (this.#streams.size >= STREAMS_AHEAD_MAX) {
      const [oldest] = this.#streams.keys();
      if (oldest !== undefined) this.leave(oldest);
    }
    const of = { database: this.#database, documents: this.#documents };
    this.#streams.set(index, new AheadStream(this.#thread, of, collection, progress));
  }

  /** Undefined: nothing was begun for an index that has come so far, or there is no more, or it could not be read. */
  async take(
    index: number,
    collection: string,
    progress: CollectionProgress,
  ): Promise<ChangesAhead | undefined> {
    const stream = this.#streams.get(index);
    if (stream === undefined) return undefined;
    const changes = stream.isAt(collection, progress) ? await stream.next() : undefined;
    if (changes === undefined && this.#streams.get(index) === stream) this.leave(index);
    return changes;
  }

  /** The index does not go on. */
  leave(index: number): void {
    this.#streams.get(index)?.leave();
    this.#streams.delete(index);
  }

  /** Resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const index of [...this.#streams.keys()]) this.leave(index);
    await this.#thread.close(this.#database);
  }
}
