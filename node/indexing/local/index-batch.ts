import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import { WriteBatch } from '../../storage/write-batch.ts';
import {
  BATCH_DOCUMENT_BYTES_MAX,
  BATCH_DOCUMENTS_MAX,
  BATCH_MS_MAX,
  BATCH_ROWS_MAX,
  MAPPED_DOCUMENTS_MAX,
} from '../limits.ts';
import { MapReduceWriter, type ReducedGroup, type ReduceWork } from '../reduce/map-reduce-writer.ts';
import type { ReducedObject } from '../reduce/reducer.ts';
import type { BatchValues } from '../references/batch-values.ts';
import { TO_DOCUMENTS } from '../references/reference-columns.ts';
import { ReferenceWriter } from '../references/reference-writer.ts';
import { ValueWriter } from '../references/value-writer.ts';
import { IndexWriter } from '../store/index-writer.ts';
import type { Turns } from '../turns.ts';
import { BatchOutcome } from './batch-outcome.ts';
import type { BatchTime } from './batch-times.ts';
import { currentChanges } from './current-changes.ts';
import { type Feed, nextRound, type Round } from './feed.ts';
import { FeedAhead } from './feed-ahead.ts';
import type { IndexSources } from './index-sources.ts';
import type { IndexSpec, MapLoader, MappedEntry } from './index-spec.ts';
import { ALL_DOCUMENTS, type IndexStateRow } from './index-state.ts';
import type { IndexedDocuments } from './indexed-documents.ts';
import { type MappedWithValues, mapWithValues } from './map-with-values.ts';
import type { NewDocuments } from './new-documents.ts';
import type { Change } from './next-changes.ts';

const NOTHING_MAPPED: MappedWithValues = { result: { entries: [] }, values: new Map() };
const NO_RESULT: MappedWithValues = {
  result: { error: 'The map gave no result.' },
  values: new Map(),
};

export interface IndexBatchOptions {
  readonly spec: IndexSpec;
  /** What is followed. */
  readonly feed: Feed;
  /** Of the index before the batch. */
  readonly state: IndexStateRow;
  readonly view: KeyValueView;
  readonly documents: IndexedDocuments;
  readonly sources: IndexSources;
  readonly values: BatchValues;
  /** Null: any document may have been mapped before. */
  readonly newDocuments: NewDocuments | null;
  /** Queries have theirs in between. */
  readonly turns: Turns;
  /** Documents of the batch before, in lower case: that may still be written. */
  readonly former: ReadonlySet<string>;
  /** Resolves when what the index wrote before can be read. Rejects when it could not be written. */
  readonly settled: () => Promise<void>;
}

type BatchWork = Pick<
  BatchTime,
  'feed' | 'collection' | 'documents' | 'failures' | 'outputs' | 'documentBytes'
>;

/** One batch of an index: what comes next of a feed is mapped, and what becomes of that is gathered to be written. */
export class IndexBatch {
  readonly outcome: BatchOutcome;
  readonly writer: IndexWriter;
  /** What is to be written at once; the state of the index is still missing in it. */
  readonly written = new WriteBatch();
  readonly #options: IndexBatchOptions;
  readonly #reducing: MapReduceWriter | undefined;
  readonly #references: ReferenceWriter;
  readonly #values: ValueWriter;
  readonly #documents = new Set<string>();
  /** In lower case; null: all. */
  readonly #collections: ReadonlySet<string> | null;
  #mapped = 0;
  #documentBytes = 0;

  constructor(options: IndexBatchOptions) {
    const { spec, feed, state, view, sources } = options;
    const target = { view, batch: this.written, index: state.number };
    this.#options = options;
    this.#collections = spec.collections && new Set(spec.collections.map((name) => name.toLowerCase()));
    this.outcome = new BatchOutcome(feed, state);
    this.writer = new IndexWriter({
      ...target,
      fields: () => sources.fieldList,
      nextEntry: state.nextEntry,
    });
    this.#reducing =
      spec.reduce === undefined ? undefined : new MapReduceWriter({ ...target, reducer: spec.reduce });
    this.#references = new ReferenceWriter({ ...target, columns: TO_DOCUMENTS });
    this.#values = new ValueWriter(target);
  }

