import type {
  AutoIndexDefinition,
  IndexLockMode,
  IndexPriority,
  IndexState,
  StaticIndexDefinition,
} from '../indexing/definitions/index-definition.ts';
import type { BatchTime } from '../indexing/local/batch-times.ts';
import type { ItemsLeft } from '../indexing/local/count-left.ts';
import type { IndexType } from '../indexing/local/index-spec.ts';
import type { OutputWrite, ReduceOutput } from '../indexing/output/reduce-output.ts';
import type { QueryRequest } from '../querying/plan/compile-query.ts';
import type { KnownValues } from '../scripting/value-lookup.ts';
import type { SourcePage } from './debug-index.ts';
import type { PatchRequest } from './patch-document.ts';
import type { IndexTrial } from './try-index.ts';

/** What the main thread asks of the index thread about one database. Plain values, so that they can be sent. */
export type IndexCall =
  | {
      readonly kind: 'open';
      readonly path: string;
      readonly durable: boolean;
      readonly nodeTag: string;
      /** Streams get numbers above this one: those of an earlier thread are no others' of this one. */
      readonly streamsAfter: number;
    }
  | {
      readonly kind: 'attach';
      readonly handle: bigint;
      readonly columns: readonly string[];
      /** Memory of its ReadGate. */
      readonly gate: SharedArrayBuffer;
    }
  | { readonly kind: 'detach' }
  | { readonly kind: 'close' }
  /** From now on these are the indexes. */
  | { readonly kind: 'define'; readonly definitions: IndexDefinitions }
  /** Would this make an index? An IndexFacts. */
  | { readonly kind: 'validate'; readonly definition: StaticIndexDefinition }
  /** Something was written. */
  | { readonly kind: 'committed' }
  /** Compare-exchange values may have changed: by keys in lower case, all of them up to a Raft index; null: any. */
  | {
      readonly kind: 'valuesChanged';
      readonly keys: readonly string[] | null;
      readonly raftIndex: number;
    }
  | { readonly kind: 'query'; readonly query: ThreadQuery }
  /** A QueryExplanation. */
  | { readonly kind: 'explain'; readonly query: ThreadQuery }
  /** Runs scripts over documents; writes nothing. */
  | { readonly kind: 'patch'; readonly request: PatchRequest }
  /** Ids of the results of a query, for patches and deletions by query. */
  | { readonly kind: 'ids'; readonly query: ThreadQuery }
  /** Names of the indexes that did not get there in time. */
  | { readonly kind: 'wait'; readonly wait: IndexWait }
  | { readonly kind: 'openStream'; readonly query: ThreadQuery }
  /** JSON of the next results; empty at the end; an error when the stream was closed before. */
  | { readonly kind: 'readStream'; readonly stream: number; readonly bytes: number }
  | { readonly kind: 'closeStream'; readonly stream: number }
  | { readonly kind: 'statistics' }
  /** Definitions of indexes that others are to replace, as they answer now. */
  | { readonly kind: 'replaced' }
  /** Makes durable what indexes have done: the etag after which they need deletions even if the machine loses power. */
  | { readonly kind: 'settle' }
  | {
      readonly kind: 'terms';
      readonly index: string;
      readonly field: string;
      readonly after: string | null;
      readonly count: number;
    }
  /** EntryFields of an index; null: there is none of that name. */
  | { readonly kind: 'entryFields'; readonly index: string }
  /** Ids of the documents of an index's groups; null: it has none. */
  | { readonly kind: 'sourceIds'; readonly index: string; readonly page: SourcePage }
  /** GroupTrees of the groups of documents, by ids in lower case; null: the index has none. */
  | { readonly kind: 'groupTrees'; readonly index: string; readonly lowerIds: readonly string[] }
  /** An IndexTimes of each index. */
  | { readonly kind: 'times' }
  /** An IndexProgress of each index that is stale. */
  | { readonly kind: 'progress' }
  /** AskedQueries, those that were asked last first. */
  | { readonly kind: 'asked' }
  | { readonly kind: 'reset'; readonly index: string; readonly isSideBySide: boolean }
  /** Whether there was a replacement to put in the place of the index. */
  | { readonly kind: 'replace'; readonly index: string }
  /** Makes an index of some documents, asks it, and leaves nothing of it: a TrialOutcome. */
  | { readonly kind: 'try'; readonly trial: IndexTrial }
  | { readonly kind: 'clearErrors'; readonly index: string }
  /** One turn of merging its blocks, from a key on: a MergeTurn; null: there is no such index. */
  | { readonly kind: 'merge'; readonly index: string; readonly from: Uint8Array | null }
  /** Opens an index of the record that could not be opened: an OpenedAgain. */
  | { readonly kind: 'openAgain'; readonly index: string }
  /** What became of a wish of the thread, or why it could not be granted. */
  | {
      readonly kind: 'granted';
      readonly ticket: number;
      readonly outcome: { readonly result: unknown } | { readonly error: string };
    }
  /** Null: all of them. */
  | { readonly kind: 'pause' | 'resume'; readonly index: string | null };

