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

/** Rows of a collection that are read and not given yet, those after an etag. */
interface RowsLeft {
  readonly collection: string;
  readonly documentEtag: number;
  readonly rows: readonly CollectionRow[];
  /** There may be more behind them. */
  readonly isMore: boolean;
}

const NO_ROWS: RowsLeft = { collection: '', documentEtag: 0, rows: [], isMore: true };

/**
 * Changes of the collections of one database, in the order of their etags. They need not be of one moment: deletions are
 * read first, documents last. Who is deleted after that is among the next deletions; who is written after that comes
 * again.
 */
export class ChangesReader {
  readonly #reader: DocumentReader;
  #left = NO_ROWS;
  /** Of the documents that were read last, in bytes. */
  #usualBytes = 0;

  constructor(reader: DocumentReader) {
    this.#reader = reader;
  }

  next({ collection, documentEtag, tombstoneEtag }: AheadRequest): PackedChanges {
    const deletions = [
      ...this.#reader.deletionsByCollection(collection, {
        fromEtag: tombstoneEtag + 1,
        pageSize: READ_DOCUMENTS_MAX,
      }),
    ];
    const { rows, isMore } = this.#rowsAfter(collection, documentEtag);
    const { values, count } = this.#documentsOf(collection, rows.slice(0, READ_DOCUMENTS_MAX));
    const lastEtag = rows[count - 1]?.etag ?? documentEtag;
    this.#left = { collection, documentEtag: lastEtag, rows: rows.slice(count), isMore };
    return {
      ...packDocuments(values),
      deletions: deletions.map(({ lowerId }) => lowerId),
      documentEtag: lastEtag,
      tombstoneEtag: deletions.at(-1)?.etag ?? tombstoneEtag,
      isMore: isMore || count < rows.length || deletions.length >= READ_DOCUMENTS_MAX,
    };
  }

  /** To begin a scan costs as much as many rows of it. */
  #rowsAfter(collection: string, documentEtag: number): Pick<RowsLeft, 'rows' | 'isMore'> {
    const left = this.#left;
    const isNext = left.collection === collection && left.documentEtag === documentEtag;
    if (isNext && (left.rows.length >= READ_DOCUMENTS_MAX || !left.isMore)) return left;
    const pageSize = READ_AHEAD_ROWS;
    const fromEtag = documentEtag + 1;
    const rows = [...this.#reader.rowsOfCollection(collection, { fromEtag, pageSize })];
    return { rows, isMore: rows.length >= pageSize };
  }

  /** `count`: rows that were looked at, until there are bytes enough. */
  #documentsOf(
    collection: string,
    rows: readonly CollectionRow[],
  ): { readonly values: readonly Buffer[]; readonly count: number } {
    const name = collection.toLowerCase();
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
