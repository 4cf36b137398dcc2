import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { StorageEnvironment } from '../../storage/storage-environment.ts';
import { WriteBatch } from '../../storage/write-batch.ts';
import type { IndexField } from '../definitions/index-field.ts';
import {
  BATCH_DOCUMENTS_MAX,
  BATCH_MS_MAX,
  MERGED_BLOCKS_AT_ONCE,
  UNMERGED_ENTRIES_MIN,
  UNMERGED_PART,
} from '../limits.ts';
import type { OutputSink, ReduceOutput } from '../output/reduce-output.ts';
import { MapReduceWriter, type ReducedGroup, type ReduceWork } from '../reduce/map-reduce-writer.ts';
import type { ReducedObject } from '../reduce/reducer.ts';
import { ReferenceWriter } from '../references/reference-writer.ts';
import { INDEX_META } from '../store/index-columns.ts';
import type { IndexEntry } from '../store/index-entry.ts';
import { IndexReader } from '../store/index-reader.ts';
import { IndexWriter } from '../store/index-writer.ts';
import { mergePostings } from '../store/merge-postings.ts';
import type { RecentReads } from '../store/recent-reads.ts';
import { BatchOutcome } from './batch-outcome.ts';
import { type Feed, feedsOf, nextRound } from './feed.ts';
import { GroupOutputs } from './group-outputs.ts';
import { IndexSources } from './index-sources.ts';
import type { GroupReducer, IndexSpec, MapLoader, MappedDocument, MappedEntry } from './index-spec.ts';
import {
  ALL_DOCUMENTS,
  type CollectionProgress,
  encodeState,
  type IndexStateRow,
  NO_PROGRESS,
  stateKey,
} from './index-state.ts';
import type { IndexedDocuments } from './indexed-documents.ts';
import type { Change } from './next-changes.ts';

const NOTHING_MAPPED: MappedDocument = { entries: [] };

/** Where a batch goes. */
interface Writers {
  readonly writer: IndexWriter;
  readonly reducing: MapReduceWriter | undefined;
  readonly references: ReferenceWriter;
}

export interface LocalIndexOptions {
  readonly spec: IndexSpec;
  readonly state: IndexStateRow;
  readonly view: KeyValueView;
  readonly environment: StorageEnvironment;
  readonly documents: IndexedDocuments;
  /** Where documents of groups go. */
  readonly outputs: OutputSink;
  /** Of all indexes of the environment. */
  readonly recent: RecentReads;
}

/** An index of this node: follows the documents of its collections, batch by batch, and is asked through its reader. */
export class LocalIndex {
  readonly spec: IndexSpec;
  readonly reader: IndexReader;
  readonly #options: LocalIndexOptions;
  #state: IndexStateRow;
  /** Where the merging of blocks goes on; null: at the beginning. */
  #mergeFrom: Buffer | null = null;
  readonly #sources: IndexSources;
  #isDropped = false;
  readonly #outputs: GroupOutputs;
  /** What the last batch was of. */
  #lastFeed: Feed | undefined;
  /** When it was last asked, in milliseconds; null: not since the node started. */
  lastQueriedMs: number | null = null;
  /** It was asked since it became idle. */
  isAwake = false;

  constructor(options: LocalIndexOptions) {
    this.spec = options.spec;
    this.#options = options;
    this.#state = options.state;
    this.#sources = new IndexSources(options.spec, options.state);
    this.reader = new IndexReader(options.view, options.state.number, options.recent);
    const { spec, documents, outputs: sink } = options;
    this.#outputs = new GroupOutputs({ output: spec.output, sink, documents, reader: this.reader });
  }

  /** Fields by the names that queries use. */
  get fields(): ReadonlyMap<string, IndexField> {
    return this.#sources.fields;
  }

  get state(): IndexStateRow {
    return this.#state;
  }

  /** What the entry keeps to be shown, by the names of its sources. */
  storedOf({ stored }: IndexEntry): ReadonlyMap<string, string> {
    return this.#sources.named(stored);
  }

  get #feeds(): readonly Feed[] {
    return feedsOf(this.spec, this.#state);
  }

  /** How far it is with one of its collections, by the name in lower case. */
  progressOf(key: string): CollectionProgress {
    return this.#state.progress[key] ?? NO_PROGRESS;
  }

