import { replacementName } from '../indexing/definitions/index-name.ts';
import { type DocumentFeed, feedsOf } from '../indexing/local/feed.ts';
import { ALL_DOCUMENTS } from '../indexing/local/index-state.ts';
import type { IndexedDocuments } from '../indexing/local/indexed-documents.ts';
import type { LocalIndex } from '../indexing/local/local-index.ts';
import type { LocalIndexes } from '../indexing/local/local-indexes.ts';
import { NULL, NULL_SHOWN, TEXT_TERM } from '../indexing/store/term.ts';
import { TERMS_MAX } from './limits.ts';
import type { CollectionStatistics, IndexStatistics, IndexTimes } from './thread-protocol.ts';

/** What is said of an index, other than what it has come to. */
export type IndexSettings = Pick<
  IndexStatistics,
  'isPaused' | 'isPending' | 'state' | 'lockMode' | 'priority'
>;

/** Figures of all indexes, and of those that are to replace one. */
export function describeIndexes(
  indexes: LocalIndexes,
  documents: IndexedDocuments,
  settingsOf: (index: LocalIndex) => IndexSettings,
): readonly IndexStatistics[] {
  return allNamed(indexes, (index, name) => ({
    ...statisticsOf(index, documents),
    name,
    ...settingsOf(index),
  }));
}

/** How long all indexes, and those that are to replace one, have worked. */
export function describeTimes(indexes: LocalIndexes): readonly IndexTimes[] {
  return allNamed(indexes, ({ times, state }, name) => ({
    name,
    totalMs: times.totalMs,
    lastIndexedAt: state.lastIndexedAt,
    batches: times.last,
  }));
}

function allNamed<One>(
  indexes: LocalIndexes,
  describe: (index: LocalIndex, name: string) => One,
): readonly One[] {
  return [
    ...indexes.all.map((index) => describe(index, index.spec.name)),
    ...indexes.replacements.map((index) => describe(index, replacementName(index.spec.name))),
  ];
}

function statisticsOf(
  index: LocalIndex,
  documents: IndexedDocuments,
): Omit<IndexStatistics, 'name' | keyof IndexSettings> {
  const { spec, state } = index;
  const collection = (feed: DocumentFeed): CollectionStatistics => collectionStatistics(feed, documents);
  return {
    type: spec.type,
    collections: feedsOf(spec, state)
      .filter(({ kind }) => kind === 'documents')
      .map(collection),
    references:
      state.references === undefined
        ? null
        : {
            collections: feedsOf(spec, state)
              .filter(({ kind }) => kind === 'references')
              .map(collection),
            attempts: state.references.attempts,
            errors: state.references.errors,
          },
    values: index.valueProgress,
    output: spec.output ?? null,
    entries: state.entryCount,
    isStale: index.isStale(),
    createdAt: state.createdAt,
    lastIndexedAt: state.lastIndexedAt,
    lastQueriedAt: index.lastQueriedMs === null ? null : new Date(index.lastQueriedMs).toISOString(),
    mapAttempts: state.mapAttempts,
    mapSuccesses: state.mapSuccesses,
    mapErrors: state.mapErrors,
    reduced: spec.reduce === undefined ? null : (state.reduced ?? { attempts: 0, errors: 0 }),
    errors: state.errors,
  };
}

function collectionStatistics(
  { collection, progress }: DocumentFeed,
  documents: IndexedDocuments,
): CollectionStatistics {
  const lastEtag = documents.lastEtag(collection);
  return {
    name: collection ?? ALL_DOCUMENTS,
    lastDocumentEtag: progress.documentEtag,
    lastTombstoneEtag: progress.tombstoneEtag,
    lastEtag,
    isStale: lastEtag > progress.seenEtag,
  };
}

/** Text terms of a field after a given one, in order; null has one, too. */
export function termsOf(
  index: LocalIndex,
  field: string,
  after: string | null,
  count: number,
): readonly string[] {
  const found = index.fields.get(field);
  if (found === undefined) return [];
  const terms: string[] = [];
  const range = after === null ? {} : { from: { bytes: Buffer.from(after), inclusive: false } };
  for (const { bytes } of index.reader.terms(found.id, TEXT_TERM, range)) {
    if (terms.length >= Math.min(count, TERMS_MAX)) break;
    terms.push(bytes.toString('utf8'));
  }
  if (index.reader.count(found.id, NULL) === 0 || (after !== null && after >= NULL_SHOWN)) return terms;
  const place = terms.findIndex((term) => term > NULL_SHOWN);
  return terms.toSpliced(place < 0 ? terms.length : place, 0, NULL_SHOWN).slice(0, count);
}