/** What a definition says of itself once it is compiled. */
export interface IndexFacts {
  /** Collections that it maps; null: all documents. */
  readonly collections: readonly string[] | null;
  /** Collections that its maps load from. */
  readonly loads: readonly string[];
}

/** Result of `openAgain`. `fault`: why it can't be opened still; null: it is open. */
export interface OpenedAgain {
  readonly wasFaulty: boolean;
  readonly fault: string | null;
}

/** All indexes of a database, as its record has them. */
export interface IndexDefinitions {
  readonly auto: readonly AutoIndexDefinition[];
  readonly static: readonly StaticIndexDefinition[];
  /** None of them is made, and queries see what was made before. Default: false. */
  readonly isDisabled?: boolean;
  /** Names of those that are made on other nodes of the group first: not before it is this one's turn. */
  readonly pending?: readonly string[];
}

export interface ThreadQuery extends QueryRequest {
  /** How long to wait for an index that is behind, in milliseconds; null: not at all. */
  readonly waitMs: number | null;
  /** The answer's tag that the client has; then nothing is sent again. */
  readonly knownEtag: string | null;
  /** Members to add at the end of the answer, as JSON text. */
  readonly extras: readonly string[];
  /** Compare-exchange values that it may ask for; others are asked for by `ValuesMissing`. */
  readonly values?: KnownValues;
  /** Of its flag among KillFlags; absent: nobody can end it. */
  readonly slot?: number;
}

/** Result of a query or patch that needs compare-exchange values which did not come with it. */
export interface ValuesMissing {
  readonly kind: 'valuesMissing';
  readonly keys: readonly string[];
}

export function isValuesMissing(result: unknown): result is ValuesMissing {
  return typeof result === 'object' && result !== null && 'kind' in result && result.kind === 'valuesMissing';
}

/** Result of `ids`. */
export type IdsOutcome =
  | {
      readonly kind: 'ids';
      readonly ids: readonly string[];
      readonly isStale: boolean;
      readonly update: string | null;
    }
  | IndexMissing;

/** Result of `openStream`. `head`: members of the protocol's statistics, as JSON text without braces. */
export type StreamOutcome =
  | { readonly kind: 'stream'; readonly stream: number; readonly head: string }
  | IndexMissing;

/** A wait for indexes: these, or all, to have what was written up to an etag. */
export interface IndexWait {
  readonly indexes: readonly string[] | null;
  readonly upToEtag: number;
  readonly timeoutMs: number;
}

export interface ThreadRequest {
  readonly ticket: number;
  readonly database: number;
  readonly call: IndexCall;
}

/** What the indexes of a database need of the main thread: documents written, or compare-exchange values read. */
export type Wish =
  /** Gives OutputFailures. */
  | { readonly kind: 'write'; readonly write: OutputWrite }
  /** Gives a map of ValueAt by key, as a ValueSource does. */
  | {
      readonly kind: 'readValues';
      readonly keys: readonly string[];
      readonly what: 'texts' | 'indexes';
    };

