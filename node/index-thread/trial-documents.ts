import type { StoredDocument } from '../documents/stored-document.ts';
import type { MappedDocument } from '../indexing/local/index-spec.ts';
import { ALL_DOCUMENTS } from '../indexing/local/index-state.ts';
import { TRIAL_CHARACTERS_MAX } from './limits.ts';

/**
 * Which documents an index is tried out with: the first of its collections, so many in all, or so many of each; or those
 * with these ids in lower case.
 */
export type TrialChoice =
  | { readonly kind: 'first' | 'firstOfEach'; readonly count: number }
  | { readonly kind: 'ids'; readonly lowerIds: ReadonlySet<string> };

/** The documents that an index is tried out with. */
export class TrialDocuments {
  readonly #isOfAll: boolean;
  readonly #collectionMax: number;
  /** Ids in lower case, by collection. */
  readonly #taken = new Map<string, Set<string>>();
  /** Collections of which there are more. */
  readonly #cut = new Set<string>();
  /** What the maps gave, by ids in lower case: a document may be mapped again. */
  readonly #given = new Map<string, readonly string[]>();
  #characters = 0;

  readonly #only: ReadonlySet<string> | null;

  constructor(collections: readonly string[] | null, choice: TrialChoice) {
    this.#isOfAll = collections === null;
    this.#only = choice.kind === 'ids' ? choice.lowerIds : null;
    this.#collectionMax =
      choice.kind === 'first'
        ? Math.max(1, Math.floor(choice.count / (collections?.length ?? 1)))
        : choice.kind === 'firstOfEach'
          ? choice.count
          : Number.POSITIVE_INFINITY;
  }

  /** Whether the document is one of them. */
  takes({ lowerId, collection }: StoredDocument): boolean {
    if (this.#only?.has(lowerId) === false) return false;
    const key = this.#isOfAll ? ALL_DOCUMENTS : collection.toLowerCase();
    const taken = this.#taken.get(key) ?? new Set();
    this.#taken.set(key, taken);
    if (taken.has(lowerId)) return true;
    if (taken.size >= this.#collectionMax || this.#characters > TRIAL_CHARACTERS_MAX) {
      this.#cut.add(key);
      return false;
    }
    taken.add(lowerId);
    return true;
  }

  /** Whether all of those that were named by their ids are among them. */
  get hasAllNamed(): boolean {
    const count = [...this.#taken.values()].reduce((sum, { size }) => sum + size, 0);
    return this.#only !== null && count >= this.#only.size;
  }

  mapped({ lowerId }: StoredDocument, { given = [] }: MappedDocument): void {
    this.#given.set(lowerId, given);
    this.#characters += given.reduce((sum, { length }) => sum + length, 0);
  }

  /** Whether a collection, by its name in lower case, has documents that are not among them. */
  hasMore(key: string): boolean {
    return this.#cut.has(key);
  }

  get isCut(): boolean {
    return this.#cut.size > 0;
  }

  get given(): readonly string[] {
    return [...this.#given.values()].flat();
  }
}
