import { mergeChangeVectors, withEntry } from './change-vector.ts';
import { META } from './columns.ts';
import type { KeyValueView } from './key-value-view.ts';
import { afterPrefix } from './storage-keys.ts';

export interface CollectionStatistics {
  readonly name: string;
  readonly documents: number;
  readonly tombstones: number;
  /** Documents that have left it without a tombstone that is still there, and that its indexes may have yet to hear of. */
  readonly moves: number;
  /** Etag of the last change of a document of the collection, of those included that have left it. */
  readonly lastEtag: number;
}

export interface ItemCounts {
  readonly documents: number;
  readonly tombstones: number;
  readonly revisions: number;
  /** Versions in conflict, and the documents that they are of. */
  readonly conflicts: number;
  readonly conflictedDocuments: number;
}

export type CountedItem = keyof ItemCounts;

type CollectionCounts = Pick<CollectionStatistics, 'documents' | 'tombstones' | 'moves'>;

/** What a database knows about itself besides its items; written with every batch that changes it. */
export interface DatabaseFigures {
  readonly lastEtag: number;
  readonly changeVector: string;
  readonly lastTicks: bigint;
  readonly counts: ItemCounts;
  /** By name in lower case. */
  readonly collections: ReadonlyMap<string, CollectionStatistics>;
}

const STATE_KEY = Buffer.from('state');
const COLLECTION_PREFIX = 'collection/';
const NO_COUNTS: ItemCounts = {
  documents: 0,
  tombstones: 0,
  revisions: 0,
  conflicts: 0,
  conflictedDocuments: 0,
};

interface StateRow {
  readonly lastEtag: number;
  readonly changeVector: string;
  readonly lastTicks: string;
  readonly counts: ItemCounts;
}

/** Reads the figures that were written last. */
export function loadFigures(view: KeyValueView): DatabaseFigures {
  const state = readState(view);
  const collections = new Map<string, CollectionStatistics>();
  const prefix = Buffer.from(COLLECTION_PREFIX);
  const end = afterPrefix(prefix);
  for (const [, value] of view.scan(META, { gte: prefix, ...(end === undefined ? {} : { lt: end }) })) {
    const collection = decodeCollection(value);
    collections.set(collection.name.toLowerCase(), collection);
  }
  return {
    lastEtag: state?.lastEtag ?? 0,
    changeVector: state?.changeVector ?? '',
    lastTicks: BigInt(state?.lastTicks ?? 0),
    counts: { ...NO_COUNTS, ...state?.counts },
    collections,
  };
}

/** The row of a collection; former versions counted no moves. */
export function decodeCollection(value: Buffer): CollectionStatistics {
  return { moves: 0, ...(JSON.parse(value.toString()) as Omit<CollectionStatistics, 'moves'>) };
}

/** The last etag that is durable; 0: there never was one. */
export function readLastEtag(view: KeyValueView): number {
  return readState(view)?.lastEtag ?? 0;
}

function readState(view: KeyValueView): StateRow | undefined {
  const row = view.get(META, STATE_KEY);
  return row === undefined ? undefined : (JSON.parse(row.toString()) as StateRow);
}

/** Figures of a batch at the moment it was sealed: what to write, and what is true once it is durable. */
export interface SealedFigures {
  readonly rows: readonly { readonly key: Buffer; readonly value: Buffer }[];
  readonly lastEtag: number;
  readonly changeVector: string;
  readonly lastTicks: bigint;
  readonly counts: ItemCounts;
  readonly changedCollections: readonly CollectionStatistics[];
}

/**
 * The figures with all pending effects: which etag is next, the database change vector, the counts. The changes of one
 * command can be undone; its etags are skipped then.
 */
export class PendingState {
  readonly #databaseId: string;
  readonly #nodeTag: string;
  #lastEtag: number;
  #changeVector: string;
  #counts: { -readonly [Item in CountedItem]: number };
  readonly #collections: Map<string, CollectionStatistics>;
  #changed = new Map<string, CollectionStatistics>();
  #isChanged = false;
  #before: { changeVector: string; counts: ItemCounts; isChanged: boolean };
  readonly #undo: { readonly lower: string; readonly previous: CollectionStatistics | undefined }[] = [];

