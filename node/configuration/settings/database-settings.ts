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
export const DATABASE_SETTINGS = [concurrentLoadTimeoutInSec, tombstoneCleanupIntervalInMin] as const;
