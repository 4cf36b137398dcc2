import { DurableView } from '../../documents/key-value-view.ts';
import type { BatchWriter } from '../../storage/batch-writer.ts';
import { StorageEnvironment } from '../../storage/storage-environment.ts';
import { WriteBatch } from '../../storage/write-batch.ts';
import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { replacedName } from '../definitions/index-name.ts';
import type { OutputSink, ReduceOutput } from '../output/reduce-output.ts';
import type { ValueSource } from '../references/value-source.ts';
import {
  DOCUMENT_ENTRIES,
  DOCUMENT_REFERENCES,
  DOCUMENT_VALUES,
  ENTRIES,
  GROUPS,
  INDEX_COLUMNS,
  INDEX_META,
  indexRange,
  MAPPED,
  MAPPED_DOCUMENTS,
  PARTIALS,
  POSTINGS,
  REFERENCES,
  VALUE_INDEXES,
  VALUE_REFERENCES,
  VECTORS,
} from '../store/index-columns.ts';
import { RecentReads } from '../store/recent-reads.ts';
import type { IndexSpec } from './index-spec.ts';
import {
  definitionKey,
  droppedKey,
  encodeState,
  type IndexStateRow,
  isOfFormerLayout,
  loadDefinition,
  loadDropped,
  loadStates,
  stateKey,
} from './index-state.ts';
import type { IndexedDocuments } from './indexed-documents.ts';
import { LocalIndex } from './local-index.ts';
import { newState } from './new-state.ts';

const NOTHING = Buffer.alloc(0);
const SETTLED_KEY = Buffer.from('settled');

/** Columns whose keys begin with the number of an index. */
const DATA_COLUMNS = [
  ENTRIES,
  DOCUMENT_ENTRIES,
  POSTINGS,
  MAPPED,
  MAPPED_DOCUMENTS,
  GROUPS,
  PARTIALS,
  REFERENCES,
  DOCUMENT_REFERENCES,
  VALUE_REFERENCES,
  DOCUMENT_VALUES,
  VALUE_INDEXES,
  VECTORS,
];

export interface LocalIndexesOptions {
  /** Folder of the environment of the indexes. */
  readonly path: string;
  readonly durable: boolean;
  readonly writer: BatchWriter;
  readonly documents: IndexedDocuments;
  /** Where documents of groups go. */
  readonly outputs: OutputSink;
  /** Compare-exchange values, for maps that look them up. */
  readonly values: ValueSource;
  /** Makes an index ready that the record does not have any more; undefined: it can't be read now. */
  readonly recall: (definition: StaticIndexDefinition) => IndexSpec | undefined;
}

/**
 * All indexes of one database on this node, in an environment of their own. They can be made again from the documents,
 * so their writes are not synced: what a crash takes is indexed once more.
 */
export class LocalIndexes {
  readonly #environment: StorageEnvironment;
  readonly #view: DurableView;
  readonly #documents: IndexedDocuments;
  readonly #outputs: OutputSink;
  readonly #values: ValueSource;
  readonly #recall: LocalIndexesOptions['recall'];
  readonly #recent = new RecentReads();
  readonly #indexes = new Map<string, LocalIndex>();
  /** What takes the place of an index of the same name as soon as it has caught up. */
  readonly #replacements = new Map<string, LocalIndex>();
  /** What is tried out. After a crash, no definition has what is left of it. */
  readonly #trials = new Set<LocalIndex>();
  /** Numbers of indexes that are gone, while there may be keys of theirs. */
  #dropped: readonly number[];
  #nextNumber: number;

  private constructor(
    environment: StorageEnvironment,
    { documents, outputs, values, recall }: LocalIndexesOptions,
  ) {
    this.#environment = environment;
    this.#view = new DurableView(environment);
    this.#documents = documents;
    this.#outputs = outputs;
    this.#values = values;
    this.#recall = recall;
    this.#dropped = loadDropped(this.#view);
    this.#nextNumber = 1 + Math.max(0, ...this.#dropped, ...numbersIn(environment, this.#view));
  }

  static async open(options: LocalIndexesOptions): Promise<LocalIndexes> {
    const { path, durable, writer } = options;
    const environment = await StorageEnvironment.open({
      path,
      columns: INDEX_COLUMNS,
      writer,
      durable,
      // Indexes that are gone.
      showDeletedRanges: true,
    });
    return new LocalIndexes(environment, options);
  }

