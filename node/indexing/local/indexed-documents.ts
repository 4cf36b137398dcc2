import { META } from '../../documents/columns.ts';
import { consistentRead } from '../../documents/consistent-read.ts';
import { type CollectionStatistics, loadFigures, readLastEtag } from '../../documents/database-state.ts';
import { DocumentReader } from '../../documents/document-reader.ts';
import { DurableView, type ReadableStorage } from '../../documents/key-value-view.ts';
import { RecentlyShown } from './recently-shown.ts';

/** Reads of the documents of a database from the index thread. */
export class IndexedDocuments {
  readonly #storage: ReadableStorage;
  readonly #view: DurableView;
  readonly #reader: DocumentReader;
  /** What queries show: the same documents over and over. */
  readonly shown: RecentlyShown;
  /** Figures of collections as they were at a sequence of the storage. */
  readonly #collections = new Map<string, CollectionStatistics>();
  #collectionsAt = -1;

  constructor(storage: ReadableStorage) {
    this.#storage = storage;
    this.#view = new DurableView(storage);
    this.#reader = new DocumentReader(this.#view, () => ({ conflicts: 0 }));
    this.shown = new RecentlyShown(storage, this.#view, this.#reader);
  }

  /** As `Database.read`. */
  read<T>(body: (reader: DocumentReader) => T): T {
    const storage = this.#storage;
    const view = this.#view;
    return consistentRead(
      {
        get sequence() {
          return storage.sequence;
        },
        get accesses() {
          return view.accesses;
        },
      },
      () => body(this.#reader),
    );
  }

  /** Reads that need not be of one moment: whoever calls looks at each answer for itself. */
  get reader(): DocumentReader {
    return this.#reader;
  }

  /** Last etag of a collection, or with null of the database; 0 when there never was one. */
  lastEtag(collection: string | null): number {
    if (collection === null) return readLastEtag(this.#view);
    return this.#collection(collection)?.lastEtag ?? 0;
  }

  /** Documents of a collection, or with null of the database. */
  count(collection: string | null): number {
    if (collection === null) return loadFigures(this.#view).counts.documents;
    return this.#collection(collection)?.documents ?? 0;
  }

  /** What `DocumentTransaction.writeMeta` has written. */
  meta(name: string): Buffer | undefined {
    return this.#view.get(META, Buffer.from(`room/${name}`));
  }

  /** Every query asks: what was read is good until something is written. */
  #collection(name: string): CollectionStatistics | undefined {
    const { sequence } = this.#storage;
    if (sequence !== this.#collectionsAt) {
      this.#collections.clear();
      this.#collectionsAt = sequence;
    }
    const key = name.toLowerCase();
    const known = this.#collections.get(key);
    if (known !== undefined) return known;
    const row = this.#view.get(META, Buffer.from(`collection/${key}`));
    const found = row === undefined ? undefined : (JSON.parse(row.toString('utf8')) as CollectionStatistics);
    if (found !== undefined) this.#collections.set(key, found);
    return found;
  }
}