  /** Those that it is of, in lower case. */
  get documents(): ReadonlySet<string> {
    return this.#documents;
  }

  /** What it was of, and what it came to. */
  get work(): BatchWork {
    const { feed } = this.#options;
    return {
      feed: feed.kind,
      collection: feed.kind === 'values' ? null : feed.collection,
      documents: this.outcome.attempts,
      failures: this.outcome.failures,
      outputs: this.#mapped,
      documentBytes: this.#documentBytes,
    };
  }

  /** The state of the index with this batch. */
  stateAfter(state: IndexStateRow): IndexStateRow {
    const { writer } = this;
    const reducing = this.#reducing;
    return {
      ...this.outcome.stateAfter(state),
      ...this.#options.sources.state,
      ...(reducing === undefined ? {} : { reduced: reducedAfter(state.reduced, reducing.work) }),
      nextEntry: writer.nextEntry,
      entryCount: state.entryCount + writer.entryCountChange,
      unmergedEntries: (state.unmergedEntries ?? 0) + writer.scatteredEntries,
    };
  }

  /**
   * Maps what comes next, as much as fits in a batch. The batch before may still be written, as long as nothing is read
   * that it writes.
   */
  async map(): Promise<void> {
    const { documents, view, feed, state, settled } = this.#options;
    if (feed.kind !== 'documents') await settled();
    const { outcome } = this;
    const ahead = new FeedAhead(feed, documents.ahead, state.number);
    const until = performance.now() + BATCH_MS_MAX;
    while (!this.#isFull && performance.now() < until) {
      const read = (): Round =>
        documents.read(({ reader, figures }) =>
          nextRound(feed, outcome.progress, reader, (collection) => figures.lastEtag(collection), {
            view,
            index: state.number,
          }),
        );
      const round = (await ahead.take(outcome.progress)) ?? read();
      ahead.begin(round);
      const { changes, progress, isExhausted } = round;
      // A document that comes again in this batch has changed in between: the next batch takes it.
      if (changes.some(({ lowerId }) => this.#documents.has(lowerId))) break;
      for (const { lowerId } of changes) this.#documents.add(lowerId);
      await this.#mapAll(currentChanges(changes, documents.reader, this.#collections));
      outcome.progress = progress;
      if (isExhausted) break;
    }
  }

  /** Ends the batch with the groups that have changed. A group's entry goes by its hash, as a document's by its id. */
  async writeGroups(): Promise<readonly ReducedGroup[]> {
    const { writer, outcome } = this;
    const { turns, settled } = this.#options;
    await settled();
    const { reduce } = this.#options.spec;
    const groups = (await this.#reducing?.finish(turns)) ?? [];
    writer.expect(groups.map(({ hash }) => hash));
    for (const { hash, result, failure } of groups) {
      if (failure !== undefined) {
        const name = failure.key === null ? hash : `Reduce key: ${failure.key}`;
        outcome.fail(name, failure.reason, 'Reduce');
      }
      try {
        const entry = result === null ? undefined : reduce?.entryOf(result);
        writer.put(hash, hash, entry === undefined ? [] : [this.#options.sources.outputOf(entry)]);
      } catch (error) {
        writer.put(hash, hash, []);
        outcome.fail(hash, error, 'Reduce');
      }
      if (turns.isOver) await turns.next();
    }
    await writer.finish(turns);
    return groups;
  }

  /** It takes no more documents. */
  get #isFull(): boolean {
    const rows = this.written.count + this.writer.termCount + (this.#reducing?.changeCount ?? 0);
    return (
      this.outcome.attempts >= BATCH_DOCUMENTS_MAX ||
      this.#documentBytes >= BATCH_DOCUMENT_BYTES_MAX ||
      rows >= BATCH_ROWS_MAX ||
      this.#options.values.isFull
    );
  }

  async #mapAll(changes: readonly Change[]): Promise<void> {
    const { turns, newDocuments, former, settled } = this.#options;
    const lowerIds = changes.map(({ lowerId }) => lowerId);
    if (lowerIds.some((lowerId) => former.has(lowerId))) await settled();
    (this.#reducing ?? this.writer).expect(lowerIds, (lowerId) => newDocuments?.isFirst(lowerId) ?? false);
    for (const change of changes) {
      if (change.document !== undefined) continue;
      this.#put(change, NOTHING_MAPPED);
      if (turns.isOver) await turns.next();
    }
    const documents = changes.flatMap(({ document }) => (document === undefined ? [] : [document]));
    for (let from = 0; from < documents.length; from += MAPPED_DOCUMENTS_MAX) {
      await this.#mapSome(documents.slice(from, from + MAPPED_DOCUMENTS_MAX));
    }
  }

  async #mapSome(documents: readonly StoredDocument[]): Promise<void> {
    const { spec, values, turns, settled } = this.#options;
    const { outcome } = this;
    const load = this.#load;
    if (turns.isOver) await turns.next();
    const mapped = await mapWithValues(documents, (some, found) => spec.map(some, load, found), values);
    // What they were mapped with is not written by document alone.
    if (outcome.hasReferences || outcome.hasValues || mapped.some(isWithValues)) await settled();
    outcome.attempts += documents.length;
    const keys = this.#keysOf(mapped);
    for (const [at, document] of documents.entries()) {
      if (turns.isOver) await turns.next();
      this.#documentBytes += document.body.byteLength;
      this.#put(document, mapped[at] ?? NO_RESULT, keys?.[at]);
    }
  }

  /**
   * The groups of the values of each document, found in one call: one for each costs several times as much in a script.
   * Undefined where that fails: then each is to be asked for alone, so that the others do not fail with it.
   */
  #keysOf(mapped: readonly MappedWithValues[]): readonly (readonly string[])[] | undefined {
    const { reduce } = this.#options.spec;
    if (reduce === undefined) return undefined;
    const values = mapped.map(({ result }) => ('values' in result ? result.values : []));
    try {
      const keys = reduce.keysOf(values.flat());
      let from = 0;
      return values.map(({ length }) => {
        from += length;
        return keys.slice(from - length, from);
      });
    } catch {
      // Whoever is at fault fails when it is put.
      return undefined;
    }
  }

  /** Reads for maps, and begins to follow the collections that they load from. */
  readonly #load: MapLoader = (id, collection, isFollowed) => {
    const { documents } = this.#options;
    const lower = collection.toLowerCase();
    const isAny = lower === '' || lower === ALL_DOCUMENTS;
    if (isFollowed) this.outcome.follow(collection, () => documents.lastEtag(isAny ? null : collection));
    const found = documents.reader.getMany([id])[0];
    return isAny || found?.collection.toLowerCase() === lower ? found : undefined;
  };

  /** What there was of a document goes where it can't be indexed: values with too many tokens, say. */
  #put(
    { id, lowerId }: { readonly id: string; readonly lowerId: string },
    { result, values: lookedUp }: MappedWithValues,
    keys?: readonly string[],
  ): void {
    const { outcome, writer } = this;
    const reducing = this.#reducing;
    const { sources } = this.#options;
    if ('error' in result) outcome.fail(id, result.error);
    else this.#mapped += 'entries' in result ? result.entries.length : result.values.length;
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
            (entries ?? []).map((entry) => sources.outputOf(entry)),
          )
        : reducing.put(lowerId, values ?? [], values === undefined ? undefined : keys);
    try {
      put('error' in result ? {} : result);
    } catch (error) {
      put({});
      outcome.fail(id, error);
    }
    if (outcome.hasReferences) this.#references.put(lowerId, result.references ?? []);
    if (lookedUp.size > 0) outcome.lookUp();
    if (outcome.hasValues) this.#values.put(lowerId, lookedUp);
  }
}

function isWithValues({ values }: MappedWithValues): boolean {
  return values.size > 0;
}

function reducedAfter(before: ReduceWork | undefined, work: ReduceWork): ReduceWork {
  return {
    attempts: (before?.attempts ?? 0) + work.attempts,
    errors: (before?.errors ?? 0) + work.errors,
  };
}
