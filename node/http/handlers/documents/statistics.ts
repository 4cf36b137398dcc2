import type { Database } from '../../../documents/database.ts';
import { answerMetadata } from '../../answer-metadata.ts';
import { sizeObject } from '../../humane-size.ts';
import { json } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { briefShape, shownTime } from '../indexes/index-shapes.ts';

/** What is counted, in the protocol's order. Parts of the database that are not built yet count nothing. */
function counts({ loaded }: DatabaseContext) {
  const statistics = loaded.database.statistics();
  return {
    CountOfIndexes: loaded.indexes.autoIndexes.length + loaded.indexes.staticIndexes.length,
    CountOfDocuments: statistics.documents,
    CountOfRevisionDocuments: statistics.revisions,
    CountOfTombstones: statistics.tombstones,
    CountOfDocumentsConflicts: statistics.conflictedDocuments,
    CountOfConflicts: statistics.conflicts,
    CountOfAttachments: 0,
    CountOfCounterEntries: 0,
    CountOfTimeSeriesSegments: 0,
  };
}

async function whole(context: DatabaseContext) {
  const { database } = context.loaded;
  const indexes = await context.loaded.indexes.statistics();
  const times = indexes.flatMap(({ lastIndexedAt }) => (lastIndexedAt === null ? [] : [lastIndexedAt]));
  const sizeBytes = await context.loaded.sizeOnDiskBytes();
  return {
    ...counts(context),
    Indexes: indexes.map(briefShape),
    CountOfUniqueAttachments: 0,
    DatabaseChangeVector: database.changeVector,
    DatabaseId: database.id,
    NumberOfTransactionMergerQueueOperations: database.statistics().queuedCommands,
    Is64Bit: true,
    Pager: 'RocksDB',
    LastDocEtag: lastDocumentEtag(database),
    LastDatabaseEtag: database.lastEtag,
    LastIndexingTime: shownTime(times.sort().at(-1) ?? null),
    SizeOnDisk: sizeObject(sizeBytes),
    TempBuffersSizeOnDisk: sizeObject(0),
  };
}

function lastDocumentEtag(database: Database): number {
  return database.read((reader) => {
    for (const { etag } of reader.documentsByEtagDescending({ pageSize: 1 })) return etag;
    return 0;
  });
}

const stats: DatabaseHandler = async (request, context) =>
  json(200, { '@metadata': answerMetadata(request, context.node), ...(await whole(context)) });

const detailed: DatabaseHandler = async (_request, context) =>
  json(200, {
    CountOfIdentities: Object.keys(context.node.cluster.identities(context.loaded.name)).length,
    CountOfCompareExchange: 0,
    CountOfCompareExchangeTombstones: 0,
    CountOfTimeSeriesDeletedRanges: 0,
    CountOfRemoteAttachments: 0,
    ...(await whole(context)),
  });

const essential: DatabaseHandler = async (_request, context) =>
  json(200, {
    ...counts(context),
    Indexes: (await context.loaded.indexes.statistics()).map(briefShape),
  });

export const statisticsRoutes = [
  databaseRoute('GET /stats', 'Read', stats),
  databaseRoute('GET /stats/detailed', 'Read', detailed),
  databaseRoute('GET /stats/essential', 'Read', essential),
];
