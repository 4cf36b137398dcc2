import type { DocumentReader } from '../../documents/document-reader.ts';
import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import type { StorageEnvironment } from '../../storage/storage-environment.ts';
import { WriteBatch } from '../../storage/write-batch.ts';
import type { IndexField } from '../definitions/index-field.ts';
import { IndexingError } from '../indexing-error.ts';
import {
  BATCH_DOCUMENTS_MAX,
  BATCH_MS_MAX,
  ERROR_CHARACTERS_MAX,
  FIELDS_MAX,
  KEPT_ERRORS_MAX,
  READ_DOCUMENTS_MAX,
} from '../limits.ts';
import { MapReduceWriter } from '../reduce/map-reduce-writer.ts';
import { INDEX_META } from '../store/index-columns.ts';
import { IndexReader } from '../store/index-reader.ts';
import { IndexWriter } from '../store/index-writer.ts';
import type { FieldValues } from '../values/index-value.ts';
import {
  fieldsByName,
  type GroupReducer,
  type IndexSpec,
  indexFields,
  type MappedEntry,
} from './index-spec.ts';
import {
  type CollectionProgress,
  encodeState,
  type IndexErrorRow,
  type IndexStateRow,
  NO_PROGRESS,
  stateKey,
} from './index-state.ts';
import type { IndexedDocuments } from './indexed-documents.ts';

/** Progress of an index of all documents. */
const ALL_DOCUMENTS = '@all_docs';

interface Change {
  readonly id: string;
  readonly lowerId: string;
  /** Absent: it was deleted. */
  readonly document?: StoredDocument;
}

export interface LocalIndexOptions {
  readonly spec: IndexSpec;
  readonly state: IndexStateRow;
  readonly view: KeyValueView;
  readonly environment: StorageEnvironment;
  readonly documents: IndexedDocuments;
}

/** An index of this node: follows the documents of its collections, batch by batch, and is asked through its reader. */
export class LocalIndex {
  readonly spec: IndexSpec;
  readonly reader: IndexReader;
  readonly #options: LocalIndexOptions;
  #state: IndexStateRow;
  #sources: readonly string[];
  #fieldList: readonly IndexField[] = [];
  #fields: ReadonlyMap<string, IndexField> = new Map();
  /** When it was last asked, in milliseconds; null: not since the node started. */
  lastQueriedMs: number | null = null;

  constructor(options: LocalIndexOptions) {
    this.spec = options.spec;
    this.#options = options;
    this.#state = options.state;
    this.#sources = [];
    this.#setSources(options.state.sources);
    this.reader = new IndexReader(options.view, options.state.number);
  }

  /** Fields by the names that queries use. */
  get fields(): ReadonlyMap<string, IndexField> {
    return this.#fields;
  }

  get state(): IndexStateRow {
    return this.#state;
  }

