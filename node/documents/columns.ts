import type { ColumnDefinition } from '../storage/storage-environment.ts';

/** Column families of a database; the number is the position, so new ones go to the end. */
export const DOCUMENTS = 0;
export const ETAGS = 1;
export const COLLECTIONS = 2;
export const TOMBSTONES = 3;
export const TOMBSTONES_BY_COLLECTION = 4;
export const REVISIONS = 5;
export const CONFLICTS = 6;
export const META = 7;

/**
 * | column | key | value |
 * |---|---|---|
 * | documents | lower-case id | stored item |
 * | etags | etag | kind, transaction, key of the item in its column |
 * | collections | collection, etag | lower-case id |
 * | tombstones | lower-case id | stored item |
 * | tombstonesByCollection | collection, etag | lower-case id; without a tombstone of that etag: it has left the collection |
 * | revisions, conflicts | lower-case id, etag | stored item |
 * | meta | name | depends |
 */
export const DATABASE_COLUMNS: readonly ColumnDefinition[] = [
  { name: 'documents', large: true },
  { name: 'etags', reversed: true },
  { name: 'collections', reversed: true },
  { name: 'tombstones' },
  { name: 'tombstonesByCollection' },
  { name: 'revisions', large: true },
  { name: 'conflicts' },
  { name: 'meta' },
];
