import { afterEach, beforeEach, expect, it } from 'vitest';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { documentOf, TemporaryDatabases } from './temporary-database.ts';

/** Writes, and says of one batch that it could not be synced. */
class FailingWriter extends StorageWriter {
  failsNext = false;

  override async write(...batch: Parameters<StorageWriter['write']>): Promise<void> {
    await super.write(...batch);
    if (!this.failsNext) return;
    this.failsNext = false;
    throw new Error('IO error: could not sync');
  }
}

let databases: TemporaryDatabases;
const writer = new FailingWriter();
beforeEach(async () => {
  databases = await TemporaryDatabases.create();
});
afterEach(async () => {
  await databases.dispose();
  await writer.stop();
});

it('what turns out to be there after a failed sync is counted before anybody reads it', async () => {
  const database = await databases.open({ writer });
  const put = (text: string) =>
    database.execute(putDocument, {
      id: 'users/1',
      expectedChangeVector: null,
      document: documentOf({ text }, 'Users'),
    });
  await put('first');
  const seen: { readonly told: number; readonly found: number }[] = [];
  const reopened = new Promise<void>((resolve) => {
    let isFirst = true;
    void database.share({
      attach: async () => {
        if (isFirst) isFirst = false;
        else {
          const found = database.read((reader) => reader.getMany(['users/1'])[0]?.etag ?? 0);
          seen.push({ told: database.lastEtag, found });
          resolve();
        }
      },
      detach: async () => {},
    });
  });
  writer.failsNext = true;
  await expect(put('second')).rejects.toThrow('could not sync');
  await reopened;
  // Whoever sends documents up to the etag that is told would leave out one that is found above it.
  expect(seen).toEqual([{ told: 2, found: 2 }]);
});
