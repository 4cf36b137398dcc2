import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import type { Database } from '../../node/documents/database.ts';
import { auditStorage } from './audit.ts';
import { documentOf, TemporaryDatabases } from './temporary-database.ts';

/** A small disk of its own; only root may mount one. */
let databases: TemporaryDatabases;
let isMounted = false;
beforeEach(async () => {
  databases = await TemporaryDatabases.create();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', databases.path], { stdio: 'ignore' });
    isMounted = true;
  } catch {
    // Not root: the test is skipped, see below.
    isMounted = false;
  }
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
  if (isMounted) execFileSync('umount', [databases.path]);
  await databases.dispose();
});

const opened: Database[] = [];

it('a full disk fails the writes it can hold no more and no reads; with space again, writes go on where they were', async ({
  skip,
}) => {
  skip(!isMounted, 'needs the right to mount a small disk');
  const filler = join(databases.path, 'filler');
  await writeFile(filler, Buffer.alloc(14 * 1024 * 1024));
  const database = await databases.open();
  opened.push(database);
  const put = (id: string, bytes: number) =>
    database.execute(putDocument, {
      id,
      expectedChangeVector: null,
      document: documentOf({ padding: 'x'.repeat(bytes) }, 'Users'),
    });

  const acknowledged: string[] = [];
  let refused: unknown = null;
  for (let i = 0; refused === null; i++) {
    // Two groups, the second on top of effects of the first that may never become durable.
    const first = Promise.allSettled([0, 1, 2].map((part) => put(`users/${i}/${part}`, 20_000)));
    await new Promise((resolve) => setImmediate(resolve));
    const second = Promise.allSettled([0, 1, 2].map((part) => put(`users/${i}/${part}`, 100)));
    for (const outcomes of [await first, await second]) {
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') refused = outcome.reason;
      }
    }
    if (refused === null) acknowledged.push(`users/${i}/0`, `users/${i}/1`, `users/${i}/2`);
  }
  expect(refused).toMatchObject({
    name: 'StorageFullError',
    message: expect.stringContaining('Free some space'),
  });
  await expect(put('late', 1)).rejects.toMatchObject({ name: 'StorageFullError' });
  expect(database.writeFailure).toMatchObject({ name: 'StorageFullError' });
  for (const id of acknowledged) expect(database.read((reader) => reader.exists(id))).toBe(true);
  const durableEtag = database.lastEtag;

  await rm(filler);
  const { etag } = await vi.waitFor(() => put('again', 1), 30_000);
  // The etags of the three writes that were on their way are not given to others.
  expect(etag).toBeGreaterThan(durableEtag + 3);
  expect(database.writeFailure).toBeNull();
  for (const id of acknowledged) expect(database.read((reader) => reader.exists(id))).toBe(true);
  expect(database.read((reader) => reader.exists('late'))).toBe(false);
  await database.close();
  await auditStorage(databases.path, databases.writer);
});