  /** Names by which progress is kept, with the collection that the documents know. */
  get #feeds(): readonly { readonly key: string; readonly collection: string | null }[] {
    const { collections } = this.spec;
    if (collections === null) return [{ key: ALL_DOCUMENTS, collection: null }];
    return collections.map((collection) => ({ key: collection.toLowerCase(), collection }));
  }

  progressOf(key: string): CollectionProgress {
    return this.#state.progress[key] ?? NO_PROGRESS;
  }

  /** A document of its collections was written or deleted and is not in the index yet. `upTo`: those after don't count. */
  isStale(upTo = Number.POSITIVE_INFINITY): boolean {
    const { documents } = this.#options;
    return this.#feeds.some(({ key, collection }) => {
      const { seenEtag } = this.progressOf(key);
      return Math.min(documents.lastEtag(collection), upTo) > seenEtag;
    });
  }

  /** Deletions up to this etag are in the index; those after must be kept for it. */
  get neededTombstoneEtag(): number {
    return Math.min(
      ...this.#feeds.map(({ key }) => {
        const { tombstoneEtag, seenEtag } = this.progressOf(key);
        return Math.max(tombstoneEtag, seenEtag);
      }),
    );
  }

  /** The errors are forgotten with the next batch that is written. */
  clearErrors(): void {
    this.#state = { ...this.#state, errors: [] };
  }

  /** Indexes some of what is new. Resolves to whether there may be more. Rejects when storage fails. */
  async indexSome(): Promise<boolean> {
    const feed = this.#feeds.find(
      ({ key, collection }) => this.#options.documents.lastEtag(collection) > this.progressOf(key).seenEtag,
    );
    if (feed === undefined) return false;
    const batch = new WriteBatch();
    const writer = new IndexWriter({
      view: this.#options.view,
      batch,
      index: this.#state.number,
      fields: () => this.#fieldList,
      nextEntry: this.#state.nextEntry,
    });
    const { reduce } = this.spec;
    const reducing =
      reduce === undefined
        ? undefined
        : new MapReduceWriter({
            view: this.#options.view,
            batch,
            index: this.#state.number,
            reducer: reduce,
          });
    const outcome = this.#run(feed, writer, reducing);
    if (reduce !== undefined) this.#writeGroups(reducing, reduce, writer, outcome);
    writer.finish();
    this.#state = this.#stateAfter(feed.key, outcome, writer);
    batch.put(INDEX_META, stateKey(this.#state.number), encodeState(this.#state));
    await this.#options.environment.commit(batch, { sync: false });
    return true;
  }

  /** A group's entry goes by its hash, as a document's by its id. */
  #writeGroups(
    reducing: MapReduceWriter | undefined,
    reduce: GroupReducer,
    writer: IndexWriter,
    outcome: Outcome,
  ): void {
    for (const { hash, result, failure } of reducing?.finish() ?? []) {
      if (failure !== undefined) outcome.fail(hash, failure, 'Reduce');
      try {
        writer.put(hash, hash, result === null ? [] : [this.#valuesOf(reduce.entryOf(result))]);
      } catch (error) {
        writer.put(hash, hash, []);
        outcome.fail(hash, error, 'Reduce');
      }
    }
  }

  #run(
    feed: { readonly key: string; readonly collection: string | null },
    writer: IndexWriter,
    reducing: MapReduceWriter | undefined,
  ): Outcome {
    const outcome = new Outcome(this.progressOf(feed.key));
    const until = performance.now() + BATCH_MS_MAX;
    const written = new Set<string>();
    while (outcome.attempts < BATCH_DOCUMENTS_MAX && performance.now() < until) {
      const { changes, progress, isExhausted } = this.#options.documents.read((reader) =>
        this.#next(reader, feed.collection, outcome.progress),
      );
      // A document that comes again in this batch has changed in between: the next batch takes it.
      if (changes.some(({ lowerId }) => written.has(lowerId))) break;
      for (const { lowerId } of changes) written.add(lowerId);
      if (reducing === undefined) this.#indexAll(changes, writer, outcome);
      else this.#mapAll(changes, reducing, outcome);
      outcome.progress = progress;
      if (isExhausted) break;
    }
    return outcome;
  }

  /** The next documents and deletions after what is in the index, all of one moment. */
  #next(
    reader: DocumentReader,
    collection: string | null,
    progress: CollectionProgress,
  ): {
    readonly changes: readonly Change[];
    readonly progress: CollectionProgress;
    readonly isExhausted: boolean;
  } {
    const lastEtag = this.#options.documents.lastEtag(collection);
    const { changes, documentEtag, tombstoneEtag } =
      collection === null ? nextOfAll(reader, progress) : nextOfCollection(reader, collection, progress);
    const isExhausted = changes.length === 0;
    return {
      changes,
      progress: { documentEtag, tombstoneEtag, seenEtag: isExhausted ? lastEtag : progress.seenEtag },
      isExhausted,
    };
  }

  #indexAll(changes: readonly Change[], writer: IndexWriter, outcome: Outcome): void {
    const documents = changes.flatMap(({ document }) => (document === undefined ? [] : [document]));
    const { reader } = this.#options.documents;
    const mapped = this.spec.map(documents, (id) => reader.getMany([id])[0]);
    outcome.attempts += documents.length;
    for (const { id, lowerId, document } of changes) {
      if (document === undefined) writer.put(id, lowerId, []);
    }
    documents.forEach(({ id, lowerId }, at) => {
      const result = mapped[at] ?? { error: 'The map gave no result.' };
      if ('error' in result) outcome.fail(id, result.error);
      try {
        writer.put(
          id,
          lowerId,
          'entries' in result ? result.entries.map((entry) => this.#valuesOf(entry)) : [],
        );
      } catch (error) {
        // Too many tokens, say. What there was of the document goes, as if it could not be mapped.
        writer.put(id, lowerId, []);
        outcome.fail(id, error);
      }
    });
  }

  #mapAll(changes: readonly Change[], reducing: MapReduceWriter, outcome: Outcome): void {
    const documents = changes.flatMap(({ document }) => (document === undefined ? [] : [document]));
    const { reader } = this.#options.documents;
    const mapped = this.spec.map(documents, (id) => reader.getMany([id])[0]);
    outcome.attempts += documents.length;
    for (const { lowerId, document } of changes) if (document === undefined) reducing.put(lowerId, []);
    documents.forEach(({ id, lowerId }, at) => {
      const result = mapped[at] ?? { error: 'The map gave no result.' };
      if ('error' in result) outcome.fail(id, result.error);
      try {
        reducing.put(lowerId, 'values' in result ? result.values : []);
      } catch (error) {
        // Its group could not be told.
        reducing.put(lowerId, []);
        outcome.fail(id, error);
      }
    });
  }

  #valuesOf(entry: MappedEntry): readonly FieldValues[] {
    const missing = Object.keys(entry).filter((name) => !this.#sources.includes(name));
    if (missing.length > 0) {
      if (this.#sources.length + missing.length > FIELDS_MAX) {
        throw new IndexingError(`An index may have ${FIELDS_MAX} fields.`);
      }
      this.#setSources([...this.#sources, ...missing]);
    }
    return this.#sources.map((name) => entry[name] ?? []);
  }

  #setSources(sources: readonly string[]): void {
    this.#sources = sources;
    this.#fieldList = indexFields(this.spec, sources);
    this.#fields = fieldsByName(this.#fieldList);
  }

  #stateAfter(key: string, outcome: Outcome, writer: IndexWriter): IndexStateRow {
    const state = this.#state;
    return {
      ...state,
      sources: this.#sources,
      nextEntry: writer.nextEntry,
      entryCount: state.entryCount + writer.entryCountChange,
      progress: { ...state.progress, [key]: outcome.progress },
      lastIndexedAt: new Date().toISOString(),
      mapAttempts: state.mapAttempts + outcome.attempts,
      mapSuccesses: state.mapSuccesses + outcome.attempts - outcome.errors.length,
      mapErrors: state.mapErrors + outcome.errors.length,
      errors:
        outcome.errors.length === 0
          ? state.errors
          : [...state.errors, ...outcome.errors].slice(-KEPT_ERRORS_MAX),
    };
  }
}

