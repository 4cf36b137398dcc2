/** Times and rates of the cluster layer; RavenDB's keys are named in configuration/settings. */
export interface ClusterSettings {
  readonly electionTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly workerSamplePeriodMs: number;
  readonly supervisorSamplePeriodMs: number;
  readonly receiveFromWorkerTimeoutMs: number;
  readonly statsStabilizationTimeMs: number;
  readonly timeBeforeMovingToRehabMs: number;
  readonly timeBeforeRotatingPreferredNodeMs: number;
  readonly timeBeforeAddingReplicaMs: number;
  readonly timeBeforeExpiringSilentCopyMs: number;
  readonly silentCopyTombstonesMax: number;
  readonly expiredValuesPeriodMs: number;
  /** Content of a Raft snapshot to one node; absent: Rachis' own default. */
  readonly snapshotBytesPerSecond?: number;
}
