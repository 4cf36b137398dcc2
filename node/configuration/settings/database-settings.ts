import { setting } from '../setting.ts';
import { integer } from '../value-form.ts';

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
export const DATABASE_SETTINGS = [
  concurrentLoadTimeoutInSec,
  tombstoneCleanupIntervalInMin,
  autoIndexIdleInMin,
  idleAutoIndexDeletedInHrs,
] as const;
