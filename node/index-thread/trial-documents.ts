import type { StoredDocument } from '../documents/stored-document.ts';
import type { MappedDocument } from '../indexing/local/index-spec.ts';
import { ALL_DOCUMENTS } from '../indexing/local/index-state.ts';
import { TRIAL_CHARACTERS_MAX } from './limits.ts';

/** The documents that an index is tried out with: the first of each of its collections, so many in all. */
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

  constructor(collections: readonly string[] | null, documentsMax: number) {
    this.#isOfAll = collections === null;
    this.#collectionMax = Math.max(1, Math.floor(documentsMax / (collections?.length ?? 1)));
  }

  /** Whether the document is one of them. */
  takes({ lowerId, collection }: StoredDocument): boolean {
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
