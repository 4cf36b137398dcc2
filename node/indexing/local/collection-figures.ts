import { META } from '../../documents/columns.ts';
import {
  type CollectionStatistics,
  decodeCollection,
  loadFigures,
  readLastEtag,
} from '../../documents/database-state.ts';
import type { KeyValueView } from '../../documents/key-value-view.ts';

/** How many documents there are, and their last etags, as a view shows them. */
export class CollectionFigures {
  readonly #view: KeyValueView;
  readonly #sequence: () => number;
  readonly #known: KnownFigures;

  /** @param sequence of the storage that the view shows, at any time */
  constructor(view: KeyValueView, sequence: () => number, known: KnownFigures) {
    this.#view = view;
    this.#sequence = sequence;
    this.#known = known;
  }

  /** Last etag of a collection, or with null of the database; 0 when there never was one. */
  lastEtag(collection: string | null): number {
    return (collection === null ? this.#lastOfAll() : this.#collection(collection)?.lastEtag) ?? 0;
  }

  /** Documents of a collection, or with null of the database. */
  count(collection: string | null): number {
    if (collection === null) return loadFigures(this.#view).counts.documents;
    return this.#collection(collection)?.documents ?? 0;
  }

  /** Of each collection that there ever was. */
  get all(): readonly CollectionStatistics[] {
    return [...loadFigures(this.#view).collections.values()];
  }

  #lastOfAll(): number {
    const sequence = this.#sequence();
    const known = this.#known.at(sequence).lastEtag;
    if (known !== undefined) return known;
    const found = readLastEtag(this.#view);
    if (this.#sequence() === sequence) this.#known.at(sequence).lastEtag = found;
    return found;
  }

  #collection(name: string): CollectionStatistics | undefined {
    const key = name.toLowerCase();
    const sequence = this.#sequence();
    const known = this.#known.at(sequence).collections.get(key);
    if (known !== undefined) return known;
    const row = this.#view.get(META, Buffer.from(`collection/${key}`));
    if (row === undefined) return undefined;
    const found = decodeCollection(row);
    // Otherwise it may be of a later moment.
    if (this.#sequence() === sequence) this.#known.at(sequence).collections.set(key, found);
    return found;
  }
}

/** Figures of the moment that was asked for last: every query asks, and what was read is good until something is written. */
export class KnownFigures {
  #figures: MomentFigures = { collections: new Map(), lastEtag: undefined };
  #sequence = -1;

  /** Those known of a moment. */
  at(sequence: number): MomentFigures {
    if (sequence !== this.#sequence) {
      this.#figures = { collections: new Map(), lastEtag: undefined };
      this.#sequence = sequence;
    }
    return this.#figures;
  }
}

interface MomentFigures {
  /** By their names in lower case. */
  readonly collections: Map<string, CollectionStatistics>;
  /** Of the database. */
  lastEtag: number | undefined;
}
