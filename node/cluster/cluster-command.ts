import type { DeleteCertificates, EditCertificate, PutCertificates } from './certificate-commands.ts';
import type { ConflictSolverConfig, DatabaseLockMode, DatabaseTopology } from './database-record.ts';
import type { IndexCommand } from './index-commands.ts';
import type { NewValue } from './state/compare-exchange.ts';

/** Creates a database, or with `expectedEtag` replaces its record. Result: `DatabaseWritten`. */
export interface AddDatabase {
  readonly type: 'AddDatabase';
  /** As the client sent it; only DatabaseName is needed. Without Topology.Members the leader chooses the nodes. */
  readonly record: Readonly<Record<string, unknown>>;
  /** Copies wanted; cut down to the size of the cluster. Default 1, or as many as members are named, or as before. */
  readonly replicationFactor?: number;
  /** null: the database must not exist. A number: it must exist and its record must stand at this Raft index. */
  readonly expectedEtag: number | null;
}

/** Result: `DatabasesDeleting`. Unknown names and those locked with PreventDeletesIgnore are skipped. */
export interface DeleteDatabase {
  readonly type: 'DeleteDatabase';
  readonly names: readonly string[];
  readonly hardDelete: boolean;
  /** Only these copies go; null: the whole database. */
  readonly fromNodes: readonly string[] | null;
  /** Version of the commands by whose rules it is applied, as the leader has it; absent: the first. */
  readonly rules?: number;
}

/** A node tells that its copy is gone. Result: null. May be repeated. */
export interface RemoveNodeFromDatabase {
  readonly type: 'RemoveNodeFromDatabase';
  readonly name: string;
  readonly node: string;
  /** DatabaseTopologyIdBase64 of the deleted database: one of the same name may have been created since. */
  readonly topologyId: string;
}

/** A node leaves the cluster or has left it: it is taken out of every database group, and its properties go. Result: null. */
export interface RemoveNodeFromCluster {
  readonly type: 'RemoveNodeFromCluster';
  readonly node: string;
  /** As in DeleteDatabase; absent also when the node has left already. */
  readonly rules?: number;
}

/** An unsafe recovery: the node with this tag is the only one of the cluster. Result: `ClusterRecovered`. */
export interface RecoverCluster {
  readonly type: 'RecoverCluster';
  readonly survivor: string;
}

/**
 * Zone and public URL of a node of the cluster. A member that is absent stays as it is, null takes it back. Kept until
 * the node leaves the cluster. Result: null.
 */
export interface SetNodeProperties {
  readonly type: 'SetNodeProperties';
  /** Its tag. */
  readonly node: string;
  /** ServerId of the node with that tag; the leader fills it in. */
  readonly nodeId?: string;
  readonly zone?: string | null;
  readonly publicUrl?: string | null;
  /** Version of the commands that the node's program knows; see command-version.ts. */
  readonly commandVersion?: number;
}

/** Replaces the topology; a compare-and-set when `expectedEtag` is given. Result: `DatabaseWritten`. */
export interface UpdateTopology {
  readonly type: 'UpdateTopology';
  readonly name: string;
  readonly topology: DatabaseTopology;
  readonly expectedEtag: number | null;
  /** The observer decided it, in this round of its: the decision is kept beside what it does. */
  readonly observed?: { readonly reason: string; readonly round: number };
}

/**
 * A copy that serves no more has been silent for so long that it is not trusted: its node sets it aside and begins anew,
 * and until then the others keep nothing for it, and take nothing of it. Result: `DatabaseWritten`.
 */
export interface ExpireCopy {
  readonly type: 'ExpireCopy';
  readonly name: string;
  /** Its tag; a rehab or a promotable. */
  readonly node: string;
  readonly expectedEtag: number;
  readonly observed: NonNullable<UpdateTopology['observed']>;
}

/** The observer decides nothing, whoever leads, until this is taken back. Result: null. */
export interface SuspendObserver {
  readonly type: 'SuspendObserver';
  readonly suspended: boolean;
}

/** Adds a copy, as promotable; the replication factor grows by one. Result: `DatabaseWritten`. */
export interface AddDatabaseNode {
  readonly type: 'AddDatabaseNode';
  readonly name: string;
  /** Absent: the leader chooses. */
  readonly node?: string;
  readonly mentor?: string;
  /** As in DeleteDatabase. */
  readonly rules?: number;
}

/** Makes a promotable or a rehab a member without proof, on an administrator's word. Result: `DatabaseWritten`. */
export interface PromoteDatabaseNode {
  readonly type: 'PromoteDatabaseNode';
  readonly name: string;
  readonly node: string;
}

