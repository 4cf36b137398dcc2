import type { DocumentReader } from '../../documents/document-reader.ts';
import type { KeyValueView } from '../../documents/key-value-view.ts';
import { READ_DOCUMENTS_MAX } from '../limits.ts';
import { NO_TARGETS, sourcesOf } from '../references/referencing-documents.ts';
import type { IndexSpec } from './index-spec.ts';
import {
  ALL_DOCUMENTS,
  type CollectionProgress,
  type FollowedCollection,
  type IndexStateRow,
  NO_PROGRESS,
} from './index-state.ts';
import { type Change, nextChanges } from './next-changes.ts';

/**
 * What an index follows: the documents of a collection, to map them, or those that were loaded by maps, to map again
 * whoever loaded them.
 */
export interface Feed {
  readonly kind: 'documents' | 'references';
  /** Its collection in lower case. */
  readonly key: string;
  /** Null: all documents. */
  readonly collection: string | null;
  readonly progress: CollectionProgress | FollowedCollection;
}

/** Some documents to map, and how far that gets the index. */
export interface Round {
  readonly changes: readonly Change[];
  readonly progress: CollectionProgress | FollowedCollection;
  /** Nothing was left. */
  readonly isExhausted: boolean;
}

export function feedsOf({ collections }: IndexSpec, state: IndexStateRow): readonly Feed[] {
  const own = (collections ?? [ALL_DOCUMENTS]).map((name): Feed => {
    const key = name.toLowerCase();
    const progress = state.progress[key] ?? NO_PROGRESS;
    return { kind: 'documents', key, collection: collections === null ? null : name, progress };
  });
  const loaded = Object.entries(state.references?.collections ?? {}).map(
    ([key, progress]): Feed => ({
      kind: 'references',
      key,
      collection: key === ALL_DOCUMENTS ? null : progress.name,
      progress,
    }),
  );
  return [...own, ...loaded];
}

/** What comes next, all of one moment. `lastEtag`: of the collection at that moment. */
export function nextRound(
  feed: Feed,
  progress: Feed['progress'],
  reader: DocumentReader,
  lastEtag: number,
  store: { readonly view: KeyValueView; readonly index: number },
): Round {
  if ('changed' in progress) return nextReferencing(feed, progress, reader, lastEtag, store);
  const { changes, documentEtag, tombstoneEtag } = nextChanges(reader, feed.collection, progress);
  const isExhausted = changes.length === 0;
  const seenEtag = isExhausted ? lastEtag : progress.seenEtag;
  return { changes, progress: { documentEtag, tombstoneEtag, seenEtag }, isExhausted };
}

/** The documents that loaded what changed: first for the targets that are not done, then for the next ones. */
function nextReferencing(
  { collection }: Feed,
  progress: FollowedCollection,
  reader: DocumentReader,
  lastEtag: number,
  { view, index }: { readonly view: KeyValueView; readonly index: number },
): Round {
  const isGoingOn = progress.changed.targets.length > 0;
  const next = isGoingOn ? undefined : nextChanges(reader, collection, progress);
  const changed =
    next === undefined
      ? progress.changed
      : { ...NO_TARGETS, targets: next.changes.map(({ lowerId }) => lowerId) };
  const { sources, left } = sourcesOf(view, index, changed, READ_DOCUMENTS_MAX);
  const documents = reader.getMany(sources);
  const isExhausted = changed.targets.length === 0;
  return {
    changes: sources.map((lowerId, at) => {
      const document = documents[at];
      return document === undefined ? { id: lowerId, lowerId } : { id: document.id, lowerId, document };
    }),
    progress: {
      name: progress.name,
      documentEtag: next?.documentEtag ?? progress.documentEtag,
      tombstoneEtag: next?.tombstoneEtag ?? progress.tombstoneEtag,
      seenEtag: isExhausted ? lastEtag : progress.seenEtag,
      changed: left,
    },
    isExhausted,
  };
}