/** What a batch came to. */
class Outcome {
  progress: CollectionProgress;
  attempts = 0;
  readonly errors: IndexErrorRow[] = [];

  constructor(progress: CollectionProgress) {
    this.progress = progress;
  }

  fail(document: string, error: unknown, action: IndexErrorRow['action'] = 'Map'): void {
    const text = error instanceof Error ? error.message : String(error);
    this.errors.push({
      timestamp: new Date().toISOString(),
      document,
      action,
      error:
        `Failed to execute ${action === 'Map' ? 'mapping' : 'reduce'} function on ${document}. Exception: ${text}`.slice(
          0,
          ERROR_CHARACTERS_MAX,
        ),
    });
  }
}

interface Next {
  readonly changes: readonly Change[];
  readonly documentEtag: number;
  readonly tombstoneEtag: number;
}

function nextOfCollection(reader: DocumentReader, collection: string, progress: CollectionProgress): Next {
  const pageSize = READ_DOCUMENTS_MAX;
  const documents = [...reader.byCollection(collection, { fromEtag: progress.documentEtag + 1, pageSize })];
  const deletions = [
    ...reader.deletionsByCollection(collection, { fromEtag: progress.tombstoneEtag + 1, pageSize }),
  ];
  return {
    // Who was deleted and written again is among the documents; its deletion is gone.
    changes: [
      ...deletions.map(({ lowerId }) => ({ id: lowerId, lowerId })),
      ...documents.map((document) => ({ id: document.id, lowerId: document.lowerId, document })),
    ],
    documentEtag: documents.at(-1)?.etag ?? progress.documentEtag,
    tombstoneEtag: deletions.at(-1)?.etag ?? progress.tombstoneEtag,
  };
}

function nextOfAll(reader: DocumentReader, progress: CollectionProgress): Next {
  const changes = new Map<string, Change>();
  let etag = progress.documentEtag;
  for (const item of reader.byEtag({ fromEtag: progress.documentEtag + 1 })) {
    if (changes.size >= READ_DOCUMENTS_MAX) break;
    etag = item.etag;
    const { id, lowerId } = item.version;
    if (item.kind === 'document' && item.version.kind === 'document') {
      changes.set(lowerId, { id, lowerId, document: item.version });
    } else if (item.kind !== 'revision') changes.set(lowerId, { id, lowerId });
  }
  return { changes: [...changes.values()], documentEtag: etag, tombstoneEtag: etag };
}
