import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { StorageEnvironment } from '../../storage/storage-environment.ts';
import { WriteBatch } from '../../storage/write-batch.ts';
import type { IndexField } from '../definitions/index-field.ts';
import { BACKGROUND_ROWS_MIN, UNMERGED_ENTRIES_MIN, UNMERGED_PART } from '../limits.ts';
import type { OutputSink, ReduceOutput } from '../output/reduce-output.ts';
import { BatchValues } from '../references/batch-values.ts';
import { FollowedValues } from '../references/followed-values.ts';
import { type ChangedTargets, NO_TARGETS } from '../references/referencing-documents.ts';
import type { ValueSource } from '../references/value-source.ts';
import { INDEX_META } from '../store/index-columns.ts';
import type { ShownEntry } from '../store/index-entry.ts';
import { IndexReader } from '../store/index-reader.ts';
import { type MergeTurn, mergePostings } from '../store/merge-postings.ts';
import type { RecentReads } from '../store/recent-reads.ts';
import { Turns } from '../turns.ts';
import { BatchClock, BatchTimes } from './batch-times.ts';
import { type DocumentFeed, type Feed, feedsOf } from './feed.ts';
import { GroupOutputs } from './group-outputs.ts';
import { IndexBatch } from './index-batch.ts';
import { IndexSources } from './index-sources.ts';
import type { IndexSpec } from './index-spec.ts';
import {
  type CollectionProgress,
  encodeState,
  type IndexStateRow,
  NO_PROGRESS,
  stateKey,
} from './index-state.ts';
import type { IndexedDocuments } from './indexed-documents.ts';
import { NewDocuments } from './new-documents.ts';
import { WriteHolds } from './write-holds.ts';

/** Up to where an index is to have what was written: an etag of the database, and a Raft index for values. */
export interface UpTo {
  readonly etag: number;
  readonly raftIndex: number;
}

const EVERYTHING: UpTo = { etag: Number.POSITIVE_INFINITY, raftIndex: Number.POSITIVE_INFINITY };

export interface LocalIndexOptions {
  readonly spec: IndexSpec;
  readonly state: IndexStateRow;
  readonly view: KeyValueView;
  readonly environment: StorageEnvironment;
  readonly documents: IndexedDocuments;
  /** Where documents of groups go. */
  readonly outputs: OutputSink;
  /** Compare-exchange values, for maps that look them up. */
  readonly values: ValueSource;
  /** Of all indexes of the environment. */
  readonly recent: RecentReads;
}

