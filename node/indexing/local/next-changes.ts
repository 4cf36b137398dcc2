import type { DocumentReader } from '../../documents/document-reader.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import { READ_DOCUMENTS_MAX } from '../limits.ts';
import type { CollectionProgress } from './index-state.ts';

/** A document that is to be indexed, again or for the first time. */
export interface Change {
  readonly id: string;
  readonly lowerId: string;
  /** Absent: it was deleted, or has left the collection. */
  readonly document?: StoredDocument;
}

/** Some changes, and the etags up to which they are all. */
export interface NextChanges {
  readonly changes: readonly Change[];
  readonly documentEtag: number;
  readonly tombstoneEtag: number;
}

/** What comes next of a collection, or with null of the database. */
export function nextChanges(
  reader: DocumentReader,
  collection: string | null,
  progress: CollectionProgress,
): NextChanges {
  return collection === null ? nextOfAll(reader, progress) : nextOfCollection(reader, collection, progress);
}

function nextOfCollection(
  reader: DocumentReader,
  collection: string,
  progress: CollectionProgress,
): NextChanges {
  const pageSize = READ_DOCUMENTS_MAX;
  const documents = [...reader.byCollection(collection, { fromEtag: progress.documentEtag + 1, pageSize })];
  const deletions = [
    ...reader.deletionsByCollection(collection, { fromEtag: progress.tombstoneEtag + 1, pageSize }),
  ];
  return {
    changes: [
      ...deletions.map(({ lowerId }) => ({ id: lowerId, lowerId })),
      ...documents.map((document) => ({ id: document.id, lowerId: document.lowerId, document })),
    ],
    documentEtag: documents.at(-1)?.etag ?? progress.documentEtag,
    tombstoneEtag: deletions.at(-1)?.etag ?? progress.tombstoneEtag,
  };
}

function nextOfAll(reader: DocumentReader, progress: CollectionProgress): NextChanges {
  const changes = new Map<string, Change>();
  let etag = progress.documentEtag;
  for (const item of reader.byEtag({ fromEtag: progress.documentEtag + 1 })) {
    if (changes.size >= READ_DOCUMENTS_MAX) break;
    etag = item.etag;
    const { id, lowerId } = item.version;
    if (item.kind === 'document' && item.version.kind === 'document') {
      changes.set(lowerId, { id, lowerId, document: item.version });
    } else if (item.kind !== 'revision') changes.set(lowerId, { id, lowerId });
  }
  return { changes: [...changes.values()], documentEtag: etag, tombstoneEtag: etag };
}