export interface ThreadWish {
  readonly database: number;
  readonly ticket: number;
  readonly wish: Wish;
}

export type ThreadReply =
  | { readonly ticket: number; readonly result: unknown }
  | { readonly ticket: number; readonly error: ThreadError };

/** An error of the thread, by name: the edge knows what the protocol calls it. */
export interface ThreadError {
  readonly name: string;
  readonly message: string;
}

/** There is no index for a query. */
export type IndexMissing =
  | { readonly kind: 'unknownIndex'; readonly name: string }
  /** The record has one for it, but this node has not opened it yet: the query should be asked again. */
  | { readonly kind: 'unopenedIndex'; readonly name: string }
  /** No index can answer it: this one should be made, and the query asked again. */
  | { readonly kind: 'needsIndex'; readonly definition: AutoIndexDefinition };

/** Result of `query`. */
export type QueryOutcome =
  | {
      readonly kind: 'answer';
      readonly body: Uint8Array;
      readonly etag: string;
      /** Compare-exchange values that are still to be put into the answer; null: it depends on none. */
      readonly includedValueKeys: readonly string[] | null;
    }
  | { readonly kind: 'notModified' }
  | IndexMissing;

/** How far an index is with a collection: etags of the database. */
export interface CollectionStatistics {
  readonly name: string;
  readonly lastDocumentEtag: number;
  readonly lastTombstoneEtag: number;
  readonly lastEtag: number;
  readonly isStale: boolean;
}

/** What an index has left of a collection, and of how many. */
export interface CollectionProgress {
  readonly name: string;
  readonly lastDocumentEtag: number;
  readonly lastTombstoneEtag: number;
  readonly documents: ItemsLeft;
  readonly tombstones: ItemsLeft;
}

/** Result of `progress`: of its own collections, and of those that its maps load from. */
export interface IndexProgress {
  readonly index: IndexStatistics;
  readonly collections: readonly CollectionProgress[];
}

/** Result of `times`: how long an index has worked since the node opened it. Times are ISO texts. */
export interface IndexTimes {
  readonly name: string;
  readonly totalMs: number;
  readonly lastIndexedAt: string | null;
  /** Its last batches, the oldest first. */
  readonly batches: readonly BatchTime[];
}

/** Result of `statistics`: one of each index. Times are ISO texts. */
export interface IndexStatistics {
  readonly name: string;
  readonly type: IndexType;
  readonly collections: readonly CollectionStatistics[];
  /** What its maps load; null: nothing. `attempts`: documents that were mapped again. */
  readonly references: {
    readonly collections: readonly CollectionStatistics[];
    readonly attempts: number;
    readonly errors: number;
  } | null;
  /**
   * What its maps look up of compare-exchange values; null: nothing. Raft indexes: of the last change that this node has
   * told, and up to which documents are mapped with all.
   */
  readonly values: { readonly last: number; readonly settled: number; readonly isStale: boolean } | null;
  /** The documents that it writes; null: none. */
  readonly output: ReduceOutput | null;
  readonly entries: number;
  readonly isStale: boolean;
  readonly isPaused: boolean;
  /** Its turn in a rolling deployment has not come on this node. */
  readonly isPending: boolean;
  readonly state: IndexState;
  readonly lockMode: IndexLockMode;
  readonly priority: IndexPriority;
  readonly createdAt: string;
  readonly lastIndexedAt: string | null;
  readonly lastQueriedAt: string | null;
  readonly mapAttempts: number;
  readonly mapSuccesses: number;
  readonly mapErrors: number;
  /** Values that were reduced, and those of groups that failed; null: it reduces nothing. */
  readonly reduced: { readonly attempts: number; readonly errors: number } | null;
  readonly errors: readonly {
    readonly timestamp: string;
    readonly document: string;
    readonly action: string;
    readonly error: string;
  }[];
}
