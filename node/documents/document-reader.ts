import type { KeyRange } from '../storage/storage-scan.ts';
import {
  COLLECTIONS,
  CONFLICTS,
  DOCUMENTS,
  ETAGS,
  REVISIONS,
  TOMBSTONES,
  TOMBSTONES_BY_COLLECTION,
} from './columns.ts';
import { DocumentConflictError } from './document-errors.ts';
import { lowerIdOf } from './document-id.ts';
import type { KeyValueView } from './key-value-view.ts';
import { FIRST_SLICE_ROWS, LIST_SLICE_ROWS } from './limits.ts';
import {
  afterPrefix,
  decodeEtagRow,
  etagKey,
  etagOfKey,
  type ItemKind,
  idKey,
  namedEtagKey,
} from './storage-keys.ts';
import {
  decodeDocument,
  decodeTombstone,
  decodeVersion,
  type StoredDocument,
  type StoredVersion,
  type Tombstone,
} from './stored-document.ts';
import { compileWildcards } from './wildcard.ts';

const ETAG_MAX = Number.MAX_SAFE_INTEGER;

/** One item in the order of etags, over all kinds. */
export interface EtagItem {
  readonly kind: ItemKind;
  readonly etag: number;
  /** Items next to each other with the same number were written by one command. */
  readonly transaction: number;
  readonly version: StoredVersion;
}

export interface PrefixQuery {
  readonly prefix: string;
  readonly startAfter?: string;
  /** `|`-separated wildcards over the part of the id that follows the prefix. */
  readonly matches?: string;
  readonly exclude?: string;
  readonly start?: number;
  readonly pageSize?: number;
}

export interface Page {
  readonly start?: number;
  readonly pageSize?: number;
}

/** Of a collection: from an etag on, or with `descending` the last written first. */
export interface CollectionPage extends Page {
  readonly fromEtag?: number;
  readonly descending?: boolean;
}

/** A document of a collection: its id in lower case as UTF-8, and its etag. */
export interface CollectionRow {
  readonly etag: number;
  readonly lowerId: Buffer;
}

/** Tells whether any document is in conflict, so that a read need not look for it. */
export interface ConflictCount {
  readonly conflicts: number;
}

/**
 * Reads of a database over one view. Everything is synchronous; lists are generators that read on as they are
 * consumed, and may not be used after the `read` that they belong to.
 */
export class DocumentReader {
  readonly #view: KeyValueView;
  readonly #counts: () => ConflictCount;

  constructor(view: KeyValueView, counts: () => ConflictCount) {
    this.#view = view;
    this.#counts = counts;
  }

  /** Throws DocumentConflictError while the document has several versions. */
  get(id: string): StoredDocument | undefined {
    const lowerId = lowerIdOf(id);
    const value = this.#view.get(DOCUMENTS, idKey(lowerId));
    if (value !== undefined) return decodeDocument(value);
    if (this.#counts().conflicts > 0) this.#refuseConflict(id);
    return undefined;
  }

  /** In the order of `ids`; undefined for missing and for conflicted documents (see `isConflicted`). */
  getMany(ids: readonly string[]): (StoredDocument | undefined)[] {
    const values = this.#view.getMany(
      DOCUMENTS,
      ids.map((id) => idKey(lowerIdOf(id))),
    );
    return values.map((value) => (value === undefined ? undefined : decodeDocument(value)));
  }

  exists(id: string): boolean {
    return this.#view.get(DOCUMENTS, idKey(lowerIdOf(id))) !== undefined;
  }

  isConflicted(id: string): boolean {
    return this.#counts().conflicts > 0 && this.getConflicts(id).length > 0;
  }

  getTombstone(id: string): Tombstone | undefined {
    const value = this.#view.get(TOMBSTONES, idKey(lowerIdOf(id)));
    return value === undefined ? undefined : decodeTombstone(value);
  }

