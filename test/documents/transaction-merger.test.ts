import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineCommand } from '../../node/documents/command.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import type { Database } from '../../node/documents/database.ts';
import { COMMAND_BYTES_MAX, QUEUED_BYTES_MAX, QUEUED_COMMANDS_MAX } from '../../node/documents/limits.ts';
import { splitDocument } from '../../node/json/document-json.ts';
import { auditStorage } from './audit.ts';
import { documentOf, TemporaryDatabases } from './temporary-database.ts';

let databases: TemporaryDatabases;
let database: Database;
let batches: { readonly commands: number }[];
beforeEach(async () => {
  databases = await TemporaryDatabases.create();
  batches = [];
  database = await databases.open({ observeBatch: (statistics) => batches.push(statistics) });
});
afterEach(() => databases.dispose());

const put = (id: string, body: object, expectedChangeVector: string | null = null) =>
  database.execute(putDocument, { id, expectedChangeVector, document: documentOf(body, 'Users') });
const bodyOf = (id: string) => database.read((reader) => reader.get(id)?.body.toString());

/** Adds one to a document's number, and fails after the write when asked to. */
const increment = defineCommand(
  'TestIncrement',
  (transaction, { id, fails }: { id: string; fails: boolean }): number => {
    const { n } = JSON.parse(transaction.get(id)?.body.toString() ?? '{"n":0}') as { n: number };
    transaction.putDocument(id, splitDocument(documentOf({ n: n + 1 }, 'Numbers')), null);
    transaction.writeMeta(`count/${id}`, Buffer.from(String(n + 1)));
    transaction.putDocument(`${id}/${n}`, splitDocument(documentOf({}, fails ? 'Failed' : 'Numbers')), null);
    if (fails) throw new Error('asked to fail');
    return n + 1;
  },
);
const readCount = defineCommand('TestReadCount', (transaction, id: string) =>
  Number(transaction.readMeta(`count/${id}`)?.toString() ?? 0),
);

describe('the transaction merger', () => {
  it('lets a command see the effects of those before it, durable or not', async () => {
    const results: Promise<number>[] = [];
    // Issued over several turns, so that some meet a batch that is being synced.
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 10; i++) results.push(database.execute(increment, { id: 'n', fails: false }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(results)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(bodyOf('n')).toBe('{"n":200}');
    expect(batches.length).toBeLessThan(200);
  });

  it('undoes a failing command alone', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, i) => database.execute(increment, { id: 'n', fails: i % 3 === 0 })),
    );
    const numbers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(await database.execute(readCount, 'n')).toBe(40);
    expect(database.statistics()).toMatchObject({ documents: 41 });
    expect([...database.collections().keys()]).toEqual(['numbers']);
    await database.close();
    await auditStorage(databases.path, databases.writer);
  });

  it('shows nothing before it is durable', async () => {
    await put('x', { n: 1 });
    let isAnswered = false;
    const seen: (string | undefined)[] = [];
    const answer = put('x', { n: 2 }).then(() => {
      isAnswered = true;
      expect(database.lastEtag).toBe(2);
    });
    while (!isAnswered) {
      const before = database.lastEtag;
      const body = bodyOf('x');
      // The storage shows a batch once it is durable, a moment before its writer hears of it.
      if (body === '{"n":2}') break;
      seen.push(`${body} ${before}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await answer;
    expect(new Set(seen)).toEqual(new Set(['{"n":1} 1']));
    expect(bodyOf('x')).toBe('{"n":2}');
  });

  it('makes many concurrent writes durable in few batches', async () => {
    await Promise.all(Array.from({ length: 1000 }, (_, i) => put(`users/${i}`, { i })));
    expect(batches.reduce((sum, { commands }) => sum + commands, 0)).toBe(1000);
    expect(batches.length).toBeLessThan(50);
    expect(database.statistics().documents).toBe(1000);
  });

  it('lets exactly one of many win who expect the same version', async () => {
    const { changeVector } = await put('x', {});
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => put('x', { i }, changeVector)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses more commands than it may hold, and answers those it holds', async () => {
    const accepted: Promise<unknown>[] = [];
    for (let i = 0; i < QUEUED_COMMANDS_MAX; i++) accepted.push(database.execute(readCount, 'n'));
    await expect(put('x', {})).rejects.toMatchObject({ name: 'DatabaseOverloadedError' });
    await Promise.all(accepted);
    await put('x', {});
  });

  it('refuses more bytes than it may hold, except of one command alone', async () => {
    const large = defineCommand('TestLarge', () => null, { bytes: () => QUEUED_BYTES_MAX + 1 });
    const accepted = database.execute(large, null);
    await expect(put('x', {})).rejects.toMatchObject({ name: 'DatabaseOverloadedError' });
    await accepted;
    await put('x', {});
  });

  it('refuses a command that writes more than a batch can hold, and nothing of it stays', async () => {
    const megabyte = Buffer.alloc(1024 * 1024);
    const tooLarge = defineCommand('TestTooLarge', (transaction) => {
      for (let i = 0; i <= COMMAND_BYTES_MAX / megabyte.length; i++)
        transaction.writeMeta(`count/${i}`, megabyte);
    });
    await expect(database.execute(tooLarge, null)).rejects.toMatchObject({ name: 'CommandTooLargeError' });
    expect(await database.execute(readCount, '0')).toBe(0);
  });
});
