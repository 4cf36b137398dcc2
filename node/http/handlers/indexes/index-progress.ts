import type { CollectionStatistics, IndexStatistics } from '../../../index-thread/thread-protocol.ts';

/** What an index lacks, as sentences. */
export function stalenessReasons({ collections, references, values }: IndexStatistics): readonly string[] {
  return [
    ...collections.filter(({ isStale }) => isStale).map((one) => reason(one, 'documents', 'committed')),
    ...(references?.collections ?? [])
      .filter(({ isStale }) => isStale)
      .map((one) => reason(one, 'document references', 'processed')),
    ...(values?.isStale ? collections.map((one) => valuesReason(one.name, values)) : []),
  ];
}

function reason(
  { name, lastEtag, lastDocumentEtag, lastTombstoneEtag }: CollectionStatistics,
  what: string,
  done: string,
): string {
  const last = Math.max(lastDocumentEtag, lastTombstoneEtag);
  return `There are still some ${what} to process from collection '${name}'. The last document etag in that collection is '${lastEtag}', but last ${done} document etag for that collection is '${last}'.`;
}

function valuesReason(name: string, { last, settled }: NonNullable<IndexStatistics['values']>): string {
  return `There are still some compare exchange references to process for collection '${name}'. The last compare exchange etag is '${last}', but last processed compare exchange etag for that collection is '${settled}'.`;
}

/** One of the collections in `GET /indexes/progress`. */
export function progressOf(
  collection: CollectionStatistics,
): readonly [string, Readonly<Record<string, number>>] {
  return [
    collection.name,
    {
      LastProcessedItemEtag: collection.lastDocumentEtag,
      LastProcessedTombstoneEtag: collection.lastTombstoneEtag,
      LastProcessedTimeSeriesDeletedRangeEtag: 0,
      NumberOfItemsToProcess: Math.min(
        collection.documents,
        Math.max(0, collection.lastEtag - collection.lastDocumentEtag),
      ),
      NumberOfTombstonesToProcess: 0,
      NumberOfTimeSeriesDeletedRangesToProcess: 0,
      TotalNumberOfItems: collection.documents,
      TotalNumberOfTombstones: 0,
      TotalNumberOfTimeSeriesDeletedRanges: 0,
    },
  ];
}
