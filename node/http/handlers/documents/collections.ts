import { humaneSize, sizeObject } from '../../humane-size.ts';
import { requiredText } from '../../parameters/parameters.ts';
import { json, jsonBytes, NOT_FOUND } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { pagingOf } from './list-documents.ts';
import { listingBody } from './results-body.ts';
import { listed } from './slice.ts';

const stats: DatabaseHandler = (_request, { loaded }) => {
  const statistics = loaded.database.statistics();
  return json(200, {
    CountOfDocuments: statistics.documents,
    CountOfDocumentsConflicts: statistics.conflictedDocuments,
    CountOfConflicts: statistics.conflicts,
    CountOfRevisionDocuments: statistics.revisions,
    CountOfTombstones: statistics.tombstones,
    CountOfTimeSeriesDeletedRanges: 0,
    CountOfAttachments: 0,
    CountOfCounterEntries: 0,
    CountOfTimeSeriesSegments: 0,
    // Those that had documents stay, as they do for indexes.
    Collections: Object.fromEntries(
      [...loaded.database.collections().values()].map(({ name, documents }) => [name, documents]),
    ),
  });
};

/** Sizes are not kept by collection; they are told as unknown, which is 0 in the protocol. */
const detailed: DatabaseHandler = (_request, { loaded }) => {
  const statistics = loaded.database.statistics();
  const unknown = sizeObject(0);
  return json(200, {
    CountOfDocuments: statistics.documents,
    CountOfConflicts: statistics.conflicts,
    Collections: Object.fromEntries(
      [...loaded.database.collections().values()].map(({ name, documents, tombstones }) => [
        name,
        {
          Name: name,
          CountOfDocuments: documents,
          Size: unknown,
          DocumentsSize: unknown,
          CountOfTombstones: tombstones,
          TombstonesSize: unknown,
          CountOfRevisions: 0,
          RevisionsSize: unknown,
          CountOfTimeSeriesDeletedRanges: 0,
          TimeSeriesDeletedRangesSize: unknown,
          CountOfCounterEntries: 0,
          CounterEntriesSize: unknown,
          CountOfTimeSeriesSegments: 0,
          TimeSeriesSegmentsSize: unknown,
        },
      ]),
    ),
  });
};

/** The last written first; an unknown collection is an empty one. */
const documents: DatabaseHandler = (request, { loaded }) => {
  const name = requiredText(request, 'name');
  const paging = pagingOf(request);
  const documents = listed(loaded.database, (reader) =>
    reader.byCollection(name, { descending: true, ...paging }),
  );
  return jsonBytes(200, listingBody(documents, { metadataOnly: false }));
};

const size: DatabaseHandler = (request, { loaded }) => {
  const id = requiredText(request, 'id');
  const document = loaded.database.read((reader) => reader.get(id));
  if (document === undefined) return NOT_FOUND;
  const bytes = document.body.byteLength + document.metadata.byteLength;
  return json(200, {
    ActualSize: bytes,
    HumaneActualSize: humaneSize(bytes),
    AllocatedSize: bytes,
    HumaneAllocatedSize: humaneSize(bytes),
    IsCompressed: false,
    DocId: document.id,
  });
};

export const collectionRoutes = [
  databaseRoute('GET /collections/stats', 'Read', stats),
  databaseRoute('GET /collections/stats/detailed', 'Read', detailed),
  databaseRoute('GET /collections/docs', 'Read', documents),
  databaseRoute('GET /docs/size', 'Read', size),
];
