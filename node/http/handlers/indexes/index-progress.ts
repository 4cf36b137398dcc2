import type {
  CollectionProgress,
  CollectionStatistics,
  IndexStatistics,
} from '../../../index-thread/thread-protocol.ts';

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

/** What an index has left, by the names of collections. One that it also loads from is as far behind as the later of both. */
export function progressByCollection(
  collections: readonly CollectionProgress[],
): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const left = ({ documents, tombstones }: CollectionProgress): number => documents.left + tombstones.left;
  return Object.fromEntries(
    collections.toSorted((a, b) => left(a) - left(b)).map((one) => [one.name, progressShape(one)]),
  );
}

function progressShape(one: CollectionProgress): Readonly<Record<string, number>> {
  const { documents, tombstones } = one;
  return {
    LastProcessedItemEtag: one.lastDocumentEtag,
    LastProcessedTombstoneEtag: one.lastTombstoneEtag,
    LastProcessedTimeSeriesDeletedRangeEtag: 0,
    NumberOfItemsToProcess: documents.left,
    NumberOfTombstonesToProcess: tombstones.left,
    NumberOfTimeSeriesDeletedRangesToProcess: 0,
    TotalNumberOfItems: documents.total,
    TotalNumberOfTombstones: tombstones.total,
    TotalNumberOfTimeSeriesDeletedRanges: 0,
  };
}
