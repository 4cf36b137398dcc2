import type { DocumentsAhead } from '../ahead/documents-ahead.ts';
import type { Feed, Round } from './feed.ts';

/** What is read ahead of a feed: documents of one collection, while those before them are mapped. */
export class FeedAhead {
  readonly #ahead: DocumentsAhead | undefined;
  readonly #index: number;
  readonly #collection: string | null;

  /** `index`: its number. */
  constructor(feed: Feed, ahead: DocumentsAhead | undefined, index: number) {
    this.#ahead = ahead;
    this.#index = index;
    this.#collection = feed.kind === 'documents' ? feed.collection : null;
  }

  /** Undefined: nothing was read ahead, or nothing is left, which only a moment of the documents can tell. */
  async take(progress: Feed['progress']): Promise<Round | undefined> {
    if (this.#ahead === undefined || this.#collection === null || !('seenEtag' in progress)) return undefined;
    const found = await this.#ahead.take(this.#index, this.#collection, progress);
    if (found === undefined) return undefined;
    const { changes, documentEtag, tombstoneEtag, isMore } = found;
    const { seenEtag } = progress;
    return { changes, progress: { documentEtag, tombstoneEtag, seenEtag }, isExhausted: false, isMore };
  }

  /** The index has come so far. */
  begin({ progress, isMore }: Round): void {
    if (isMore !== true || this.#collection === null || !('seenEtag' in progress)) return;
    this.#ahead?.begin(this.#index, this.#collection, progress);
  }
}