  /**
   * A document of its collections, or one that its maps loaded, was written or deleted and is not in the index yet.
   * `upTo`: those after don't count.
   */
  isStale(upTo = Number.POSITIVE_INFINITY): boolean {
    const { documents } = this.#options;
    return this.#feeds.some(
      ({ collection, progress }) => Math.min(documents.lastEtag(collection), upTo) > progress.seenEtag,
    );
  }

  /** It has had everything once: from then on it only follows. */
  get hasCaughtUp(): boolean {
    return this.#feeds.every(({ kind, progress }) => kind !== 'documents' || progress.seenEtag > 0);
  }

  /** Deletions up to this etag are in the index; those after must be kept for it. */
  get neededTombstoneEtag(): number {
    return Math.min(
      ...this.#feeds.map(({ progress }) => Math.max(progress.tombstoneEtag, progress.seenEtag)),
    );
  }

  async clearErrors(): Promise<void> {
    this.#state = { ...this.#state, errors: [] };
    const batch = new WriteBatch();
    batch.put(INDEX_META, stateKey(this.#state.number), encodeState(this.#state));
    await this.#options.environment.commit(batch, { sync: false });
  }

  /** Indexes some of what is new. Resolves to whether there may be more. Rejects when storage fails. */
  async indexSome(): Promise<boolean> {
    if (this.#state.obsolete !== undefined) return this.#purge(this.#state.obsolete);
    await this.#outputs.forgetLost(this.#state.outputBatch ?? 0);
    const feed = this.#nextFeed();
    if (feed === undefined) return false;
    this.#lastFeed = feed;
    const { view, environment, recent } = this.#options;
    const batch = new WriteBatch();
    const { number: index, nextEntry: firstEntry } = this.#state;
    const writer = new IndexWriter({
      view,
      batch,
      index,
      fields: () => this.#sources.fieldList,
      nextEntry: firstEntry,
    });
    const { reduce } = this.spec;
    const reducing =
      reduce === undefined ? undefined : new MapReduceWriter({ view, batch, index, reducer: reduce });
    const outcome = new BatchOutcome(feed, this.#state);
    this.#run(feed, outcome, { writer, reducing, references: new ReferenceWriter({ view, batch, index }) });
    const groups = reduce === undefined ? [] : this.#writeGroups(reducing, reduce, writer, outcome);
    writer.finish();
    // Documents first: after a crash they are written once more, but never forgotten.
    const outputBatch = (this.#state.outputBatch ?? 0) + 1;
    const failures = await this.#outputs.write(groups, outputBatch);
    for (const { id, error } of failures ?? []) outcome.fail(id, error, 'Reduce');
    if (this.#isDropped) return false;
    this.#state = {
      ...outcome.stateAfter(this.#state),
      ...(failures === null ? {} : { outputBatch }),
      ...this.#sources.state,
      ...(reducing === undefined ? {} : { reduced: reducedAfter(this.#state.reduced, reducing.work) }),
      nextEntry: writer.nextEntry,
      entryCount: this.#state.entryCount + writer.entryCountChange,
      unmergedEntries: (this.#state.unmergedEntries ?? 0) + writer.scatteredEntries,
    };
    batch.put(INDEX_META, stateKey(index), encodeState(this.#state));
    // In this turn the batch becomes visible, so that nobody reads in between what was before.
    recent.forget(index, {
      terms: () => writer.changedTerms(),
      entries: writer.changedEntries,
      nextEntry: { before: firstEntry, after: writer.nextEntry },
    });
    await environment.commit(batch, { sync: false });
    return true;
  }

  /** Nothing of it is written any more: its number may be given to another. */
  drop(): void {
    this.#isDropped = true;
  }

  /** What indexes that this one takes the place of have written is deleted before anything else happens. */
  takeOver(outputs: readonly ReduceOutput[], batch: WriteBatch): void {
    const own = this.spec.output;
    const others = outputs.filter(({ prefix }) => own !== undefined && prefix !== own.prefix);
    if (others.length === 0) return;
    this.#state = { ...this.#state, obsolete: [...(this.#state.obsolete ?? []), ...others] };
    batch.put(INDEX_META, stateKey(this.#state.number), encodeState(this.#state));
  }

  async #purge(obsolete: readonly ReduceOutput[]): Promise<boolean> {
    await this.#outputs.purge(obsolete);
    if (this.#isDropped) return false;
    const { obsolete: _, ...state } = this.#state;
    this.#state = state;
    const batch = new WriteBatch();
    batch.put(INDEX_META, stateKey(state.number), encodeState(state));
    await this.#options.environment.commit(batch, { sync: false });
    return true;
  }

  /**
   * Makes fewer blocks of what big batches have scattered: for when there is nothing to index. Resolves to whether there
   * may be more. Rejects when storage fails.
   */
  async mergeSome(): Promise<boolean> {
    const { unmergedEntries = 0, entryCount, number } = this.#state;
    if (this.#isDropped || unmergedEntries < Math.max(UNMERGED_ENTRIES_MIN, entryCount / UNMERGED_PART))
      return false;
    const { view, environment } = this.#options;
    const batch = new WriteBatch();
    const next = mergePostings(view, batch, number, this.#mergeFrom, MERGED_BLOCKS_AT_ONCE);
    this.#mergeFrom = next ?? null;
    if (next === undefined) {
      this.#state = { ...this.#state, unmergedEntries: 0 };
      batch.put(INDEX_META, stateKey(number), encodeState(this.#state));
    }
    await environment.commit(batch, { sync: false });
    return true;
  }

  /** One feed after the other, so that a busy one does not keep the others waiting. */
  #nextFeed(): Feed | undefined {
    const feeds = this.#feeds;
    const last = feeds.findIndex(
      ({ kind, key }) => kind === this.#lastFeed?.kind && key === this.#lastFeed.key,
    );
    return [...feeds.slice(last + 1), ...feeds.slice(0, last + 1)].find(
      ({ collection, progress }) => this.#options.documents.lastEtag(collection) > progress.seenEtag,
    );
  }

  /** A group's entry goes by its hash, as a document's by its id. */
  #writeGroups(
    reducing: MapReduceWriter | undefined,
    reduce: GroupReducer,
    writer: IndexWriter,
    outcome: BatchOutcome,
  ): readonly ReducedGroup[] {
    const groups = reducing?.finish() ?? [];
    writer.expect(groups.map(({ hash }) => hash));
    for (const { hash, result, failure } of groups) {
      if (failure !== undefined) outcome.fail(hash, failure, 'Reduce');
      try {
        writer.put(hash, hash, result === null ? [] : [this.#sources.outputOf(reduce.entryOf(result))]);
      } catch (error) {
        writer.put(hash, hash, []);
        outcome.fail(hash, error, 'Reduce');
      }
    }
    return groups;
  }

  #run(feed: Feed, outcome: BatchOutcome, writers: Writers): void {
    const { documents, view } = this.#options;
    const until = performance.now() + BATCH_MS_MAX;
    const written = new Set<string>();
    while (outcome.attempts < BATCH_DOCUMENTS_MAX && performance.now() < until) {
      const { changes, progress, isExhausted } = documents.read((reader) =>
        nextRound(feed, outcome.progress, reader, documents.lastEtag(feed.collection), {
          view,
          index: this.#state.number,
        }),
      );
      // A document that comes again in this batch has changed in between: the next batch takes it.
      if (changes.some(({ lowerId }) => written.has(lowerId))) break;
      for (const { lowerId } of changes) written.add(lowerId);
      this.#mapAll(changes, outcome, writers);
      outcome.progress = progress;
      if (isExhausted) break;
    }
  }

  #mapAll(changes: readonly Change[], outcome: BatchOutcome, writers: Writers): void {
    const documents = changes.flatMap(({ document }) => (document === undefined ? [] : [document]));
    const mapped = this.spec.map(documents, this.#loader(outcome));
    outcome.attempts += documents.length;
    (writers.reducing ?? writers.writer).expect(changes.map(({ lowerId }) => lowerId));
    for (const change of changes) {
      if (change.document === undefined) this.#put(change, NOTHING_MAPPED, outcome, writers);
    }
    documents.forEach((document, at) => {
      this.#put(document, mapped[at] ?? { error: 'The map gave no result.' }, outcome, writers);
    });
  }

  /** Reads for maps, and begins to follow the collections that they load from. */
  #loader(outcome: BatchOutcome): MapLoader {
    const { documents } = this.#options;
    return (id, collection, isFollowed) => {
      const lower = collection.toLowerCase();
      const isAny = lower === '' || lower === ALL_DOCUMENTS;
      if (isFollowed) outcome.follow(collection, () => documents.lastEtag(isAny ? null : collection));
      const found = documents.reader.getMany([id])[0];
      return isAny || found?.collection.toLowerCase() === lower ? found : undefined;
    };
  }

  /** What there was of a document goes where it can't be indexed: values with too many tokens, say. */
  #put(
    { id, lowerId }: { readonly id: string; readonly lowerId: string },
    result: MappedDocument,
    outcome: BatchOutcome,
    { writer, reducing, references }: Writers,
  ): void {
    if ('error' in result) outcome.fail(id, result.error);
    const put = ({
      entries,
      values,
    }: {
      entries?: readonly MappedEntry[];
      values?: readonly ReducedObject[];
    }) =>
      reducing === undefined
        ? writer.put(
            id,
            lowerId,
            (entries ?? []).map((entry) => this.#sources.outputOf(entry)),
          )
        : reducing.put(lowerId, values ?? []);
    try {
      put('error' in result ? {} : result);
    } catch (error) {
      put({});
      outcome.fail(id, error);
    }
    if (outcome.hasReferences) references.put(lowerId, result.references ?? []);
  }
}

function reducedAfter(before: ReduceWork | undefined, work: ReduceWork): ReduceWork {
  return {
    attempts: (before?.attempts ?? 0) + work.attempts,
    errors: (before?.errors ?? 0) + work.errors,
  };
}
