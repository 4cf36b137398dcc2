import type { CollectionStatistics as CollectionFigures } from '../documents/database-state.ts';
import { countLeft, type ItemsLeft } from '../indexing/local/count-left.ts';
import { ALL_DOCUMENTS } from '../indexing/local/index-state.ts';
import type { IndexedDocuments } from '../indexing/local/indexed-documents.ts';
import { StorageClosedError } from '../storage/storage-error.ts';
import { describeIndexes } from './describe-index.ts';
import type { LookedInto } from './look-into.ts';
import type { CollectionProgress, CollectionStatistics, IndexProgress } from './thread-protocol.ts';

/** What the indexes that are stale have left. Collections are counted one by one, with turns for others in between. */
export async function describeProgress(
  { indexes, documents, activity }: LookedInto,
  isOpen: () => boolean,
): Promise<readonly IndexProgress[]> {
  const stale = describeIndexes(indexes, documents, (index) =>
    activity.settingsOf(index, indexes.isReplaced(index)),
  ).filter(({ isStale }) => isStale);
  const counter = new LeftCounter(documents, isOpen);
  const progress: IndexProgress[] = [];
  for (const index of stale) {
    const collections: CollectionProgress[] = [];
    for (const one of [...index.collections, ...(index.references?.collections ?? [])]) {
      collections.push(await counter.progressOf(one));
    }
    progress.push({ index, collections });
  }
  return progress;
}

/** Counts each collection after an etag once: its indexes are often equally far. */
class LeftCounter {
  readonly #documents: IndexedDocuments;
  readonly #isOpen: () => boolean;
  readonly #counted = new Map<string, number>();

  /** @param isOpen whether the documents can still be read */
  constructor(documents: IndexedDocuments, isOpen: () => boolean) {
    this.#documents = documents;
    this.#isOpen = isOpen;
  }

  async progressOf({
    name,
    lastDocumentEtag,
    lastTombstoneEtag,
  }: CollectionStatistics): Promise<CollectionProgress> {
    const figures = this.#documents.figuresOf(name === ALL_DOCUMENTS ? null : name);
    return {
      name,
      lastDocumentEtag,
      lastTombstoneEtag,
      documents: await this.#left('document', lastDocumentEtag, figures),
      tombstones: await this.#left('tombstone', lastTombstoneEtag, figures),
    };
  }

  async #left(
    kind: 'document' | 'tombstone',
    doneEtag: number,
    figures: readonly CollectionFigures[],
  ): Promise<ItemsLeft> {
    let [left, total] = [0, 0];
    for (const { name, documents, tombstones, moves, lastEtag } of figures) {
      const items = kind === 'document' ? documents : tombstones + moves;
      const key = `${kind}/${doneEtag}/${name}`;
      let counted = this.#counted.get(key);
      if (counted === undefined) {
        const { reader } = this.#documents;
        counted = countLeft(
          {
            after: (after) => reader.etagsByCollection(kind, name, { after }),
            downFrom: (downFrom) => reader.etagsByCollection(kind, name, { downFrom }),
          },
          items,
          doneEtag,
          lastEtag,
        );
        this.#counted.set(key, counted);
        await new Promise(setImmediate);
        if (!this.#isOpen()) throw new StorageClosedError('The database was closed meanwhile.');
      }
      left += counted;
      total += items;
    }
    return { left, total };
  }
}