/** Result: `DatabaseWritten`. */
export interface ReorderMembers {
  readonly type: 'ReorderMembers';
  readonly name: string;
  readonly order: readonly string[];
  /** Keep this order for ever (PriorityOrder). */
  readonly fixed: boolean;
}

/** Result: `DatabaseWritten`. */
export interface SetDynamicNodesDistribution {
  readonly type: 'SetDynamicNodesDistribution';
  readonly name: string;
  readonly enabled: boolean;
}

/** Result: `DatabasesToggled`. */
export interface ToggleDatabasesState {
  readonly type: 'ToggleDatabasesState';
  readonly names: readonly string[];
  readonly disable: boolean;
}

/** All indexes of these databases stop, on every node, or go on. Result: null. Every database must exist. */
export interface ToggleDatabasesIndexing {
  readonly type: 'ToggleDatabasesIndexing';
  readonly names: readonly string[];
  readonly disable: boolean;
}

/** Result: null. Every database must exist. */
export interface EditLockMode {
  readonly type: 'EditLockMode';
  readonly names: readonly string[];
  readonly mode: DatabaseLockMode;
}

/** Replaces the settings. Result: null. */
export interface PutDatabaseSettings {
  readonly type: 'PutDatabaseSettings';
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Sets members of a record that have no command of their own; topology and deletion can't be set so. Result: null. */
export interface EditDatabaseRecord {
  readonly type: 'EditDatabaseRecord';
  readonly name: string;
  readonly members: Readonly<Record<string, unknown>>;
  readonly expectedEtag: number | null;
}

/** Result: null. */
export interface ModifyConflictSolver {
  readonly type: 'ModifyConflictSolver';
  readonly name: string;
  readonly solver: ConflictSolverConfig;
}

/** Result: null. */
export interface UpdateUnusedDatabaseIds {
  readonly type: 'UpdateUnusedDatabaseIds';
  readonly name: string;
  readonly databaseIds: readonly string[];
}

/** The client configuration of a database (null: of the whole cluster). Etag is set to the Raft index. Result: null. */
export interface PutClientConfiguration {
  readonly type: 'PutClientConfiguration';
  readonly name: string | null;
  readonly configuration: Readonly<Record<string, unknown>> | null;
}

/** Result: the new values, in order. Names without a trailing `|` get one. */
export interface NextIdentities {
  readonly type: 'NextIdentities';
  readonly database: string;
  readonly names: readonly string[];
}

/** Result: the value that is in force afterwards. */
export interface SeedIdentity {
  readonly type: 'SeedIdentity';
  readonly database: string;
  readonly name: string;
  readonly value: number;
  /** Set it even if it is lower than the present one. */
  readonly force: boolean;
}

/**
 * Sets a compare-exchange value if it stands at `index`, 0 for one that must be missing. Result: `CompareExchangeResult`
 * without the value when it succeeds.
 */
export interface PutCompareExchange {
  readonly type: 'PutCompareExchange';
  readonly database: string;
  readonly key: string;
  readonly index: number;
  /** JSON text of an object. */
  readonly value: string;
  /** Wall clock in milliseconds after which the cleaner removes it; null: never. */
  readonly expiresAtMs: number | null;
}

/** Result: `CompareExchangeResult`, with the old value when it succeeds. A missing value can't be deleted. */
export interface DeleteCompareExchange {
  readonly type: 'DeleteCompareExchange';
  readonly database: string;
  readonly key: string;
  readonly index: number;
}

/** A document that a cluster transaction writes. */
export interface TransactionDocument {
  readonly type: 'PUT' | 'DELETE';
  readonly id: string;
  /** JSON text with the client's `@metadata`; null for a deletion. */
  readonly document: string | null;
  /** Change vector of the version that the client has seen; null: none, or whatever is there for a deletion. */
  readonly changeVector: string | null;
  /** `@expires` of the document, which its guard shares: the text, and in milliseconds. */
  readonly expires: { readonly text: string; readonly atMs: number } | null;
}

export type TransactionValue =
  | { readonly type: 'PUT'; readonly key: string; readonly index: number; readonly value: NewValue }
  | { readonly type: 'DELETE'; readonly key: string; readonly index: number };

/**
 * Writes compare-exchange values and documents, all or nothing; the documents are then written by each copy of the
 * database, in the order of these commands. Result: `ClusterTransactionResult`.
 */
export interface ClusterTransaction {
  readonly type: 'ClusterTransaction';
  readonly database: string;
  readonly values: readonly TransactionValue[];
  readonly documents: readonly TransactionDocument[];
  /** Each document has a guard, a compare-exchange value with the index of its last cluster transaction. */
  readonly hasGuards: boolean;
  /** Documents that were read, with the change vectors seen ('' for missing): their guards must stand there still. */
  readonly reads: readonly { readonly id: string; readonly changeVector: string }[];
}

/** Forgets documents of cluster transactions up to a count: every copy has them. Result: null. */
export interface PruneTransactions {
  readonly type: 'PruneTransactions';
  readonly database: string;
  /** A number of the space: one of a database that was created anew is left alone. */
  readonly space: number;
  readonly upTo: number;
}

/**
 * Gives up the documents of cluster transactions after one count and up to another: the cluster has forgotten them, and
 * every copy that had them is lost. What is left of the copies goes on behind them. Result: null.
 */
export interface AbandonTransactions {
  readonly type: 'AbandonTransactions';
  readonly database: string;
  /** As in PruneTransactions. */
  readonly space: number;
  readonly from: number;
  /** All that is forgotten: nothing happens when that has become more. */
  readonly upTo: number;
}

/** Removes a bounded number of values that have expired or whose database is gone. Result: `ValuesCleaned`. */
export interface CleanValues {
  readonly type: 'CleanValues';
}

/** The time of the log goes on from where it stands, else nothing happens. Both in milliseconds. Result: null. */
export interface AdvanceLogTime {
  readonly type: 'AdvanceLogTime';
  readonly from: number;
  readonly to: number;
}

/** Everything that changes the cluster's state: plain values, in the log as they are. */
export type ClusterCommand =
  | AddDatabase
  | DeleteDatabase
  | RemoveNodeFromDatabase
  | RemoveNodeFromCluster
  | RecoverCluster
  | SetNodeProperties
  | UpdateTopology
  | ExpireCopy
  | SuspendObserver
  | AddDatabaseNode
  | PromoteDatabaseNode
  | ReorderMembers
  | SetDynamicNodesDistribution
  | ToggleDatabasesState
  | ToggleDatabasesIndexing
  | EditLockMode
  | PutDatabaseSettings
  | EditDatabaseRecord
  | ModifyConflictSolver
  | UpdateUnusedDatabaseIds
  | PutClientConfiguration
  | PutCertificates
  | EditCertificate
  | DeleteCertificates
  | IndexCommand
  | NextIdentities
  | SeedIdentity
  | PutCompareExchange
  | DeleteCompareExchange
  | ClusterTransaction
  | PruneTransactions
  | AbandonTransactions
  | CleanValues
  | AdvanceLogTime;

export interface CompareExchangeResult {
  readonly isSuccessful: boolean;
  /** Of this command when it succeeded; else of the value that stands there, 0 when there is none. */
  readonly index: number;
  /** JSON text of an object; null: there is none. `undefined`: it was too long to be remembered. */
  readonly value: string | null | undefined;
}

/** A compare-exchange value, or the guard of a document, that does not stand where the transaction expects it. */
export interface ConcurrencyViolation {
  readonly type: 'Document' | 'CompareExchange';
  readonly operation: 'put' | 'delete' | 'read';
  readonly key: string;
  readonly expected: number;
  /** -1: there is none. */
  readonly actual: number;
}

export interface ClusterTransactionResult {
  /** Raft index of the transaction. */
  readonly index: number;
  /** Its documents have the counts from here on, in their order, in the `RAFT` entries of their change vectors. */
  readonly firstCount: number;
  /** The clock of the command, in milliseconds: when its documents were last modified. */
  readonly timeMs: number;
  /** Not empty: nothing was written. At most VIOLATIONS_TOLD_MAX of them. */
  readonly violations: readonly ConcurrencyViolation[];
}

export interface ValuesCleaned {
  readonly removed: number;
  /** There was no more to do. */
  readonly isDone: boolean;
}

export interface DatabaseWritten {
  /** As the record spells it. */
  readonly name: string;
  readonly topology: DatabaseTopology;
}

export interface ClusterRecovered {
  /** Databases of which the survivor held no copy: they do not exist any more. */
  readonly lost: readonly string[];
  /** Databases whose copy on the survivor was not a member: it may lack what the others had. */
  readonly incomplete: readonly string[];
}

export interface DatabasesDeleting {
  /** Name → nodes that still have to delete their copy. Empty when nothing was done. */
  readonly pending: Readonly<Record<string, readonly string[]>>;
}

export interface DatabasesToggled {
  readonly status: readonly { readonly name: string; readonly found: boolean }[];
}
