import { randomBytes } from 'node:crypto';
import type { StorageEnvironment } from '../storage/storage-environment.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { META } from './columns.ts';
import type { KeyValueView } from './key-value-view.ts';

const IDENTITY_KEY = Buffer.from('identity');

/**
 * The id of this storage of the database, 22 characters: made with the storage and never changed, because etags in
 * change vectors count under it. A storage that was lost comes back under a new one.
 */
export async function readOrCreateIdentity(environment: StorageEnvironment): Promise<string> {
  const stored = readIdentity(environment);
  if (stored !== undefined) return stored;
  const databaseId = randomBytes(16).toString('base64').slice(0, 22);
  const batch = new WriteBatch();
  batch.put(META, IDENTITY_KEY, Buffer.from(JSON.stringify({ databaseId })));
  await environment.commit(batch);
  return databaseId;
}

/** Undefined: the storage was not opened as a database yet. */
export function readIdentity(view: Pick<KeyValueView, 'get'>): string | undefined {
  const stored = view.get(META, IDENTITY_KEY);
  return stored === undefined
    ? undefined
    : (JSON.parse(stored.toString()) as { readonly databaseId: string }).databaseId;
}
