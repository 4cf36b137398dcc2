import { ROUNDS_AHEAD } from '../limits.ts';
import type { CollectionProgress } from '../local/index-state.ts';
import type { AheadThread, DocumentsHandle } from './ahead-thread.ts';
import { type ChangesAhead, type PackedChanges, unpackChanges } from './packed-changes.ts';

/** What comes after what an index has mapped of a collection, as far as it was read. */
export class AheadStream {
  readonly #thread: AheadThread;
  readonly #collection: string;
  /** Up to where rounds were taken. */
  #at: Pick<CollectionProgress, 'documentEtag' | 'tombstoneEtag'>;
  readonly #number: number;
  /** Rounds that were not taken; null: behind it there is nothing more. */
  readonly #rounds: (PackedChanges | null)[] = [];
  /** Taken since more were asked for. */
  #taken = 0;
  #waiting: (() => void) | undefined;

  constructor(
    thread: AheadThread,
    { database, documents }: { readonly database: number; readonly documents: DocumentsHandle },
    collection: string,
    { documentEtag, tombstoneEtag }: CollectionProgress,
  ) {
    this.#thread = thread;
    this.#collection = collection;
    this.#at = { documentEtag, tombstoneEtag };
    const from = { collection, ...this.#at };
    this.#number = thread.follow(database, documents, from, (changes) => {
      this.#rounds.push(changes);
      this.#waiting?.();
    });
  }

  /** What comes next is what an index maps next that has come so far. */
  isAt(collection: string, { documentEtag, tombstoneEtag }: CollectionProgress): boolean {
    return (
      collection === this.#collection &&
      documentEtag === this.#at.documentEtag &&
      tombstoneEtag === this.#at.tombstoneEtag
    );
  }

  /** Undefined: there is no more, or it could not be read. */
  async next(): Promise<ChangesAhead | undefined> {
    while (this.#rounds.length === 0) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    const packed = this.#rounds[0];
    if (packed === null || packed === undefined) return undefined;
    this.#rounds.shift();
    const { documentEtag, tombstoneEtag, isMore } = packed;
    this.#at = { documentEtag, tombstoneEtag };
    if (isMore) this.#took();
    else this.#rounds.push(null);
    const changes = unpackChanges(packed);
    return changes.changes.length === 0 ? undefined : changes;
  }

  /** The other thread is asked for several at once: it has to be woken up for each time. */
  #took(): void {
    this.#taken++;
    if (this.#taken < ROUNDS_AHEAD / 2) return;
    this.#thread.more(this.#number, this.#taken);
    this.#taken = 0;
  }

  /** Nobody takes any more. */
  leave(): void {
    this.#thread.leave(this.#number);
    this.#rounds.push(null);
    this.#waiting?.();
  }
}