/** An index of this node: follows the documents of its collections, batch by batch, and is asked through its reader. */
export class LocalIndex {
  readonly spec: IndexSpec;
  readonly reader: IndexReader;
  readonly times = new BatchTimes();
  readonly #options: LocalIndexOptions;
  #state: IndexStateRow;
  /** Where the merging of blocks goes on; null: at the beginning. */
  #mergeFrom: Buffer | null = null;
  readonly #sources: IndexSources;
  /** Null once it has caught up, or when it was begun before. */
  #newDocuments: NewDocuments | null;
  #isDropped = false;
  /** What was written last, and of which documents, in lower case. */
  #written: Promise<void> = Promise.resolve();
  #former: ReadonlySet<string> = new Set();
  /** Why a batch could not be written: what the index says of itself is more than it has. */
  #failure: unknown;
  readonly #outputs: GroupOutputs;
  readonly #values: FollowedValues;
  readonly #holds = new WriteHolds();
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
    this.#newDocuments = options.state.mapAttempts === 0 ? new NewDocuments() : null;
    this.reader = new IndexReader(options.view, options.state.number, options.recent);
    const { spec, documents, outputs: sink } = options;
    this.#outputs = new GroupOutputs({ output: spec.output, sink, documents, reader: this.reader });
    this.#values = new FollowedValues({
      view: options.view,
      index: options.state.number,
      source: options.values,
      hasValues: options.state.values !== undefined,
    });
  }

  /** Fields by the names that queries use. */
  get fields(): ReadonlyMap<string, IndexField> {
    return this.#sources.fields;
  }

  get state(): IndexStateRow {
    return this.#state;
  }

  /** What it answers stays as it is from now on, unless it is dropped. Gives a function that lets go; call it soon. */
  holdWrites(): () => void {
    return this.#holds.add();
  }

  /** What the entry keeps to be shown, by the names of its sources. */
  storedOf({ stored }: ShownEntry): ReadonlyMap<string, string> {
    return this.#sources.named(stored);
  }

  get #feeds(): readonly DocumentFeed[] {
    return feedsOf(this.spec, this.#state);
  }

  /** How far it is with one of its collections, by the name in lower case. */
  progressOf(key: string): CollectionProgress {
    return this.#state.progress[key] ?? NO_PROGRESS;
  }

  /**
   * A document of its collections, or one that its maps loaded, or a value that they looked up, has changed and that is
   * not in the index yet. `upTo`: what came after does not count.
   */
  isStale({ etag, raftIndex }: UpTo = EVERYTHING): boolean {
    const { documents } = this.#options;
    return (
      this.#failure !== undefined ||
      this.#values.isStale(this.#changedValues, raftIndex) ||
      this.#feeds.some(
        ({ collection, progress }) => Math.min(documents.lastEtag(collection), etag) > progress.seenEtag,
      )
    );
  }

  /** All that this node knows of now, of documents up to an etag. */
  upTo(etag: number): UpTo {
    return { etag, raftIndex: this.#values.lastIndex };
  }

  /**
   * Values may have changed, by keys in lower case; null: any. `raftIndex`: up to which these are all. Whether there is
   * something to do.
   */
  valuesChanged(keys: readonly string[] | null, raftIndex: number): boolean {
    if (this.spec.looksUpValues !== true) return false;
    this.#values.changed(keys, raftIndex);
    return this.#values.isBehind;
  }

  /** How far it is with values that its maps look up, as Raft indexes; null: they never did. */
  get valueProgress(): { readonly last: number; readonly settled: number; readonly isStale: boolean } | null {
    if (this.#state.values === undefined) return null;
    const { lastIndex: last } = this.#values;
    const isStale = this.#values.isStale(this.#changedValues, last);
    return { last, settled: this.#values.settledIndex(this.#changedValues), isStale };
  }

  get #changedValues(): ChangedTargets {
    return this.#state.values ?? NO_TARGETS;
  }

  /** It has had everything once: from then on it only follows. */
  get hasCaughtUp(): boolean {
    return this.#feeds.every(({ kind, progress }) => kind !== 'documents' || progress.seenEtag > 0);
  }

  /** Deletions up to this etag are in the index, or none of its business; those after must be kept for it. */
  get neededTombstoneEtag(): number {
    const { documents } = this.#options;
    // First: what is written meanwhile is not looked at.
    const lastEtag = documents.lastEtag(null);
    return Math.min(
      ...this.#feeds.map(({ collection, progress }) =>
        documents.lastEtag(collection) <= progress.seenEtag
          ? lastEtag
          : Math.max(progress.tombstoneEtag, progress.seenEtag),
      ),
    );
  }

  async clearErrors(): Promise<void> {
    this.#state = { ...this.#state, errors: [] };
    const batch = new WriteBatch();
    batch.put(INDEX_META, stateKey(this.#state.number), encodeState(this.#state));
    await this.#options.environment.commit(batch, { sync: false });
  }

  /**
   * Resolves when what it wrote can be read: until then, nobody may read it. Rejects when storage has failed; then the
   * index stays as it is until it is opened again.
   */
  async settled(): Promise<void> {
    await this.#written;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Indexes some of what is new. Resolves to whether there may be more; what it has written may still be under way then,
   * see `settled`. Rejects when storage fails.
   */
  async indexSome(): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#state.obsolete !== undefined) return this.#purge(this.#state.obsolete);
    await this.#outputs.forgetLost(this.#state.outputBatch ?? 0);
    this.#values.isMapping = true;
    try {
      const hasCompared = await this.#compareValues();
      return (await this.#indexNext()) || hasCompared;
    } finally {
      this.#values.isMapping = false;
    }
  }

  /** Whether it did: there may be more to compare. */
  async #compareValues(): Promise<boolean> {
    if (!this.#values.isBehind || this.#changedValues.targets.length > 0) return false;
    await this.settled();
    const batch = new WriteBatch();
    const values = await this.#values.compare(batch);
    if (this.#isDropped) return false;
    this.#state = { ...this.#state, values };
    batch.put(INDEX_META, stateKey(this.#state.number), encodeState(this.#state));
    await this.#options.environment.commit(batch, { sync: false });
    return true;
  }

  async #indexNext(): Promise<boolean> {
    const feed = this.#nextFeed();
    if (feed === undefined) {
      await this.settled();
      return false;
    }
    this.#lastFeed = feed;
    const clock = new BatchClock();
    const { view, environment, recent, documents } = this.#options;
    const { number: index, nextEntry } = this.#state;
    const batch = new IndexBatch({
      spec: this.spec,
      feed,
      state: this.#state,
      view,
      documents,
      sources: this.#sources,
      values: new BatchValues(this.#options.values),
      newDocuments: this.#newDocuments,
      turns: new Turns(),
      former: this.#former,
      settled: () => this.settled(),
    });
    await batch.map();
    clock.ends('mapMs');
    if (this.#isDropped) return false;
    const groups = await batch.writeGroups();
    clock.ends('reduceMs');
    // Documents first: after a crash they are written once more, but never forgotten.
    const outputBatch = (this.#state.outputBatch ?? 0) + 1;
    const failures = await this.#outputs.write(groups, outputBatch);
    for (const { id, error } of failures ?? []) batch.outcome.fail(id, error, 'Reduce');
    clock.ends('outputsMs');
    while (this.#holds.areThere) await this.#holds.released();
    if (this.#isDropped) return false;
    this.#state = { ...batch.stateAfter(this.#state), ...(failures === null ? {} : { outputBatch }) };
    batch.written.put(INDEX_META, stateKey(index), encodeState(this.#state));
    // From this turn on nobody reads, until the batch is visible.
    recent.forget(index, {
      terms: () => batch.writer.changedTerms(),
      entries: batch.writer.changedEntries,
      nextEntry: { before: nextEntry, after: batch.writer.nextEntry },
    });
    const inBackground = batch.written.count >= BACKGROUND_ROWS_MIN;
    this.#written = environment.commit(batch.written, { sync: false, inBackground }).then(
      () => {
        clock.ends('commitMs');
        this.times.add({ ...batch.work, ...clock.times });
      },
      (error: unknown) => {
        this.#failure = error;
      },
    );
    this.#former = batch.documents;
    if (this.hasCaughtUp) this.#newDocuments = null;
    if (!inBackground) await this.settled();
    return true;
  }

  /** It is deleted, or another one has taken its place: what it answers is not to be trusted. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  /** Nothing of it is written any more: its number may be given to another. */
  drop(): void {
    this.#isDropped = true;
    this.#options.documents.ahead?.leave(this.#state.number);
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
    const { unmergedEntries = 0, entryCount } = this.#state;
    if (this.#isDropped || unmergedEntries < Math.max(UNMERGED_ENTRIES_MIN, entryCount / UNMERGED_PART))
      return false;
    this.#mergeFrom = (await this.mergeTurn(this.#mergeFrom)).next;
    return true;
  }

  /**
   * One turn of merging, however few blocks there are, from a key on; null: from the beginning. Must not be called while
   * a batch is made. Rejects when storage fails.
   */
  async mergeTurn(from: Buffer | null): Promise<MergeTurn> {
    await this.settled();
    const { view, environment } = this.#options;
    const { number } = this.#state;
    const batch = new WriteBatch();
    const turns = new Turns();
    const turn = mergePostings(view, batch, number, from, () => turns.isOver);
    if (turn.next === null) {
      this.#state = { ...this.#state, unmergedEntries: 0 };
      batch.put(INDEX_META, stateKey(number), encodeState(this.#state));
    }
    await environment.commit(batch, { sync: false });
    return turn;
  }

  /** One feed after the other, so that a busy one does not keep the others waiting. */
  #nextFeed(): Feed | undefined {
    const feeds: readonly Feed[] = [
      ...this.#feeds,
      { kind: 'values', key: 'values', progress: this.#changedValues },
    ];
    const last = feeds.findIndex(
      ({ kind, key }) => kind === this.#lastFeed?.kind && key === this.#lastFeed.key,
    );
    return [...feeds.slice(last + 1), ...feeds.slice(0, last + 1)].find((feed) =>
      feed.kind === 'values'
        ? feed.progress.targets.length > 0
        : this.#options.documents.lastEtag(feed.collection) > feed.progress.seenEtag,
    );
  }
}
