import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { RECOVERY_FREE_BYTES_MIN } from './limits.ts';

/**
 * Whether the disk has room for the storage to be opened again: opening writes what the write-ahead log holds into
 * tables. Trying without the room would cost the reads, which go on while only writes fail.
 */
export async function hasRoomToReopen(path: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(path);
  let needed = RECOVERY_FREE_BYTES_MIN;
  for (const name of await readdir(path)) {
    if (name.endsWith('.log')) needed += (await stat(join(path, name))).size;
  }
  return bavail * bsize >= needed;
}
