import { etagOf } from '../documents/change-vector.ts';
import { defineCommand } from '../documents/command.ts';
import type { Database } from '../documents/database.ts';
import type { GroupReplication } from '../replication/group-replication.ts';

/** Resolves when all that was accepted before it is durable. */
const waitForEarlier = defineCommand('WaitForEarlier', () => null);

/**
 * Waits until one of the copies that the replication sends to has everything that this one has acknowledged. Resolves
 * with the etag up to which it has what was written here, or null when that took longer than `timeoutMs`.
 */
export async function handOver(
  database: Pick<Database, 'id' | 'changeVector' | 'execute'>,
  replication: Pick<GroupReplication, 'waitForReplication'>,
  timeoutMs: number,
): Promise<number | null> {
  // What is accepted and not durable yet will be acknowledged, too; nothing of it if the storage can't be written.
  await database.execute(waitForEarlier, null).catch(() => null);
  const { id, changeVector } = database;
  const isThere =
    changeVector === '' || (await replication.waitForReplication(changeVector, 1, timeoutMs)) >= 1;
  return isThere ? writtenEtag({ id, changeVector }) : null;
}

/** Etag of the last write that was made on this copy; what came from others has it from them. */
export function writtenEtag({ id, changeVector }: Pick<Database, 'id' | 'changeVector'>): number {
  return etagOf(changeVector, id);
}
