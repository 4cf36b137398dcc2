import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { Database } from '../../node/documents/database.ts';
import { DatabaseIndexes } from '../../node/index-thread/database-indexes.ts';
import { IndexHost } from '../../node/index-thread/index-host.ts';
import type { IndexDefinitions, QueryOutcome } from '../../node/index-thread/thread-protocol.ts';
import { autoIndexDefinition } from '../../node/indexing/auto/auto-index-definition.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import type { QueryParameters } from '../../node/querying/plan/bind-values.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';

const HEAP_MEGABYTES = 24;
const DOCUMENTS = 200;

const byName: IndexDefinitions = {
  auto: [
    autoIndexDefinition('Users', [
      { name: 'name', search: false, exact: false, highlight: false, suggest: false },
    ]),
  ],
  static: [],
};

let folder: string;
let writer: StorageWriter;
let host: IndexHost;
let database: Database;
let indexes: DatabaseIndexes;
let errors: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ravencluster-restarted-'));
  writer = new StorageWriter();
  errors = [];
  const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
  host = new IndexHost({ logger, heapMegabytesMax: HEAP_MEGABYTES });
  const options = { path: folder, durable: false, logger: silentLogger } as const;
  database = await Database.open({ ...options, name: 'restarted', nodeTag: 'A', writer });
  indexes = await DatabaseIndexes.open({ ...options, path: join(folder, 'Indexes'), host, database });
  indexes.define(byName);
  for (let n = 0; n < DOCUMENTS; n++) await put(n);
});
afterEach(async () => {
  await indexes.close();
  await database.close();
  await host.stop();
  await writer.stop();
  await rm(folder, { recursive: true, force: true });
});

const put = (n: number) =>
  database.execute(putDocument, {
    id: `users/${n}`,
    document: Buffer.from(JSON.stringify({ name: `name ${n}`, '@metadata': { '@collection': 'Users' } })),
    expectedChangeVector: null,
  });

function ask(query: string, parameters: QueryParameters = {}): Promise<QueryOutcome> {
  return indexes.query({
    query,
    parameters,
    start: 0,
    pageSize: Number.MAX_SAFE_INTEGER,
    waitMs: 20_000,
    knownEtag: null,
    extras: [],
  });
}

async function idsOf(text: string): Promise<readonly string[]> {
  const outcome = await ask(text);
  if (outcome.kind !== 'answer') throw new Error(`The query was answered by ${outcome.kind}.`);
  const { Results } = JSON.parse(Buffer.from(outcome.body).toString('utf8')) as {
    readonly Results: readonly { readonly '@metadata': { readonly '@id': string } }[];
  };
  return Results.map((result) => result['@metadata']['@id']);
}

/** More than the thread may have. */
const exhausting = (): Promise<QueryOutcome> =>
  ask('from Users where name in ($names)', {
    names: Array.from({ length: 250_000 }, (_, n) => `a name that nobody has, number ${n}`),
  });

describe('an index thread that runs out of memory', () => {
  it('fails what was asked of it, and another one goes on from what is stored', async () => {
    expect(await idsOf("from Users where name = 'name 7'")).toEqual(['users/7']);
    const before = await indexes.statistics();
    const meanwhile = ask("from Users where name = 'name 8'").catch((error: unknown) => error);
    await expect(exhausting()).rejects.toMatchObject({ kind: 'ThreadEndedError' });
    await meanwhile;
    expect(errors).toEqual([expect.stringContaining('The index thread failed')]);
    expect(host.health.isOk).toBe(false);
    // Writes don't need it.
    await put(DOCUMENTS);
    await waitUntil('the next thread', () => host.health.isOk);
    expect(host.lives).toBe(2);
    expect(await idsOf(`from Users where name = 'name ${DOCUMENTS}'`)).toEqual([`users/${DOCUMENTS}`]);
    expect(await idsOf("from Users where name = 'name 7'")).toEqual(['users/7']);
    const after = await indexes.statistics();
    expect(before.map(({ mapAttempts }) => mapAttempts)).toEqual([DOCUMENTS]);
    expect(after.map(({ mapAttempts }) => mapAttempts)).toEqual([DOCUMENTS + 1]);
    expect(after.map(({ createdAt }) => createdAt)).toEqual(before.map(({ createdAt }) => createdAt));
  });

  it('leaves no stream that looks as if it had ended', async () => {
    const query = { query: 'from Users', parameters: {}, start: 0, pageSize: 1000 };
    const open = () => indexes.openStream({ ...query, waitMs: null, knownEtag: null, extras: [] });
    const before = await open();
    await expect(exhausting()).rejects.toMatchObject({ kind: 'ThreadEndedError' });
    await waitUntil('the next thread', () => host.health.isOk);
    const after = await open();
    if (before.kind !== 'stream' || after.kind !== 'stream') throw new Error('There is no stream.');
    expect(after.stream).not.toBe(before.stream);
    await expect(indexes.readStream(before.stream, 1)).rejects.toThrow('closed before its end');
    expect(await indexes.readStream(after.stream, 1)).toHaveLength(1);
  });

  it('keeps no database from being closed, and what was paused stays paused', async () => {
    await indexes.setPaused(null, true);
    await expect(exhausting()).rejects.toMatchObject({ kind: 'ThreadEndedError' });
    await waitUntil('the next thread', () => host.health.isOk);
    expect((await indexes.statistics()).map(({ isPaused }) => isPaused)).toEqual([true]);
    await expect(exhausting()).rejects.toMatchObject({ kind: 'ThreadEndedError' });
    await indexes.close();
    expect(() => database.storageProperty('rocksdb.estimate-num-keys')).not.toThrow();
  });
});
