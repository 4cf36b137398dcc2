import { DurableView } from '../../documents/key-value-view.ts';
import type { InlineWriter } from '../../storage/inline-writer.ts';
import { StorageEnvironment } from '../../storage/storage-environment.ts';
import { WriteBatch } from '../../storage/write-batch.ts';
import { DELETED_KEYS_MAX } from '../limits.ts';
import {
  DOCUMENT_ENTRIES,
  ENTRIES,
  INDEX_COLUMNS,
  INDEX_META,
  indexRange,
  POSTINGS,
} from '../store/index-columns.ts';
import type { IndexSpec } from './index-spec.ts';
import {
  droppedKey,
  encodeState,
  type IndexStateRow,
  loadDropped,
  loadStates,
  stateKey,
} from './index-state.ts';
import type { IndexedDocuments } from './indexed-documents.ts';
import { LocalIndex } from './local-index.ts';

const NOTHING = Buffer.alloc(0);

export interface LocalIndexesOptions {
  /** Folder of the environment of the indexes. */
  readonly path: string;
  readonly durable: boolean;
  readonly writer: InlineWriter;
  readonly documents: IndexedDocuments;
}

/**
 * All indexes of one database on this node, in an environment of their own. They can be made again from the documents,
 * so their writes are not synced: what a crash takes is indexed once more.
 */
export class LocalIndexes {
  readonly #environment: StorageEnvironment;
  readonly #view: DurableView;
  readonly #documents: IndexedDocuments;
  readonly #indexes = new Map<string, LocalIndex>();
  /** Numbers of indexes that are gone, while there may be keys of theirs. */
  #dropped: readonly number[];
  #nextNumber: number;

  private constructor(environment: StorageEnvironment, documents: IndexedDocuments) {
    this.#environment = environment;
    this.#view = new DurableView(environment);
    this.#documents = documents;
    this.#dropped = loadDropped(this.#view);
    this.#nextNumber =
      1 + Math.max(0, ...this.#dropped, ...loadStates(this.#view).map(({ number }) => number));
  }

  static async open({ path, durable, writer, documents }: LocalIndexesOptions): Promise<LocalIndexes> {
    const environment = await StorageEnvironment.open({ path, columns: INDEX_COLUMNS, writer, durable });
    return new LocalIndexes(environment, documents);
  }

  get all(): readonly LocalIndex[] {
    return [...this.#indexes.values()];
  }

  /** Without case. */
  find(name: string): LocalIndex | undefined {
    return this.#indexes.get(name.toLowerCase());
  }

  /** From now on there are these indexes: new ones begin, changed ones anew, others are deleted. */
  async define(specs: readonly IndexSpec[]): Promise<void> {
    const stored = loadStates(this.#view);
    const wanted = new Map(specs.map((spec) => [spec.name.toLowerCase(), spec]));
    const batch = new WriteBatch();
    for (const state of stored) {
      const spec = wanted.get(state.name.toLowerCase());
      if (spec !== undefined && spec.revision === state.revision) {
        if (!this.#indexes.has(state.name.toLowerCase())) this.#add(spec, state);
        continue;
      }
      this.#drop(state.number, batch);
      if (this.#indexes.get(state.name.toLowerCase())?.state.number === state.number) {
        this.#indexes.delete(state.name.toLowerCase());
      }
    }
    for (const [key, spec] of wanted) {
      if (this.#indexes.has(key)) continue;
      const state = newState(spec, this.#nextNumber++);
      batch.put(INDEX_META, stateKey(state.number), encodeState(state));
      this.#add(spec, state);
    }
    await this.#environment.commit(batch, { sync: false });
  }

  /** Makes an index again from nothing. */
  async reset(name: string): Promise<void> {
    const index = this.find(name);
    if (index === undefined) return;
    const state = newState(index.spec, this.#nextNumber++);
    const batch = new WriteBatch();
    this.#drop(index.state.number, batch);
    batch.put(INDEX_META, stateKey(state.number), encodeState(state));
    await this.#environment.commit(batch, { sync: false });
    this.#add(index.spec, state);
  }

  /** Deletes some keys of indexes that are gone. Resolves to whether there may be more. */
  async sweep(): Promise<boolean> {
    const [number] = this.#dropped;
    if (number === undefined) return false;
    const batch = new WriteBatch();
    for (const column of [ENTRIES, DOCUMENT_ENTRIES, POSTINGS]) {
      for (const [key] of this.#environment.scan(column, indexRange(number))) {
        batch.delete(column, key);
        if (batch.count >= DELETED_KEYS_MAX) break;
      }
      if (batch.count >= DELETED_KEYS_MAX) break;
    }
    if (batch.count < DELETED_KEYS_MAX) {
      this.#dropped = this.#dropped.slice(1);
      batch.delete(INDEX_META, droppedKey(number));
    }
    await this.#environment.commit(batch, { sync: false });
    return true;
  }

  /** The database keeps deletions after this etag for its indexes. */
  get neededTombstoneEtag(): number {
    return Math.min(Number.MAX_SAFE_INTEGER, ...this.all.map((index) => index.neededTombstoneEtag));
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  /** A number is not given out again before its keys are gone. */
  #drop(number: number, batch: WriteBatch): void {
    batch.delete(INDEX_META, stateKey(number));
    batch.put(INDEX_META, droppedKey(number), NOTHING);
    this.#dropped = [...this.#dropped, number];
  }

  #add(spec: IndexSpec, state: IndexStateRow): void {
    this.#indexes.set(
      spec.name.toLowerCase(),
      new LocalIndex({
        spec,
        state,
        view: this.#view,
        environment: this.#environment,
        documents: this.#documents,
      }),
    );
  }
}

function newState(spec: IndexSpec, number: number): IndexStateRow {
  return {
    number,
    name: spec.name,
    revision: spec.revision,
    createdAt: new Date().toISOString(),
    nextEntry: 0,
    entryCount: 0,
    progress: {},
    lastIndexedAt: null,
    mapAttempts: 0,
    mapSuccesses: 0,
    mapErrors: 0,
    errors: [],
  };
}
