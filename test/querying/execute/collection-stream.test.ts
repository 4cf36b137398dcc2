import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { bulkInsert } from '../../../node/documents/commands/bulk-insert.ts';
import { deleteDocument } from '../../../node/documents/commands/delete-document.ts';
import { Database } from '../../../node/documents/database.ts';
import { IndexedDocuments } from '../../../node/indexing/local/indexed-documents.ts';
import { silentLogger } from '../../../node/observability/logger.ts';
import { STREAM_MOMENT_MS_MAX } from '../../../node/querying/execute/limits.ts';
import { type QueryStream, streamCollection } from '../../../node/querying/execute/query-stream.ts';
import { QueryWatch } from '../../../node/querying/execute/query-watch.ts';
import { compileQuery } from '../../../node/querying/plan/compile-query.ts';
import { ScriptEngine } from '../../../node/scripting/script-engine.ts';
import { ReadGate } from '../../../node/storage/read-gate.ts';
import { SharedStorage } from '../../../node/storage/shared-storage.ts';
import { StorageWriter } from '../../../node/storage/storage-writer.ts';

const USERS = 150;

let folder: string;
let database: Database;
let documents: IndexedDocuments;
let leave: () => Promise<void>;
const writer = new StorageWriter();
const scripts = new ScriptEngine();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ravencluster-stream-'));
  const own = { name: 'streamed', nodeTag: 'A', durable: false, logger: silentLogger };
  database = await Database.open({ ...own, path: folder, writer });
  let storage: SharedStorage | undefined;
  leave = await database.share({
    attach: async (handle, columns, gate) => {
      storage = await SharedStorage.open(handle, columns, new ReadGate('guest', gate));
      documents = new IndexedDocuments(storage);
    },
    detach: async () => storage?.close(),
  });
});
afterAll(async () => {
  await leave();
  await database.close();
  await writer.stop();
  scripts.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function write(n: number, ids: readonly string[]): Promise<void> {
  const items = ids.map((id) => {
    const collection = id.startsWith('users/') ? 'Users' : 'Settings';
    const body = { n, settings: 'settings/1', '@metadata': { '@collection': collection } };
    return { id, document: Buffer.from(JSON.stringify(body)) };
  });
  await database.execute(bulkInsert, { items, skipOverwriteIfUnchanged: false });
}

const USER_IDS = Array.from({ length: USERS }, (_, at) => `users/${at}`);

beforeEach(() => write(1, ['settings/1', ...USER_IDS]));

function opened(query: string, nowMs?: () => number): QueryStream {
  const request = { query, parameters: {}, start: 0, pageSize: Number.MAX_SAFE_INTEGER };
  const context = { documents, scripts, nowMs: 0, watch: new QueryWatch(() => false) };
  return streamCollection(compileQuery(request, 0), context, nowMs);
}

interface Result {
  readonly n: number;
  readonly settings: number | string;
}

function resultsOf(rows: readonly Buffer[] | null): readonly Result[] {
  return (rows ?? []).map((row) => JSON.parse(row.toString('utf8')) as Result);
}

/** Reads a little at a time; `between` is done after each piece. */
async function readAll(stream: QueryStream, between: () => Promise<void>): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (;;) {
    const rows = stream.next(1024);
    if (rows?.length === 0) return results;
    results.push(...resultsOf(rows));
    await between();
  }
}

it.each([
  ['from Users', 'settings/1'],
  ["from @all_docs where startsWith(id(), 'users/')", 'settings/1'],
  ['from Users as u select { n: u.n, settings: load(u.settings).n }', 1],
  ['from Users as u load u.settings as s select u.n, s.n as settings', 1],
])('%s is a stream of one moment, whatever is written while it is read', async (query, settings) => {
  const stream = opened(query);
  let n = 1;
  const results = await readAll(stream, async () => {
    n++;
    await write(n, ['settings/1', ...USER_IDS.slice(-50), `users/new-${n}`]);
    await database.execute(deleteDocument, { id: `users/${n}`, expectedChangeVector: null });
  });
  expect(n).toBeGreaterThan(5);
  expect(results).toHaveLength(stream.head.totalResults < 0 ? USERS : stream.head.totalResults);
  for (const result of results) expect([result.n, result.settings]).toEqual([1, settings]);
  for (let at = 2; at <= n; at++) {
    await database.execute(deleteDocument, { id: `users/new-${at}`, expectedChangeVector: null });
  }
});

it('keeps its moment until its end, until it is closed, and for as long as a stream may take', async () => {
  const holding = vi.spyOn(documents, 'hold');
  const closings = () => holding.mock.results.map(({ value }) => vi.spyOn(value, 'close'));
  let timeMs = 0;
  const streams = [opened('from Users'), opened('from Users'), opened('from Users', () => timeMs)];
  const [atEnd, whenClosed, tooOld] = closings();
  streams[0]?.next(1024);
  expect(atEnd).not.toHaveBeenCalled();
  await readAll(streams[0] as QueryStream, async () => {});
  expect(atEnd).toHaveBeenCalled();
  streams[1]?.next(1024);
  streams[1]?.close();
  expect(whenClosed).toHaveBeenCalled();
  timeMs = STREAM_MOMENT_MS_MAX;
  expect(streams[2]?.next(1024)?.length).toBeGreaterThan(0);
  timeMs++;
  expect(() => streams[2]?.next(1024)).toThrow('not complete');
  streams[2]?.close();
  expect(tooOld).toHaveBeenCalled();
  expect(() => opened('from Users select nope()')).toThrow();
  expect(holding.mock.results.map(({ value }) => value)).toHaveLength(4);
  holding.mockRestore();
});
