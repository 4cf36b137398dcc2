import type { DocumentReader } from '../../documents/document-reader.ts';
import { READ_DOCUMENTS_MAX } from '../limits.ts';
import { TO_DOCUMENTS, TO_VALUES } from '../references/reference-columns.ts';
import {
  type ChangedTargets,
  NO_TARGETS,
  type ReferenceStore,
  sourcesOf,
} from '../references/referencing-documents.ts';
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
 * What an index follows of the documents of a collection: to map them, or where they were loaded by maps, to map again
 * whoever loaded them.
 */
export interface DocumentFeed {
  readonly kind: 'documents' | 'references';
  /** Its collection in lower case. */
  readonly key: string;
  /** Null: all documents. */
  readonly collection: string | null;
  readonly progress: CollectionProgress | FollowedCollection;
}

/** What else it follows: compare-exchange values that maps looked up, to map again whoever looked them up. */
export interface ValueFeed {
  readonly kind: 'values';
  readonly key: 'values';
  /** Values that have changed. */
  readonly progress: ChangedTargets;
}

export type Feed = DocumentFeed | ValueFeed;

/** Some documents to map, and how far that gets the index. */
export interface Round {
  readonly changes: readonly Change[];
  readonly progress: Feed['progress'];
  /** Nothing was left. */
  readonly isExhausted: boolean;
  /** There is likely to be more, of a collection whose documents are mapped: it is worth being read ahead. */
  readonly isMore?: boolean;
}

export function feedsOf({ collections }: IndexSpec, state: IndexStateRow): readonly DocumentFeed[] {
  const own = (collections ?? [ALL_DOCUMENTS]).map((name): DocumentFeed => {
    const key = name.toLowerCase();
    const progress = state.progress[key] ?? NO_PROGRESS;
    return { kind: 'documents', key, collection: collections === null ? null : name, progress };
  });
  const loaded = Object.entries(state.references?.collections ?? {}).map(
    ([key, progress]): DocumentFeed => ({
      kind: 'references',
      key,
      collection: key === ALL_DOCUMENTS ? null : progress.name,
      progress,
    }),
  );
  return [...own, ...loaded];
}

/** Where the references of an index are read. */
type Store = Omit<ReferenceStore, 'columns'>;

/** What comes next, all of one moment. `progress`: within the batch. `lastEtag`: that of a collection at that moment. */
export function nextRound(
  feed: Feed,
  progress: Feed['progress'],
  reader: DocumentReader,
  lastEtag: (collection: string | null) => number,
  store: Store,
): Round {
  if ('targets' in progress) {
    const { changes, left } = nextSources(reader, progress, { ...store, columns: TO_VALUES });
    return { changes, progress: left, isExhausted: progress.targets.length === 0 };
  }
  const collection = feed.kind === 'values' ? null : feed.collection;
  if ('changed' in progress) {
    return nextReferencing(collection, progress, reader, lastEtag(collection), store);
  }
  const { changes, documentEtag, tombstoneEtag } = nextChanges(reader, collection, progress);
  const isExhausted = changes.length === 0;
  const seenEtag = isExhausted ? lastEtag(collection) : progress.seenEtag;
  const isMore = changes.length >= READ_DOCUMENTS_MAX;
  return { changes, progress: { documentEtag, tombstoneEtag, seenEtag }, isExhausted, isMore };
}

/** The documents that loaded what changed: first for the targets that are not done, then for the next ones. */
function nextReferencing(
  collection: string | null,
  progress: FollowedCollection,
  reader: DocumentReader,
  lastEtag: number,
  store: Store,
): Round {
  const isGoingOn = progress.changed.targets.length > 0;
  const next = isGoingOn ? undefined : nextChanges(reader, collection, progress);
  const changed =
    next === undefined
      ? progress.changed
      : { ...NO_TARGETS, targets: next.changes.map(({ lowerId }) => lowerId) };
  const { changes, left } = nextSources(reader, changed, { ...store, columns: TO_DOCUMENTS });
  const isExhausted = changed.targets.length === 0;
  return {
    changes,
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

/** Some documents that were mapped with what has changed. */
function nextSources(
  reader: DocumentReader,
  changed: ChangedTargets,
  store: ReferenceStore,
): { readonly changes: readonly Change[]; readonly left: ChangedTargets } {
  const { sources, left } = sourcesOf(store, changed, READ_DOCUMENTS_MAX);
  const documents = reader.getMany(sources);
  const changes = sources.map((lowerId, at) => {
    const document = documents[at];
    return document === undefined ? { id: lowerId, lowerId } : { id: document.id, lowerId, document };
  });
  return { changes, left };
}
