import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bulkInsert } from '../../../../node/documents/commands/bulk-insert.ts';
import { deleteDocument } from '../../../../node/documents/commands/delete-document.ts';
import type { Database } from '../../../../node/documents/database.ts';
import type { StoredDocument } from '../../../../node/documents/stored-document.ts';
import { linesBody, listingBody } from '../../../../node/http/handlers/documents/results-body.ts';
import { type Listing, listed } from '../../../../node/http/handlers/documents/slice.ts';
import { SLICE_DOCUMENTS } from '../../../../node/http/limits.ts';
import { STREAM_IDLE_MS } from '../../../../node/index-thread/limits.ts';
import { STREAM_MOMENT_MS_MAX } from '../../../../node/querying/execute/limits.ts';
import { TemporaryDatabases } from '../../../documents/temporary-database.ts';

const COUNT = 3 * SLICE_DOCUMENTS + 7;
const IDS = Array.from({ length: COUNT }, (_, at) => `users/${String(at).padStart(5, '0')}`);

let databases: TemporaryDatabases;
let database: Database;
beforeEach(async () => {
  databases = await TemporaryDatabases.create();
  database = await databases.open({ durable: false });
  await write(1, IDS);
});
afterEach(async () => {
  vi.useRealTimers();
  await databases.dispose();
});

async function write(n: number, ids: readonly string[]): Promise<void> {
  const items = ids.map((id) => ({
    id,
    document: Buffer.from(JSON.stringify({ n, '@metadata': { '@collection': 'Users' } })),
  }));
  await database.execute(bulkInsert, { items, skipOverwriteIfUnchanged: false });
}

function sliced(listing: Listing, nowMs?: () => number): AsyncGenerator<readonly StoredDocument[]> {
  const documents = listed(database, listing, nowMs);
  if (!(Symbol.asyncIterator in documents)) throw new Error('The listing came in one piece.');
  return documents;
}

const startsWith: Listing = (reader) => reader.startsWith({ prefix: 'users/' });

it.each<[string, Listing, readonly string[]]>([
  ['by the start of ids', startsWith, IDS],
  ['from an etag on', (reader) => reader.documentsByEtag({ fromEtag: 3 }), IDS.slice(2)],
  ['newest first', (reader) => reader.documentsByEtagDescending({ start: 1 }), IDS.toReversed().slice(1)],
  ['of a collection', (reader) => reader.byCollection('users', { descending: true }), IDS.toReversed()],
  [
    'of a page',
    (reader) => reader.startsWith({ prefix: 'users/', start: 2, pageSize: 2 * SLICE_DOCUMENTS }),
    IDS.slice(2, 2 + 2 * SLICE_DOCUMENTS),
  ],
])('a long listing %s is of one moment, whatever is written while it is read', async (_, listing, ids) => {
  const found: StoredDocument[] = [];
  let n = 1;
  for await (const documents of sliced(listing)) {
    found.push(...documents);
    n++;
    await write(n, [...IDS.slice(0, 100), ...IDS.slice(-100), `users/new-${n}`]);
    await database.execute(deleteDocument, { id: IDS[COUNT - n] as string, expectedChangeVector: null });
    await database.execute(deleteDocument, { id: IDS[n] as string, expectedChangeVector: null });
  }
  expect(n).toBeGreaterThan(2);
  expect(found.map(({ id }) => id)).toEqual(ids);
  for (const { body } of found) expect(JSON.parse(body.toString()).n).toBe(1);
});

it('a short listing comes in one piece, and holds nothing', () => {
  const holding = vi.spyOn(database, 'hold');
  expect(listed(database, (reader) => reader.startsWith({ prefix: 'users/', pageSize: 9 }))).toHaveLength(9);
  // Nor does a long one that nobody reads.
  sliced(startsWith);
  expect(holding).not.toHaveBeenCalled();
});

it('its moment is let go of at its end, and when its reader goes', async () => {
  const holding = vi.spyOn(database, 'hold');
  for await (const _ of sliced(startsWith));
  for await (const _ of sliced(startsWith)) break;
  expect(holding).toHaveBeenCalledTimes(2);
  for (const { value } of holding.mock.results) {
    await write(2, ['users/00000']);
    expect(() => value.reader.get('users/00000')).toThrow('let go of');
  }
});

it('one that takes longer than a moment is kept ends with an error', async () => {
  let timeMs = 0;
  const slices = sliced(startsWith, () => timeMs);
  await slices.next();
  timeMs = STREAM_MOMENT_MS_MAX;
  expect((await slices.next()).done).toBe(false);
  timeMs++;
  await expect(slices.next()).rejects.toThrow('not complete');
});

it('one that nobody reads for long lets go of its moment, and ends with an error when it is read on', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const holding = vi.spyOn(database, 'hold');
  const slices = sliced(startsWith);
  await slices.next();
  vi.advanceTimersByTime(STREAM_IDLE_MS - 1);
  await slices.next();
  vi.advanceTimersByTime(STREAM_IDLE_MS);
  await write(2, ['users/00000']);
  expect(() => holding.mock.results[0]?.value.reader.get('users/00000')).toThrow('let go of');
  await expect(slices.next()).rejects.toThrow('not complete');
});

it('one whose database is closed fails instead of looking complete', async () => {
  const slices = sliced(startsWith);
  await slices.next();
  await database.close();
  await expect(slices.next()).rejects.toThrow('closed');
});

it.each([9, 2 * SLICE_DOCUMENTS])('%d documents are whole JSON, and as many lines', async (pageSize) => {
  const listing: Listing = (reader) => reader.startsWith({ prefix: 'users/', pageSize });
  const whole = await textOf(listingBody(listed(database, listing), { metadataOnly: false }));
  const lines = (await textOf(linesBody(listed(database, listing)))).split('\r\n');
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(whole).Results);
  expect(lines).toHaveLength(pageSize);
});

async function textOf(body: Buffer | AsyncIterable<Buffer>): Promise<string> {
  if (Buffer.isBuffer(body)) return body.toString();
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

it('a long listing that nobody reads keeps nothing open', () => {
  let open = 0;
  const counted: Listing = function* (reader) {
    open++;
    try {
      yield* startsWith(reader);
    } finally {
      open--;
    }
  };
  sliced(counted);
  expect(open).toBe(0);
});