  /** `etagFloor`: greatest etag ever given out, also to writes that did not become durable. */
  constructor(figures: DatabaseFigures, databaseId: string, nodeTag: string, etagFloor = 0) {
    this.#databaseId = databaseId;
    this.#nodeTag = nodeTag;
    this.#lastEtag = Math.max(figures.lastEtag, etagFloor);
    this.#changeVector = figures.changeVector;
    this.#counts = { ...figures.counts };
    this.#collections = new Map(figures.collections);
    this.#before = { changeVector: this.#changeVector, counts: this.#counts, isChanged: false };
  }

  get lastEtag(): number {
    return this.#lastEtag;
  }

  get counts(): ItemCounts {
    return this.#counts;
  }

  get changeVector(): string {
    return this.#changeVector;
  }

  collection(name: string): CollectionStatistics | undefined {
    return this.#collections.get(name.toLowerCase());
  }

  collections(): Iterable<CollectionStatistics> {
    return this.#collections.values();
  }

  nextEtag(): number {
    this.#isChanged = true;
    this.#lastEtag++;
    this.#changeVector = withEntry(this.#changeVector, this.#nodeTag, this.#lastEtag, this.#databaseId);
    return this.#lastEtag;
  }

  mergeChangeVector(changeVector: string): void {
    const merged = mergeChangeVectors(this.#changeVector, changeVector);
    if (merged === this.#changeVector) return;
    this.#changeVector = merged;
    this.#isChanged = true;
  }

  count(item: CountedItem, by: number): void {
    this.#counts[item] += by;
    this.#isChanged = true;
  }

  /** `etag`: of the change; 0: it is none of the collection. */
  countInCollection(
    name: string,
    { documents = 0, tombstones = 0, moves = 0 }: Partial<CollectionCounts>,
    etag = 0,
  ): void {
    const lower = name.toLowerCase();
    const previous = this.#collections.get(lower);
    const next: CollectionStatistics = {
      name: previous?.name ?? name,
      documents: (previous?.documents ?? 0) + documents,
      tombstones: (previous?.tombstones ?? 0) + tombstones,
      moves: (previous?.moves ?? 0) + moves,
      lastEtag: Math.max(previous?.lastEtag ?? 0, etag),
    };
    this.#undo.push({ lower, previous });
    this.#collections.set(lower, next);
    this.#changed.set(lower, next);
    this.#counts.documents += documents;
    this.#counts.tombstones += tombstones;
    this.#isChanged = true;
  }

  beginCommand(): void {
    this.#undo.length = 0;
    const { documents, tombstones, revisions, conflicts, conflictedDocuments } = this.#counts;
    this.#before = {
      changeVector: this.#changeVector,
      counts: { documents, tombstones, revisions, conflicts, conflictedDocuments },
      isChanged: this.#isChanged,
    };
  }

  undoCommand(): void {
    for (let entry = this.#undo.pop(); entry !== undefined; entry = this.#undo.pop()) {
      if (entry.previous === undefined) this.#collections.delete(entry.lower);
      else this.#collections.set(entry.lower, entry.previous);
      if (entry.previous === undefined) this.#changed.delete(entry.lower);
      else this.#changed.set(entry.lower, entry.previous);
    }
    this.#changeVector = this.#before.changeVector;
    this.#counts = { ...this.#before.counts };
    this.#isChanged = this.#before.isChanged;
  }

  /** What to write with the batch that is closed now; null when nothing has changed. */
  seal(lastTicks: bigint): SealedFigures | null {
    if (!this.#isChanged) return null;
    const changedCollections = [...this.#changed.values()];
    this.#changed = new Map();
    this.#isChanged = false;
    const state = { lastEtag: this.#lastEtag, changeVector: this.#changeVector, counts: { ...this.#counts } };
    const row: StateRow = { ...state, lastTicks: String(lastTicks) };
    return {
      ...state,
      lastTicks,
      changedCollections,
      rows: [
        { key: STATE_KEY, value: Buffer.from(JSON.stringify(row)) },
        ...changedCollections.map((collection) => ({
          key: Buffer.from(COLLECTION_PREFIX + collection.name.toLowerCase()),
          value: Buffer.from(JSON.stringify(collection)),
        })),
      ],
    };
  }
}
