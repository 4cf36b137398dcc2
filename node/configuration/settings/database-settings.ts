import { setting } from '../setting.ts';
import { integer, oneOf, optional } from '../value-form.ts';

export const concurrentLoadTimeoutInSec = setting(
  'Databases.ConcurrentLoadTimeoutInSec',
  integer(1, 3600, 'seconds'),
  10,
  'How long a request waits for a database that is being opened.',
);
export const tombstoneCleanupIntervalInMin = setting(
  'Tombstones.CleanupIntervalInMin',
  integer(1, 60 * 24, 'minutes'),
  5,
  'Period of the tombstone cleaner.',
);
export const autoIndexIdleInMin = setting(
  'Indexing.TimeToWaitBeforeMarkingAutoIndexAsIdleInMin',
  integer(1, 60 * 24 * 365, 'minutes'),
  30,
  'How long nobody may ask an auto index before it stops following documents.',
);
export const idleAutoIndexDeletedInHrs = setting(
  'Indexing.TimeToWaitBeforeDeletingAutoIndexMarkedAsIdleInHrs',
  integer(1, 24 * 365, 'hours'),
  72,
  'How long an auto index may be idle before it is deleted.',
);
export const supersededAutoIndexDeletedInSec = setting(
  'Indexing.TimeBeforeDeletionOfSupersededAutoIndexInSec',
  integer(1, 3600 * 24, 'seconds'),
  15,
  'How long a wider auto index must have been up to date before the narrower one is deleted.',
);
export const staticDeploymentMode = setting(
  'Indexing.Static.DeploymentMode',
  oneOf(['Parallel', 'Rolling']),
  'Parallel',
  'Whether indexes that somebody writes are made on all nodes at once, or on one after the other.',
);
export const autoDeploymentMode = setting(
  'Indexing.Auto.DeploymentMode',
  oneOf(['Parallel', 'Rolling']),
  'Parallel',
  'The same of indexes that queries make.',
);
export const indexHeapMaxInMb = setting(
  'Indexing.HeapMaxInMb',
  optional(integer(64, 1024 * 1024, 'megabytes')),
  null,
  'Memory of the index thread for objects, beyond which it is started anew. Default: as much as the engine takes.',
);
export const DATABASE_SETTINGS = [
  staticDeploymentMode,
  autoDeploymentMode,
  concurrentLoadTimeoutInSec,
  tombstoneCleanupIntervalInMin,
  autoIndexIdleInMin,
  idleAutoIndexDeletedInHrs,
  supersededAutoIndexDeletedInSec,
  indexHeapMaxInMb,
] as const;
