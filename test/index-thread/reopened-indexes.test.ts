import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { Database } from '../../node/documents/database.ts';
import { DatabaseIndexes } from '../../node/index-thread/database-indexes.ts';
import { IndexHost } from '../../node/index-thread/index-host.ts';
import type { IndexDefinitions } from '../../node/index-thread/thread-protocol.ts';
import { autoIndexDefinition } from '../../node/indexing/auto/auto-index-definition.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';

const field = (name: string) => ({ name, search: false, exact: false, highlight: false, suggest: false });
const byName = autoIndexDefinition('Users', [field('name')]);
const byAge = autoIndexDefinition('Users', [field('age')]);

let folder: string;
let writer: StorageWriter;
let host: IndexHost;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ravencluster-reopened-'));
  writer = new StorageWriter();
  host = new IndexHost({ logger: silentLogger });
});
afterEach(async () => {
  await host.stop();
  await writer.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Opens the database and its indexes as a node does, and closes both at the end. */
async function opened<T>(definitions: IndexDefinitions, body: (one: Opened) => Promise<T>): Promise<T> {
  const options = { path: folder, durable: false, logger: silentLogger } as const;
  const database = await Database.open({ ...options, name: 'reopened', nodeTag: 'A', writer });
  const indexes = await DatabaseIndexes.open({ ...options, path: join(folder, 'Indexes'), host, database });
  indexes.define(definitions);
  try {
    return await body({ database, indexes });
  } finally {
    await indexes.close();
    await database.close();
  }
}

interface Opened {
  readonly database: Database;
  readonly indexes: DatabaseIndexes;
}

const put = ({ database }: Opened, id: string, name: string) =>
  database.execute(putDocument, {
    id,
    document: Buffer.from(JSON.stringify({ name, age: 3, '@metadata': { '@collection': 'Users' } })),
    expectedChangeVector: null,
  });

/** What indexes have done, when they have caught up. */
async function statisticsOf({ indexes }: Opened) {
  const behind = await indexes.waitFor({
    indexes: null,
    upToEtag: Number.MAX_SAFE_INTEGER,
    timeoutMs: 20_000,
  });
  expect(behind).toEqual([]);
  return await indexes.statistics();
}

const both: IndexDefinitions = { auto: [byName, byAge], static: [] };

describe('the indexes of a database that is opened again', () => {
  it('go on from where they were: nothing is indexed twice', async () => {
    const before = await opened(both, async (one) => {
      await put(one, 'users/1', 'Ada');
      await put(one, 'users/2', 'Grace');
      return statisticsOf(one);
    });
    const after = await opened(both, async (one) => {
      await put(one, 'users/3', 'Edsger');
      return statisticsOf(one);
    });
    expect(before.map(({ mapAttempts }) => mapAttempts)).toEqual([2, 2]);
    expect(after.map(({ mapAttempts }) => mapAttempts)).toEqual([3, 3]);
    expect(after.map(({ createdAt }) => createdAt)).toEqual(before.map(({ createdAt }) => createdAt));
  });

  it('are gone when they were deleted meanwhile, and made anew when they are defined again', async () => {
    await opened(both, async (one) => {
      await put(one, 'users/1', 'Ada');
      await statisticsOf(one);
    });
    const left = await opened({ auto: [byName], static: [] }, statisticsOf);
    expect(left.map(({ name }) => name)).toEqual(['Auto/Users/Byname']);
    const again = await opened(both, statisticsOf);
    expect(again.map(({ name, entries, mapAttempts }) => [name, entries, mapAttempts])).toEqual([
      ['Auto/Users/Byname', 1, 1],
      ['Auto/Users/Byage', 1, 1],
    ]);
  });
});
