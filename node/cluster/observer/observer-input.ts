import type { DatabaseRecord } from '../database-record.ts';
import type { NodeReport } from '../node-report.ts';

/** Times in milliseconds; the configuration keys of RavenDB in brackets. */
export interface ObserverSettings {
  /** Without a good report for this long a member goes to rehab [Cluster.TimeBeforeMovingToRehabInSec]. */
  readonly moveToRehabMs: number;
  /** Without one for this long the preferred node goes to the end [Cluster.TimeBeforeRotatingPreferredNodeInSec]. */
  readonly rotatePreferredMs: number;
  /** A rehab or promotable that is gone for this long is replaced [Cluster.TimeBeforeAddingReplicaInSec]; 0: never. */
  readonly addReplicaMs: number;
  /**
   * A copy that serves no more and is silent for this long is filled anew when tombstones are kept for it
   * [ours: Cluster.TimeBeforeExpiringSilentCopyInSec]; 0: never.
   */
  readonly silentCopyMaxMs: number;
  /** So many tombstones do the same once a copy could be replaced [ours: Cluster.SilentCopyTombstonesMax]. */
  readonly silentCopyTombstonesMax: number;
  /** Quiet time after a leader or topology change [Cluster.StatsStabilizationTimeInSec]. */
  readonly stabilizationMs: number;
  /** A report older than this is no report [Cluster.ReceiveFromWorkerTimeoutInMs]. */
  readonly reportTimeoutMs: number;
}

export interface ObservedNode {
  readonly tag: string;
  readonly zone?: string;
  readonly report: NodeReport | null;
}

export interface ObservedDatabase {
  readonly record: DatabaseRecord;
  /** Raft index of the record; every proposal is a compare-and-set on it. */
  readonly index: number;
}

export interface ObserverInput {
  readonly settings: ObserverSettings;
  /** The leader's monotonic clock. */
  readonly nowMs: number;
  /** The wall clock as most nodes have it, only for times that are stored in the record. */
  readonly wallClock: Date;
  readonly leaderSinceMs: number;
  /** The leader's applied Raft index. */
  readonly appliedIndex: number;
  /** Every node knows how to give a copy up that was silent for too long. */
  readonly mayExpire: boolean;
  readonly nodes: readonly ObservedNode[];
  readonly databases: readonly ObservedDatabase[];
}
