import type { DocumentReader } from '../../documents/document-reader.ts';
import type { Change } from './next-changes.ts';

/**
 * Changes as they are to be indexed, each document once. Who is said to be gone may be there all the same: it has left
 * one collection for another one, or has come back since. What it is now is what counts, however much has come between:
 * as a document where the index follows its collection, otherwise it is gone.
 *
 * @param collections of the index, in lower case; null: all
 */
export function currentChanges(
  changes: readonly Change[],
  reader: Pick<DocumentReader, 'getMany'>,
  collections: ReadonlySet<string> | null,
): readonly Change[] {
  const gone = new Set(changes.flatMap(({ lowerId, document }) => (document === undefined ? [lowerId] : [])));
  if (gone.size === 0) return changes;
  const lowerIds = [...gone];
  const now = reader.getMany(lowerIds);
  const looked = lowerIds.map((lowerId, at): Change => {
    const document = now[at];
    const isFollowed =
      document !== undefined && (collections?.has(document.collection.toLowerCase()) ?? true);
    return isFollowed ? { id: document.id, lowerId, document } : { id: lowerId, lowerId };
  });
  return [...looked, ...changes.filter(({ lowerId }) => !gone.has(lowerId))];
}
