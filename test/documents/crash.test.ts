import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StoredDocument } from '../../node/documents/stored-document.ts';
import { auditStorage } from './audit.ts';
import { TemporaryDatabases } from './temporary-database.ts';

const CRASHES = 10;
const CHILD = fileURLToPath(new URL('./writing-child.ts', import.meta.url));

let databases: TemporaryDatabases;
beforeEach(async () => {
  databases = await TemporaryDatabases.create();
});
afterEach(() => databases.dispose());

interface Run {
  readonly openedAtEtag: number;
  /** Acknowledged transactions in the order of their answers. */
  readonly acknowledged: readonly (readonly (readonly [id: string, n: string, etag: number])[])[];
}

/** Lets a process write until it has acknowledged `count` transactions and kills it in full flight. */
async function writeAndKill(path: string, round: number, count: number): Promise<Run> {
  const child = spawn(process.execPath, [CHILD, path, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let lines = 0;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    text += chunk;
    lines += chunk.split('\n').length - 1;
    if (lines > count) child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  // The last line may be torn: its answer was not heard.
  const [opened = '', ...answers] = text.split('\n').slice(0, -1);
  return {
    openedAtEtag: Number(opened.split(' ')[1]),
    acknowledged: answers.map((line) =>
      line.split(';').map((part) => {
        const [id = '', n = '', etag = ''] = part.split(' ');
        return [id, n, Number(etag)] as const;
      }),
    ),
  };
}

const numberOf = (document: StoredDocument | undefined) =>
  document === undefined ? null : (JSON.parse(document.body.toString()) as { n: number }).n;

it(`after each of ${CRASHES} kills every acknowledged write is there, none is torn, and no etag was given twice`, async () => {
  const path = join(databases.path, 'shop');
  const etags = new Set<number>();
  let greatestEtag = 0;
  for (let round = 0; round < CRASHES; round++) {
    const run = await writeAndKill(path, round, 1 + Math.floor(Math.random() * 1500));
    expect(run.openedAtEtag).toBeGreaterThanOrEqual(greatestEtag);
    const last = new Map<string, string>();
    for (const [id, n, etag] of run.acknowledged.flat()) {
      last.set(id, n);
      if (etag === 0) continue;
      expect(etags.has(etag)).toBe(false);
      etags.add(etag);
      greatestEtag = Math.max(greatestEtag, etag);
    }
    const database = await databases.open();
    expect(database.lastEtag).toBeGreaterThanOrEqual(greatestEtag);
    database.read((reader) => {
      for (const [id, n] of last) {
        const found = numberOf(reader.get(id));
        // One write of each id may have been durable and not answered: then it is a later one.
        const isLater = found !== null && found > (n === '-' ? -1 : Number(n));
        if (n === '-') expect(found === null || isLater).toBe(true);
        else
          expect(
            found === Number(n) || isLater || (found === null && reader.getTombstone(id) !== undefined),
          ).toBe(true);
      }
      for (let writer = 0; writer < 24; writer++) {
        const pair = [0, 1, 2, 3].map((part) => numberOf(reader.get(`writer/${writer}/pair-${part}`)));
        expect(new Set(pair).size).toBe(1);
      }
    });
    await database.close();
    await auditStorage(databases.path, databases.writer);
  }
});