  /** The versions in conflict under an id, by etag; empty when there is no conflict. */
  getConflicts(id: string): StoredVersion[] {
    return [...this.#named(CONFLICTS, lowerIdOf(id))].map(([, value]) => decodeVersion(value));
  }

  /** Documents in id order (bytes of the lower-case id). */
  *startsWith(query: PrefixQuery): Generator<StoredDocument> {
    const prefix = idKey(lowerIdOf(query.prefix));
    const end = afterPrefix(prefix);
    const range: KeyRange = {
      ...(query.startAfter === undefined ? { gte: prefix } : { gt: idKey(lowerIdOf(query.startAfter)) }),
      ...(end === undefined ? {} : { lt: end }),
    };
    const matches = query.matches ? compileWildcards(query.matches) : null;
    const excludes = query.exclude ? compileWildcards(query.exclude) : null;
    let skip = query.start ?? 0;
    let left = query.pageSize ?? Number.POSITIVE_INFINITY;
    if (left <= 0) return;
    for (const [key, value] of this.#view.scan(DOCUMENTS, range)) {
      // With a `startAfter` that sorts before the prefix the scan begins too early.
      if (Buffer.compare(key, prefix) < 0) continue;
      const rest = matches === null && excludes === null ? '' : key.toString('utf8', prefix.length);
      if (matches?.(rest) === false || excludes?.(rest) === true) continue;
      if (skip-- > 0) continue;
      yield decodeDocument(value);
      if (--left <= 0) return;
    }
  }

  /** All items with an etag from `fromEtag` on, ascending: what replication and indexes follow. */
  byEtag(query: { readonly fromEtag?: number } = {}): Generator<EtagItem> {
    return this.#items({ gte: etagKey(query.fromEtag ?? 0) });
  }

  /** Documents from an etag on, ascending. */
  *documentsByEtag(query: Page & { readonly fromEtag: number }): Generator<StoredDocument> {
    yield* this.#documents({ gte: etagKey(query.fromEtag) }, query);
  }

  /** Documents, the last written first. */
  *documentsByEtagDescending(query: Page = {}): Generator<StoredDocument> {
    yield* this.#documents({ lte: etagKey(ETAG_MAX), reverse: true }, query);
  }

  /** Documents of a collection by etag; its name's case does not count. */
  *byCollection(name: string, query: CollectionPage = {}): Generator<StoredDocument> {
    const rows = paged(this.#view.scan(COLLECTIONS, collectionRange(name, query)), query);
    for (const slice of slices(rows, query.pageSize)) {
      const values = this.storedMany(slice.map(([, lowerId]) => lowerId));
      for (const value of values) if (value !== undefined) yield decodeDocument(value);
    }
  }

  /** The ids of the same, as they are stored, with the etags. */
  *rowsOfCollection(name: string, query: CollectionPage = {}): Generator<CollectionRow> {
    for (const [key, lowerId] of paged(this.#view.scan(COLLECTIONS, collectionRange(name, query)), query))
      yield { etag: etagOfKey(key), lowerId };
  }

  /** Documents as they are stored, by their ids as they are stored; undefined for missing ones. */
  storedMany(lowerIds: readonly Buffer[]): (Buffer | undefined)[] {
    return this.#view.getMany(DOCUMENTS, lowerIds);
  }

  /** Deletions in the order of their ids. */
  *tombstones(query: Page = {}): Generator<Tombstone> {
    for (const [, value] of paged(this.#view.scan(TOMBSTONES, {}), query)) yield decodeTombstone(value);
  }

  /**
   * Deletions in a collection from an etag on, ascending: their ids in lower case. Who has left the collection otherwise
   * is among them, and may be in another one, or have come back; an id may come several times.
   */
  *deletionsByCollection(
    name: string,
    query: Page & { readonly fromEtag: number },
  ): Generator<{ readonly lowerId: string; readonly etag: number }> {
    const lower = name.toLowerCase();
    const range: KeyRange = { gte: namedEtagKey(lower, query.fromEtag), lt: namedEtagKey(lower, ETAG_MAX) };
    for (const [key, lowerId] of paged(this.#view.scan(TOMBSTONES_BY_COLLECTION, range), query)) {
      yield { lowerId: lowerId.toString('utf8'), etag: etagOfKey(key) };
    }
  }

  /** Etags of the documents, or of the deletions, of a collection: ascending after one, or descending from one on. */
  *etagsByCollection(
    kind: 'document' | 'tombstone',
    name: string,
    range: { readonly after: number } | { readonly downFrom: number },
  ): Generator<number> {
    const lower = name.toLowerCase();
    const keys: KeyRange =
      'after' in range
        ? { gt: namedEtagKey(lower, range.after), lt: namedEtagKey(lower, ETAG_MAX) }
        : { gte: namedEtagKey(lower, 0), lte: namedEtagKey(lower, range.downFrom), reverse: true };
    const column = kind === 'document' ? COLLECTIONS : TOMBSTONES_BY_COLLECTION;
    for (const [key] of this.#view.scan(column, keys)) yield etagOfKey(key);
  }

  /** All versions in conflict, those of one document together. */
  *conflicts(query: Page = {}): Generator<StoredVersion> {
    for (const [, value] of paged(this.#view.scan(CONFLICTS, {}), query)) yield decodeVersion(value);
  }

  /** Kept versions of a document, the newest first. */
  *revisions(id: string, query: Page = {}): Generator<StoredVersion> {
    for (const [, value] of paged(this.#named(REVISIONS, lowerIdOf(id), true), query))
      yield decodeVersion(value);
  }

  #refuseConflict(id: string): void {
    const conflicts = this.getConflicts(id);
    const last = conflicts.at(-1);
    if (last !== undefined) throw new DocumentConflictError(last.id, last.etag);
  }

  #named(column: number, lowerName: string, reverse = false): Iterable<readonly [Buffer, Buffer]> {
    return this.#view.scan(column, {
      gte: namedEtagKey(lowerName, 0),
      lte: namedEtagKey(lowerName, ETAG_MAX),
      reverse,
    });
  }

  *#documents(range: KeyRange, page: Page): Generator<StoredDocument> {
    const view = this.#view;
    function* rows(): Generator<Buffer> {
      for (const [, value] of view.scan(ETAGS, range)) {
        const row = decodeEtagRow(value);
        if (row.kind === 'document') yield row.key;
      }
    }
    for (const slice of slices(paged(rows(), page), page.pageSize)) {
      for (const value of view.getMany(DOCUMENTS, slice))
        if (value !== undefined) yield decodeDocument(value);
    }
  }

  *#items(range: KeyRange): Generator<EtagItem> {
    for (const slice of slices(this.#view.scan(ETAGS, range))) {
      const rows = slice.map(([key, value]) => ({ etag: etagOfKey(key), ...decodeEtagRow(value) }));
      const values = this.#valuesOf(rows);
      for (const [i, { kind, etag, transaction }] of rows.entries()) {
        const value = values[i];
        if (value !== undefined) yield { kind, etag, transaction, version: decodeVersion(value) };
      }
    }
  }

  #valuesOf(rows: readonly { readonly kind: ItemKind; readonly key: Buffer }[]): (Buffer | undefined)[] {
    const values: (Buffer | undefined)[] = new Array(rows.length);
    for (const kind of Object.keys(COLUMN_OF_KIND) as ItemKind[]) {
      const positions = [...rows.keys()].filter((i) => rows[i]?.kind === kind);
      if (positions.length === 0) continue;
      const keys = positions.map((i) => (rows[i] as { key: Buffer }).key);
      const found = this.#view.getMany(COLUMN_OF_KIND[kind], keys);
      for (const [n, i] of positions.entries()) values[i] = found[n];
    }
    return values;
  }
}

/** Where an item of a kind is stored. */
export const COLUMN_OF_KIND: Readonly<Record<ItemKind, number>> = {
  document: DOCUMENTS,
  tombstone: TOMBSTONES,
  revision: REVISIONS,
  conflict: CONFLICTS,
};

function collectionRange(name: string, { fromEtag = 0, descending = false }: CollectionPage): KeyRange {
  const lower = name.toLowerCase();
  return {
    gte: namedEtagKey(lower, fromEtag),
    lt: namedEtagKey(lower, ETAG_MAX),
    reverse: descending,
  };
}

function* paged<T>(
  rows: Iterable<T>,
  { start = 0, pageSize = Number.POSITIVE_INFINITY }: Page,
): Generator<T> {
  if (pageSize <= 0) return;
  let skip = start;
  let left = pageSize;
  for (const row of rows) {
    if (skip-- > 0) continue;
    yield row;
    if (--left <= 0) return;
  }
}

/** Rows in groups, small at first: most readers stop early, unless they have said how many they want. */
function* slices<T>(rows: Iterable<T>, wanted = FIRST_SLICE_ROWS): Generator<T[]> {
  let size = Math.min(Math.max(wanted, FIRST_SLICE_ROWS), LIST_SLICE_ROWS);
  let slice: T[] = [];
  for (const row of rows) {
    if (slice.push(row) < size) continue;
    yield slice;
    slice = [];
    size = LIST_SLICE_ROWS;
  }
  if (slice.length > 0) yield slice;
}
