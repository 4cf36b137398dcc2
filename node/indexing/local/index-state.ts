import type { KeyValueView } from '../../documents/key-value-view.ts';
import { afterPrefix } from '../../documents/storage-keys.ts';
import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import type { ReduceOutput } from '../output/reduce-output.ts';
import type { ReduceWork } from '../reduce/map-reduce-writer.ts';
import { type ChangedTargets, NO_TARGETS } from '../references/referencing-documents.ts';
import { INDEX_META } from '../store/index-columns.ts';
import type { SourceOptions } from './index-spec.ts';

/** Progress of an index of all documents, and of what loads from any collection. */
export const ALL_DOCUMENTS = '@all_docs';

/** How far an index is with one collection: etags of the database. */
export interface CollectionProgress {
  readonly documentEtag: number;
  readonly tombstoneEtag: number;
  /** Last etag of the collection when nothing was left to index. */
  readonly seenEtag: number;
}

export const NO_PROGRESS: CollectionProgress = { documentEtag: 0, tombstoneEtag: 0, seenEtag: 0 };

/** How far an index is with a collection that its maps load from. */
export interface FollowedCollection extends CollectionProgress {
  /** As the map that met it first spells it. */
  readonly name: string;
  /** Read up to these etags, but not done yet. */
  readonly changed: ChangedTargets;
}

/** Nothing that was loaded before is there: who loads from now on sees what was written up to the etag. */
export function followedFrom(name: string, etag: number): FollowedCollection {
  return { name, documentEtag: etag, tombstoneEtag: etag, seenEtag: etag, changed: NO_TARGETS };
}

/** What maps loaded. */
export interface ReferenceState {
  /** By name in lower case. */
  readonly collections: Readonly<Record<string, FollowedCollection>>;
  /** Documents that were mapped again because of what they had loaded. */
  readonly attempts: number;
  readonly errors: number;
}

export const NO_REFERENCES: ReferenceState = { collections: {}, attempts: 0, errors: 0 };

export interface IndexErrorRow {
  readonly timestamp: string;
  readonly document: string;
  readonly action: 'Map' | 'Reduce';
  readonly error: string;
}

/** What is written of an index in the batch of its postings. Times are ISO texts. */
export interface IndexStateRow {
  readonly number: number;
  readonly name: string;
  readonly revision: string;
  readonly createdAt: string;
  /** How its rows are laid out: `ROWS_LAYOUT` when it began. */
  readonly layout?: number;
  /** Names of the values of entries, by position. */
  readonly sources: readonly string[];
  /** Of the sources that say themselves how they are indexed; absent where none does. */
  readonly options?: Readonly<Record<string, SourceOptions>>;
  readonly nextEntry: number;
  readonly entryCount: number;
  /** Entries of batches whose postings are blocks of their own, since blocks were merged last. */
  readonly unmergedEntries?: number;
  /** By collection in lower case; '@all_docs' for an index of all. */
  readonly progress: Readonly<Record<string, CollectionProgress>>;
  /** Absent where nothing was ever loaded. */
  readonly references?: ReferenceState;
  /** Compare-exchange values that have changed since documents were mapped with them; absent where none was ever looked up. */
  readonly values?: ChangedTargets;
  /** What it writes; absent: nothing. */
  readonly output?: ReduceOutput;
  /** What it has asked to be written, counted; absent: nothing. */
  readonly outputBatch?: number;
  /** What earlier indexes of this name have written and is not deleted yet; absent: nothing. */
  readonly obsolete?: readonly ReduceOutput[];
  readonly lastIndexedAt: string | null;
  readonly mapAttempts: number;
  readonly mapSuccesses: number;
  readonly mapErrors: number;
  /** Values that were reduced, and those of groups that failed; absent: none yet. */
  readonly reduced?: ReduceWork;
  readonly errors: readonly IndexErrorRow[];
}

/** Changes with the form of what is written, and with what a number says: since 3, no other index has had it. */
export const ROWS_LAYOUT = 3;

/** What an earlier version wrote can't be read any more: the index is made anew. */
export function isOfFormerLayout({ layout }: Pick<IndexStateRow, 'layout'>): boolean {
  return layout !== ROWS_LAYOUT;
}

const PREFIX = Buffer.from('index/');
const DROPPED_PREFIX = Buffer.from('dropped/');

export function stateKey(number: number): Buffer {
  return Buffer.from(`index/${String(number).padStart(10, '0')}`);
}

export function encodeState(row: IndexStateRow): Buffer {
  return Buffer.from(JSON.stringify(row));
}

/** Of what somebody wrote: it is kept, so that the index can go on when the record has another one by then. */
export function definitionKey(number: number): Buffer {
  return Buffer.from(`definition/${String(number).padStart(10, '0')}`);
}

export function loadDefinition(view: KeyValueView, number: number): StaticIndexDefinition | undefined {
  const stored = view.get(INDEX_META, definitionKey(number));
  return stored === undefined ? undefined : (JSON.parse(stored.toString('utf8')) as StaticIndexDefinition);
}

/** Says that keys of the index of this number may be left. */
export function droppedKey(number: number): Buffer {
  return Buffer.concat([DROPPED_PREFIX, Buffer.from(String(number))]);
}

export function loadStates(view: KeyValueView): readonly IndexStateRow[] {
  return rowsOf(view, PREFIX).map(([, value]) => JSON.parse(value.toString('utf8')) as IndexStateRow);
}

export function loadDropped(view: KeyValueView): readonly number[] {
  return rowsOf(view, DROPPED_PREFIX).map(([key]) => Number(key.toString('utf8', DROPPED_PREFIX.length)));
}

function rowsOf(view: KeyValueView, prefix: Buffer): (readonly [Buffer, Buffer])[] {
  const end = afterPrefix(prefix);
  return [...view.scan(INDEX_META, { gte: prefix, ...(end === undefined ? {} : { lt: end }) })];
}
