import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { Database } from '../../node/documents/database.ts';
import { DatabaseIndexes } from '../../node/index-thread/database-indexes.ts';
import { IndexHost } from '../../node/index-thread/index-host.ts';
import type { AutoIndexDefinition } from '../../node/indexing/definitions/index-definition.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';

let folder: string;
let writer: StorageWriter;
let host: IndexHost;
let database: Database;
let indexes: DatabaseIndexes;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ravencluster-idle-'));
  writer = new StorageWriter();
  host = new IndexHost({ logger: silentLogger });
  database = await Database.open({
    name: 'idle',
    nodeTag: 'A',
    path: join(folder, 'documents'),
    writer,
    durable: false,
    logger: silentLogger,
  });
  indexes = await DatabaseIndexes.open({
    host,
    database,
    path: join(folder, 'indexes'),
    durable: false,
    logger: silentLogger,
  });
});

afterAll(async () => {
  await indexes.close();
  await database.close();
  await host.stop();
  await writer.stop();
  await rm(folder, { recursive: true, force: true });
});

async function put(id: string): Promise<void> {
  const document = Buffer.from('{"v":1,"@metadata":{"@collection":"Docs"}}');
  await database.execute(putDocument, { id, document, expectedChangeVector: null });
}

const ask = (waitMs: number | null) =>
  indexes.query({
    query: 'from Docs where v = 1',
    parameters: {},
    start: 0,
    pageSize: 10,
    waitMs,
    knownEtag: null,
    extras: [],
  });

async function state() {
  const [index] = await indexes.statistics();
  return { state: index?.state, entries: index?.entries, isStale: index?.isStale };
}

it('an idle index follows documents again once it is asked, and nobody waits for it before', async () => {
  await put('docs/1');
  const needed = await ask(null);
  if (needed.kind !== 'needsIndex') throw new Error(needed.kind);
  const define = (State: AutoIndexDefinition['State']) =>
    indexes.define({ auto: [{ ...needed.definition, State }], static: [] });
  define('Normal');
  await ask(20_000);
  define('Idle');
  await put('docs/2');
  // A later call is answered after the batch that the commit would have brought.
  expect(await indexes.waitFor({ indexes: null, upToEtag: database.lastEtag, timeoutMs: 20_000 })).toEqual(
    [],
  );
  expect(await state()).toEqual({ state: 'Idle', entries: 1, isStale: true });
  await ask(20_000);
  expect(await state()).toEqual({ state: 'Idle', entries: 2, isStale: false });
  define('Normal');
  define('Idle');
  await put('docs/3');
  expect(await indexes.waitFor({ indexes: null, upToEtag: database.lastEtag, timeoutMs: 20_000 })).toEqual(
    [],
  );
  expect(await state()).toMatchObject({ entries: 2, isStale: true });
});
