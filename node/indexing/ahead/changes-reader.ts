import type { CollectionRow, DocumentReader } from '../../documents/document-reader.ts';
import { collectionOf } from '../../documents/stored-document.ts';
import { READ_AHEAD_BYTES_MAX, READ_AHEAD_ROWS, READ_AT_ONCE, READ_DOCUMENTS_MAX } from '../limits.ts';
import { type PackedChanges, packDocuments } from './packed-changes.ts';

/** Where the changes of a collection are to be read: after these etags. */
export interface AheadRequest {
  readonly collection: string;
  readonly documentEtag: number;
  readonly tombstoneEtag: number;
}

/**
 * Changes of one collection, in the order of their etags. They need not be of one moment: deletions are read first,
 * documents last. Who is deleted after that is among the next deletions; who is written after that comes again.
 */
export class ChangesReader {
  readonly #reader: DocumentReader;
  readonly #collection: string;
  #documentEtag: number;
  #tombstoneEtag: number;
  /** Rows after the last etag that are read and not given yet. */
  #rows: readonly CollectionRow[] = [];
  /** There may be more behind them. */
  #isMore = true;
  /** Of the documents that were read last, in bytes. */
  #usualBytes = 0;

  constructor(reader: DocumentReader, { collection, documentEtag, tombstoneEtag }: AheadRequest) {
    this.#reader = reader;
    this.#collection = collection;
    this.#documentEtag = documentEtag;
    this.#tombstoneEtag = tombstoneEtag;
  }

  next(): PackedChanges {
    const deletions = [
      ...this.#reader.deletionsByCollection(this.#collection, {
        fromEtag: this.#tombstoneEtag + 1,
        pageSize: READ_DOCUMENTS_MAX,
      }),
    ];
    this.#tombstoneEtag = deletions.at(-1)?.etag ?? this.#tombstoneEtag;
    this.#readRows();
    const { values, count } = this.#documentsOf(this.#rows.slice(0, READ_DOCUMENTS_MAX));
    this.#documentEtag = this.#rows[count - 1]?.etag ?? this.#documentEtag;
    this.#rows = this.#rows.slice(count);
    return {
      ...packDocuments(values),
      deletions: deletions.map(({ lowerId }) => lowerId),
      documentEtag: this.#documentEtag,
      tombstoneEtag: this.#tombstoneEtag,
      isMore: this.#isMore || this.#rows.length > 0 || deletions.length >= READ_DOCUMENTS_MAX,
    };
  }

  /** To begin a scan costs as much as many rows of it. */
  #readRows(): void {
    if (this.#rows.length >= READ_DOCUMENTS_MAX || !this.#isMore) return;
    const page = { fromEtag: this.#documentEtag + 1, pageSize: READ_AHEAD_ROWS };
    this.#rows = [...this.#reader.rowsOfCollection(this.#collection, page)];
    this.#isMore = this.#rows.length >= READ_AHEAD_ROWS;
  }

  /** `count`: rows that were looked at, until there are bytes enough. */
  #documentsOf(rows: readonly CollectionRow[]): {
    readonly values: readonly Buffer[];
    readonly count: number;
  } {
    const name = this.#collection.toLowerCase();
    const values: Buffer[] = [];
    let bytes = 0;
    let count = 0;
    while (count < rows.length && bytes < READ_AHEAD_BYTES_MAX) {
      const some = rows.slice(count, count + this.#atOnce(READ_AHEAD_BYTES_MAX - bytes));
      const before = bytes;
      for (const value of this.#reader.storedMany(some.map(({ lowerId }) => lowerId))) {
        // It is gone, or written again elsewhere, since its row was read.
        if (value === undefined || collectionOf(value).toLowerCase() !== name) continue;
        values.push(value);
        bytes += value.length;
      }
      count += some.length;
      this.#usualBytes = (bytes - before) / some.length;
    }
    return { values, count };
  }

  /** Documents that will have some such size together. */
  #atOnce(bytes: number): number {
    return Math.min(READ_AT_ONCE, Math.max(1, Math.floor(bytes / Math.max(1, this.#usualBytes))));
  }
}
