/** Why a promotable or a rehab is not a member yet; the words are RavenDB's. */
export type CopyStatus =
  | 'WaitingForFirstPromotion'
  | 'NotResponding'
  | 'ChangeVectorNotMerged'
  | 'WaitingForResponse'
  | 'RaftIndexNotUpToDate'
  | 'Ok';

/** Position of a topology's last change. */
export interface TopologyStamp {
  /** Raft index; clients compare topologies by it. */
  readonly Index: number;
  readonly Term: number;
  readonly LeadersTicks: number;
}

/**
 * A database group: which nodes hold copies, and in what condition. Tags in order: the first member is the one that
 * clients prefer. A tag is in at most one of Members, Promotables and Rehabs.
 */
export interface DatabaseTopology {
  readonly Members: readonly string[];
  readonly Promotables: readonly string[];
  readonly Rehabs: readonly string[];
  readonly PredefinedMentors: Readonly<Record<string, string>>;
  readonly DemotionReasons: Readonly<Record<string, string>>;
  readonly PromotablesStatus: Readonly<Record<string, CopyStatus>>;
  readonly Stamp: TopologyStamp;
  readonly DynamicNodesDistribution: boolean;
  readonly ReplicationFactor: number;
  /** 22 characters; names the group in change vectors of cluster transactions. */
  readonly DatabaseTopologyIdBase64: string;
  readonly ClusterTransactionIdBase64: string;
  /** A fixed order of members; empty when there is none. */
  readonly PriorityOrder: readonly string[];
  /** When the set of nodes last changed, as the proposer's clock had it. */
  readonly NodesModifiedAt: string;
  /**
   * Ours, beyond RavenDB: the Raft index at which each node was given its copy. A copy on disk that is older than
   * that was given up in between and must not come back.
   */
  readonly NodesAddedAt: Readonly<Record<string, number>>;
  /** Ours: when each rehab was demoted (ISO time), so that the wait for a replacement survives a leader change. */
  readonly NodesDemotedAt: Readonly<Record<string, string>>;
  /** Ours: demotions of each node in a row and when the last one was (ISO time); kept when it is a member again. */
  readonly NodesDemotedLately?: Readonly<Record<string, { readonly Times: number; readonly LastAt: string }>>;
  /**
   * Ours: promotables whose copy was silent for so long that it is not trusted any more, and when that was decided (ISO
   * time). Nothing is kept for such a copy; it gets nothing before its node has set it aside and begun a new one.
   */
  readonly NodesExpiredAt?: Readonly<Record<string, string>>;
}

/** The setting of a database that stops its indexes. */
export const INDEXING_DISABLED = 'Indexing.Disable';

/** Whether the indexes of a database are stopped by its settings; names of settings compare without case. */
export function isIndexingDisabled(settings: Readonly<Record<string, string>>): boolean {
  const name = INDEXING_DISABLED.toLowerCase();
  return Object.entries(settings).some(
    ([key, value]) => key.toLowerCase() === name && String(value).toLowerCase() === 'true',
  );
}

/** A setting of a database; keys compare without case. Absent: the node's own counts. */
export function databaseSetting(settings: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.entries(settings).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

export type DeletionMode = 'No' | 'SoftDelete' | 'HardDelete';
export type DatabaseLockMode = 'Unlock' | 'PreventDeletesIgnore' | 'PreventDeletesError';

/**
 * The single document that describes a database. Only the members that the server itself reads are typed; every other
 * one that a client stored is kept and given back as it came.
 */
export interface DatabaseRecord {
  readonly DatabaseName: string;
  readonly Disabled: boolean;
  readonly LockMode: DatabaseLockMode;
  /** Node tag → how its copy is to go. */
  readonly DeletionInProgress: Readonly<Record<string, Exclude<DeletionMode, 'No'>>>;
  readonly Topology: DatabaseTopology;
  readonly Settings: Readonly<Record<string, string>>;
  readonly ConflictSolverConfig: ConflictSolverConfig | null;
  readonly UnusedDatabaseIds: readonly string[];
  /** Read by `rollingIndexesOf`. */
  readonly RollingIndexes?: unknown;
  readonly [member: string]: unknown;
}

export interface ConflictSolverConfig {
  readonly ResolveToLatest: boolean;
  readonly ResolveByCollection: Readonly<
    Record<string, { readonly Script: string; readonly LastModifiedTime?: string }>
  >;
}
