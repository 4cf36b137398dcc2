import { setting } from '../setting.ts';
import { integer, optional, text } from '../value-form.ts';

const DAY_SEC = 24 * 60 * 60;
const HOUR_MS = 60 * 60 * 1000;
const milliseconds = (min: number, max = HOUR_MS) => integer(min, max, 'milliseconds');
const seconds = (min: number, max = 365 * DAY_SEC) => integer(min, max, 'seconds');

export const electionTimeoutInMs = setting(
  'Cluster.ElectionTimeoutInMs',
  milliseconds(50, 60_000),
  1000,
  'Silence of the leader after which a follower may stand, at least; each waits up to twice as long.',
);
export const operationTimeoutInSec = setting(
  'Cluster.OperationTimeoutInSec',
  seconds(1, 3600),
  15,
  'How long a cluster command waits to be committed and applied.',
);
export const workerSamplePeriodInMs = setting(
  'Cluster.WorkerSamplePeriodInMs',
  milliseconds(20),
  500,
  'Period of the report a node sends of its databases.',
);
export const supervisorSamplePeriodInMs = setting(
  'Cluster.SupervisorSamplePeriodInMs',
  milliseconds(20),
  1000,
  'Period of the cluster observer.',
);
export const receiveFromWorkerTimeoutInMs = setting(
  'Cluster.ReceiveFromWorkerTimeoutInMs',
  milliseconds(100),
  5000,
  'Age of the last report after which a node counts as silent.',
);
export const statsStabilizationTimeInSec = setting(
  'Cluster.StatsStabilizationTimeInSec',
  seconds(0),
  5,
  'Quiet time of the observer after a change of leader or topology.',
);
export const timeBeforeMovingToRehabInSec = setting(
  'Cluster.TimeBeforeMovingToRehabInSec',
  seconds(0),
  60,
  'Silence after which a member goes to rehab.',
);
export const timeBeforeRotatingPreferredNodeInSec = setting(
  'Cluster.TimeBeforeRotatingPreferredNodeInSec',
  seconds(0),
  5,
  'Silence after which a member that is first in the topology gives that place to another.',
);
export const timeBeforeAddingReplicaInSec = setting(
  'Cluster.TimeBeforeAddingReplicaInSec',
  seconds(0),
  900,
  'Time in rehab after which another node gets a copy; 0: never.',
);
export const timeBeforeExpiringSilentCopyInSec = setting(
  'Cluster.TimeBeforeExpiringSilentCopyInSec',
  seconds(0),
  7 * DAY_SEC,
  'Silence after which tombstones are kept no longer for a copy that serves no more: it is filled anew when its node is back; 0: never.',
);
export const silentCopyTombstonesMax = setting(
  'Cluster.SilentCopyTombstonesMax',
  integer(1, 1_000_000_000, 'tombstones'),
  1_000_000,
  'Tombstones of a database with which that happens earlier: once another node could get a copy instead.',
);
export const compareExchangeExpiredDeleteFrequencyInSec = setting(
  'Cluster.CompareExchangeExpiredDeleteFrequencyInSec',
  seconds(1),
  60,
  'How often compare-exchange values that have expired are removed.',
);

export const snapshotMegabytesPerSec = setting(
  'Cluster.SnapshotMegabytesPerSec',
  integer(1, 10_000, 'megabytes'),
  128,
  'Rate at which the content of a Raft snapshot is sent to a node, at most.',
);

export const nodeZone = setting(
  'Cluster.Node.Zone',
  optional(text),
  null,
  'Failure domain of this node, over which copies of a database are spread; not set: an administrator tells it, or none.',
);

export const CLUSTER_SETTINGS = [
  electionTimeoutInMs,
  operationTimeoutInSec,
  workerSamplePeriodInMs,
  supervisorSamplePeriodInMs,
  receiveFromWorkerTimeoutInMs,
  statsStabilizationTimeInSec,
  timeBeforeMovingToRehabInSec,
  timeBeforeRotatingPreferredNodeInSec,
  timeBeforeAddingReplicaInSec,
  timeBeforeExpiringSilentCopyInSec,
  silentCopyTombstonesMax,
  compareExchangeExpiredDeleteFrequencyInSec,
  snapshotMegabytesPerSec,
  nodeZone,
] as const;