  get all(): readonly LocalIndex[] {
    return [...this.#indexes.values()];
  }

  get replacements(): readonly LocalIndex[] {
    return [...this.#replacements.values()];
  }

  /** Without case; `ReplacementOf/X` is what is to replace X. */
  find(name: string): LocalIndex | undefined {
    const replaced = replacedName(name);
    if (replaced !== null) return this.#replacements.get(replaced.toLowerCase());
    return this.#indexes.get(name.toLowerCase());
  }

  /** Another one is to take its place. */
  isReplaced(index: LocalIndex): boolean {
    const key = index.spec.name.toLowerCase();
    return this.#replacements.has(key) && this.#indexes.get(key) === index;
  }

  /** As of an index. */
  valuesChanged(keys: readonly string[] | null, raftIndex: number): boolean {
    return (
      [...this.all, ...this.replacements].filter((index) => index.valuesChanged(keys, raftIndex)).length > 0
    );
  }

  /** Puts replacements that have caught up in their places, of those that may. */
  async replace(may: (index: LocalIndex) => boolean = () => true): Promise<void> {
    for (const [key, index] of this.#replacements) {
      if (!index.isStale() && may(index)) await this.#takePlace(key, index);
    }
  }

  /** Puts the replacement of an index in its place as far as it is. False: it has none. */
  async replaceNow(name: string): Promise<boolean> {
    const key = name.toLowerCase();
    const index = this.#replacements.get(key);
    if (index !== undefined) await this.#takePlace(key, index);
    return index !== undefined;
  }

  async #takePlace(key: string, index: LocalIndex): Promise<void> {
    const old = this.#indexes.get(key);
    const batch = new WriteBatch();
    if (old !== undefined) {
      this.#drop(old.state.number, batch);
      if (old.spec.output !== undefined) index.takeOver([old.spec.output], batch);
    }
    await this.#environment.commit(batch, { sync: false });
    this.#indexes.set(key, index);
    this.#replacements.delete(key);
  }

  /** From now on there are these indexes: new ones begin, changed ones anew, others are deleted. */
  async define(specs: readonly IndexSpec[]): Promise<void> {
    const trials = new Set([...this.#trials].map(({ state }) => state.number));
    const stored = loadStates(this.#view).filter(({ number }) => !trials.has(number));
    const wanted = new Map(specs.map((spec) => [spec.name.toLowerCase(), spec]));
    const batch = new WriteBatch();
    /** What indexes that are dropped have written, for those of the same names. */
    const left = new Map<string, readonly ReduceOutput[]>();
    for (const state of stored) {
      const key = state.name.toLowerCase();
      const spec = isOfFormerLayout(state) ? undefined : wanted.get(key);
      const isServing = this.#indexes.get(key)?.state.number === state.number;
      if (spec !== undefined && spec.revision === state.revision) {
        const replacement = this.#replacements.get(key);
        // One of the same definition is an index that is being reset.
        if (isServing && replacement?.spec.revision !== spec.revision) this.#discardReplacement(key, batch);
        if (isServing || replacement?.state.number === state.number) continue;
        this.#keepDefinition(spec, state.number, batch);
        (this.#indexes.has(key) ? this.#replacements : this.#indexes).set(key, this.#opened(spec, state));
        continue;
      }
      // It goes on answering until the changed one has caught up.
      if (isServing && spec !== undefined) continue;
      const former = spec === undefined || this.#indexes.has(key) ? undefined : this.#former(state);
      if (former !== undefined) {
        this.#indexes.set(key, former);
        continue;
      }
      this.#drop(state.number, batch);
      if (this.#replacements.get(key)?.state.number === state.number) this.#replacements.delete(key);
      if (isServing) this.#indexes.delete(key);
      if (state.output !== undefined) left.set(key, [...(left.get(key) ?? []), state.output]);
    }
    for (const [key, spec] of wanted) {
      const serving = this.#indexes.get(key);
      if (serving?.spec.revision === spec.revision || this.#replacements.has(key)) continue;
      const state = this.#begin(spec, batch);
      (serving === undefined ? this.#indexes : this.#replacements).set(key, this.#opened(spec, state));
    }
    for (const [key, outputs] of left) {
      (this.#replacements.get(key) ?? this.#indexes.get(key))?.takeOver(outputs, batch);
    }
    await this.#environment.commit(batch, { sync: false });
  }

  /** Makes an index again from nothing. `isSideBySide`: it answers as it is until the new one has caught up. */
  async reset(name: string, isSideBySide = false): Promise<void> {
    const index = this.find(name);
    if (index === undefined) return;
    const key = index.spec.name.toLowerCase();
    const batch = new WriteBatch();
    const state = this.#begin(index.spec, batch);
    const isBeside = isSideBySide || this.#replacements.get(key) === index;
    if (isBeside) this.#discardReplacement(key, batch);
    else this.#drop(index.state.number, batch);
    await this.#environment.commit(batch, { sync: false });
    (isBeside ? this.#replacements : this.#indexes).set(key, this.#opened(index.spec, state));
  }

  /** Runs `use` with an index that nobody else sees, and of which nothing is left. */
  async withTrial<Result>(spec: IndexSpec, use: (index: LocalIndex) => Promise<Result>): Promise<Result> {
    const state = newState(spec, this.#nextNumber++, this.#documents);
    const index = this.#opened(spec, state);
    this.#trials.add(index);
    try {
      return await use(index);
    } finally {
      this.#trials.delete(index);
      index.drop();
      const batch = new WriteBatch();
      this.#drop(state.number, batch);
      await this.#environment.commit(batch, { sync: false });
    }
  }

  /** Deletes the keys of an index that is gone. Resolves to whether there may be more. */
  async sweep(): Promise<boolean> {
    const [number] = this.#dropped;
    if (number === undefined) return false;
    // Of the index itself a batch may still be under way.
    while (this.isWriting) await this.written();
    for (const column of DATA_COLUMNS) await this.#environment.deleteRange(column, indexRange(number));
    const batch = new WriteBatch();
    batch.delete(INDEX_META, droppedKey(number));
    await this.#environment.commit(batch, { sync: false });
    this.#dropped = this.#dropped.filter((one) => one !== number);
    return this.#dropped.length > 0;
  }

  /**
   * Makes durable how far the indexes are. Resolves to the etag after which the database keeps deletions for them: if
   * those went that they would follow once more after a crash of the machine, what was deleted would stay in them. Rejects
   * when an index could not be written: it says more of itself than is there.
   */
  async settle(): Promise<number> {
    const indexes = [...this.all, ...this.replacements];
    const needed = Math.min(Number.MAX_SAFE_INTEGER, ...indexes.map((index) => index.neededTombstoneEtag));
    const batch = new WriteBatch();
    batch.put(INDEX_META, SETTLED_KEY, NOTHING);
    await this.#environment.commit(batch);
    for (const index of indexes) await index.settled();
    return needed;
  }

  /** When nothing is left to index: one turn of merging. Resolves to whether there may be more. */
  async mergeSome(follows: (index: LocalIndex) => boolean): Promise<boolean> {
    for (const index of this.all) if (follows(index) && (await index.mergeSome())) return true;
    return false;
  }

  /** Something is being written: nobody may read the indexes meanwhile. */
  get isWriting(): boolean {
    return this.#environment.isWriting;
  }

  /** Resolves when nothing is being written, whatever became of it. Whoever goes on then looks again. */
  written(): Promise<void> {
    return this.#environment.written();
  }

  close(): Promise<void> {
    this.#recent.close();
    return this.#environment.close();
  }

  #begin(spec: IndexSpec, batch: WriteBatch): IndexStateRow {
    const state = newState(spec, this.#nextNumber++, this.#documents);
    batch.put(INDEX_META, stateKey(state.number), encodeState(state));
    this.#keepDefinition(spec, state.number, batch);
    return state;
  }

  /** As it is now: members that change nothing of what the index is may have changed since it began. */
  #keepDefinition({ definition }: IndexSpec, number: number, batch: WriteBatch): void {
    if (definition === undefined) return;
    batch.put(INDEX_META, definitionKey(number), Buffer.from(JSON.stringify(definition)));
  }

  /** An index that answered before the node was restarted, and that the record has changed: by its old definition. */
  #former(state: IndexStateRow): LocalIndex | undefined {
    const definition = loadDefinition(this.#view, state.number);
    const spec = definition === undefined ? undefined : this.#recall(definition);
    return spec === undefined ? undefined : this.#opened({ ...spec, revision: state.revision }, state);
  }

  /** A number is not given out again before its keys are gone. */
  #drop(number: number, batch: WriteBatch): void {
    for (const index of [...this.all, ...this.replacements]) if (index.state.number === number) index.drop();
    batch.delete(INDEX_META, stateKey(number));
    batch.delete(INDEX_META, definitionKey(number));
    batch.put(INDEX_META, droppedKey(number), NOTHING);
    this.#dropped = [...this.#dropped, number];
  }

  #discardReplacement(key: string, batch: WriteBatch): void {
    const replacement = this.#replacements.get(key);
    if (replacement === undefined) return;
    this.#drop(replacement.state.number, batch);
    this.#replacements.delete(key);
    const { output } = replacement.spec;
    if (output !== undefined) this.#indexes.get(key)?.takeOver([output], batch);
  }

  #opened(spec: IndexSpec, state: IndexStateRow): LocalIndex {
    return new LocalIndex({
      spec,
      state,
      view: this.#view,
      environment: this.#environment,
      documents: this.#documents,
      outputs: this.#outputs,
      values: this.#values,
      recent: this.#recent,
    });
  }
}

/** Numbers of indexes that there are, and the largest of which any key is left, be it deleted. */
function numbersIn(environment: StorageEnvironment, view: DurableView): readonly number[] {
  const left = DATA_COLUMNS.map((column) => {
    using scan = environment.scan(column, { reverse: true });
    return scan.next(1).rows[0]?.readUInt32BE(0) ?? 0;
  });
  return [...loadStates(view).map(({ number }) => number), ...left];
}
