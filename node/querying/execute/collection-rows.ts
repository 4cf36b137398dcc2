import type { DocumentReader } from '../../documents/document-reader.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import type { QuerySource } from '../plan/query-plan.ts';

type CollectionSource = Extract<QuerySource, { kind: 'collection' }>;

/** Documents of a collection query: by etag, or by id where ids were asked for. */
export function* collectionRows(
  reader: DocumentReader,
  { collection, documents }: CollectionSource,
): Generator<StoredDocument> {
  const isIn = (document: StoredDocument): boolean =>
    collection === null || document.collection.toLowerCase() === collection.toLowerCase();
  if (documents === 'all') {
    yield* collection === null
      ? reader.documentsByEtag({ fromEtag: 0 })
      : reader.byCollection(collection, { fromEtag: 0 });
  } else if ('ids' in documents) {
    const ids = [...new Set(documents.ids.map((id) => id.toLowerCase()))].sort();
    for (const document of reader.getMany(ids)) if (document !== undefined && isIn(document)) yield document;
  } else {
    for (const document of reader.startsWith({ prefix: documents.prefix }))
      if (isIn(document)) yield document;
  }
}
