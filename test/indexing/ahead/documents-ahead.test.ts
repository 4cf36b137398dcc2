import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bulkInsert } from '../../../node/documents/commands/bulk-insert.ts';
import { AheadThread } from '../../../node/indexing/ahead/ahead-thread.ts';
import { DocumentsAhead } from '../../../node/indexing/ahead/documents-ahead.ts';
import type { ChangesAhead } from '../../../node/indexing/ahead/packed-changes.ts';
import {
  READ_AHEAD_BYTES_MAX,
  READ_DOCUMENTS_MAX,
  ROUNDS_AHEAD,
  STREAMS_AHEAD_MAX,
} from '../../../node/indexing/limits.ts';
import { NO_PROGRESS } from '../../../node/indexing/local/index-state.ts';
import type { IndexedDatabase } from '../indexed-database.ts';
import { IndexedDatabases } from '../indexed-databases.ts';

const databases = new IndexedDatabases();
const INDEX = 7;
const isRunning = () =>
  readdirSync('/proc/self/task').some(
    (thread) => readFileSync(`/proc/self/task/${thread}/comm`, 'utf8') === 'index-ahead\n',
  );

async function store(
  { database }: IndexedDatabase,
  documents: Readonly<Record<string, object>>,
  collection = 'Docs',
): Promise<void> {
  const items = Object.entries(documents).map(([id, document]) => ({
    id,
    document: Buffer.from(JSON.stringify({ ...document, '@metadata': { '@collection': collection } })),
  }));
  await database.execute(bulkInsert, { items, skipOverwriteIfUnchanged: false });
}

const many = (count: number, of: (n: number) => object = (n) => ({ n })) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`docs/${n}`, of(n)]));

/** With what reads ahead of its documents. */
async function use(body: (indexed: IndexedDatabase, ahead: DocumentsAhead) => Promise<void>): Promise<void> {
  await databases.use([], async (indexed) => {
    const { ahead } = indexed.documents;
    if (ahead === undefined) throw new Error('Nothing reads ahead.');
    await body(indexed, ahead);
  });
}

/** All that comes, from the beginning. `between`: before each round that is taken. */
async function rounds(
  ahead: DocumentsAhead,
  collection = 'Docs',
  between: () => Promise<void> = async () => {},
): Promise<ChangesAhead[]> {
  const taken: ChangesAhead[] = [];
  let progress = NO_PROGRESS;
  ahead.begin(INDEX, collection, progress);
  for (;;) {
    await between();
    const next = await ahead.take(INDEX, collection, progress);
    if (next === undefined) return taken;
    taken.push(next);
    progress = { ...progress, documentEtag: next.documentEtag, tombstoneEtag: next.tombstoneEtag };
  }
}

it('gives the documents of a collection as they are stored, round by round', async () => {
  const count = READ_DOCUMENTS_MAX * (ROUNDS_AHEAD + 2) + 5;
  await use(async (indexed, ahead) => {
    await store(indexed, many(count));
    await store(indexed, { 'others/1': {} }, 'Others');
    const taken = await rounds(ahead, 'dOCS');
    expect(taken.map(({ changes }) => changes.length)).toEqual([
      ...Array(ROUNDS_AHEAD + 2).fill(READ_DOCUMENTS_MAX),
      5,
    ]);
    const documents = taken.flatMap(({ changes }) => changes.map(({ document }) => document));
    const stored = [...indexed.documents.reader.byCollection('Docs')];
    expect(documents.map((one) => [one?.id, one?.etag, one?.body.toString()])).toEqual(
      stored.map((one) => [one.id, one.etag, one.body.toString()]),
    );
  });
});

it('gives deletions once', async () => {
  await use(async (indexed, ahead) => {
    await store(indexed, many(4));
    await indexed.delete('docs/1');
    await indexed.delete('docs/2');
    const changes = (await rounds(ahead)).flatMap((round) => round.changes);
    const shown = changes.map(({ id, document }) => [id, document !== undefined]);
    expect(shown).toEqual([
      ['docs/1', false],
      ['docs/2', false],
      ['docs/0', true],
      ['docs/3', true],
    ]);
  });
});

it('a round of large documents ends when it has bytes enough', async () => {
  await use(async (indexed, ahead) => {
    const text = 'x'.repeat(READ_AHEAD_BYTES_MAX / 4);
    await store(
      indexed,
      many(40, () => ({ text })),
    );
    const taken = await rounds(ahead);
    expect(taken.flatMap(({ changes }) => changes).length).toBe(40);
    // The first one can't know how large they are.
    for (const { changes } of taken.slice(1)) expect(changes.length).toBeLessThanOrEqual(5);
  });
});

type Edit = readonly [id: number, what: 'put' | 'delete'];
const edits = fc.array(
  fc.array(fc.tuple(fc.nat(3 * READ_DOCUMENTS_MAX), fc.constantFrom<Edit[1]>('put', 'delete')), {
    maxLength: 40,
  }),
  { minLength: 1, maxLength: 6 },
);

it('who follows it has what is there at the end, however much is written meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(edits, async (turns) => {
      await use(async (indexed, ahead) => {
        await store(indexed, many(3 * READ_DOCUMENTS_MAX));
        let version = 0;
        let turn = 0;
        const edit = async (): Promise<void> => {
          for (const [n, what] of turns[turn++] ?? []) {
            version++;
            const id = `docs/${n}`;
            if (what === 'put') await store(indexed, { [id]: { version } });
            else await indexed.delete(id);
          }
        };
        const followed = new Map<string, number>();
        let progress = NO_PROGRESS;
        const take = ({ changes, documentEtag, tombstoneEtag }: Omit<ChangesAhead, 'isMore'>): void => {
          for (const { lowerId, document } of changes) {
            if (document === undefined) followed.delete(lowerId);
            else followed.set(lowerId, document.etag);
          }
          progress = { ...progress, documentEtag, tombstoneEtag };
        };
        for (const round of await rounds(ahead, 'Docs', edit)) take(round);
        while (turn < turns.length) await edit();
        for (const round of await rest(ahead, progress)) take(round);
        const stored = [...indexed.documents.reader.byCollection('Docs')].map((one) => [
          one.lowerId,
          one.etag,
        ]);
        expect(new Map(followed)).toEqual(new Map(stored as [string, number][]));
      });
    }),
    { numRuns: 8 },
  );
}, 60_000);

/** What has come since. */
async function rest(ahead: DocumentsAhead, from: typeof NO_PROGRESS): Promise<ChangesAhead[]> {
  const taken: ChangesAhead[] = [];
  for (let progress = from; ; ) {
    ahead.begin(INDEX, 'Docs', progress);
    const next = await ahead.take(INDEX, 'Docs', progress);
    if (next === undefined) return taken;
    taken.push(next);
    progress = { ...progress, documentEtag: next.documentEtag, tombstoneEtag: next.tombstoneEtag };
  }
}

it('gives nothing to an index that has come to another place, and begins again where it is', async () => {
  await use(async (indexed, ahead) => {
    await store(indexed, many(3));
    ahead.begin(INDEX, 'Docs', NO_PROGRESS);
    expect(await ahead.take(INDEX, 'Docs', { ...NO_PROGRESS, documentEtag: 1 })).toBeUndefined();
    expect(await ahead.take(INDEX, 'Docs', NO_PROGRESS)).toBeUndefined();
    const progress = { ...NO_PROGRESS, documentEtag: 1 };
    ahead.begin(INDEX, 'Docs', progress);
    expect((await ahead.take(INDEX, 'Docs', progress))?.changes.map(({ id }) => id)).toEqual([
      'docs/1',
      'docs/2',
    ]);
  });
});

it('follows a few indexes of a database at once: those that began first give way', async () => {
  await use(async (indexed, ahead) => {
    await store(indexed, many(1));
    for (let index = 0; index <= STREAMS_AHEAD_MAX; index++) ahead.begin(index, 'Docs', NO_PROGRESS);
    expect(await ahead.take(0, 'Docs', NO_PROGRESS)).toBeUndefined();
    for (let index = 1; index <= STREAMS_AHEAD_MAX; index++)
      expect((await ahead.take(index, 'Docs', NO_PROGRESS))?.changes.length).toBe(1);
  });
});

it('whoever waits when it is closed gets nothing, and the thread ends with the last database', async () => {
  await use(async (indexed, ahead) => {
    await store(indexed, many(2 * READ_DOCUMENTS_MAX));
    ahead.begin(INDEX, 'Docs', NO_PROGRESS);
    expect(await ahead.take(INDEX, 'Docs', NO_PROGRESS)).toBeDefined();
    expect(isRunning()).toBe(true);
    ahead.begin(INDEX + 1, 'Docs', NO_PROGRESS);
    const waiting = ahead.take(INDEX + 1, 'Docs', NO_PROGRESS);
    await ahead.close();
    expect(await waiting).toBeUndefined();
    expect(isRunning()).toBe(false);
    ahead.begin(INDEX, 'Docs', NO_PROGRESS);
    expect(await ahead.take(INDEX, 'Docs', NO_PROGRESS)).toBeUndefined();
  });
});

it('what is left before it could be opened is not read: its owner may close it', async () => {
  for (let time = 0; time < 5; time++) {
    await use(async (indexed, ahead) => {
      await store(indexed, many(2 * READ_DOCUMENTS_MAX));
      ahead.begin(INDEX, 'Docs', NO_PROGRESS);
      const waiting = ahead.take(INDEX, 'Docs', NO_PROGRESS);
      await ahead.close();
      expect(await waiting).toBeUndefined();
    });
  }
});

it('the thread ends when nothing is asked for, others read on, and whoever comes later has another one', async () => {
  await use(async (indexed) => {
    await store(indexed, many(2 * READ_DOCUMENTS_MAX * (ROUNDS_AHEAD + 1)));
    let ahead: DocumentsAhead | undefined;
    const leave = await indexed.database.share({
      attach: async (handle, columns) => {
        ahead = new DocumentsAhead(new AheadThread(1), { handle, columns });
      },
      detach: async () => ahead?.close(),
    });
    for (let round = 0; round < 3; round++) {
      ahead?.begin(INDEX, 'Docs', NO_PROGRESS);
      expect((await ahead?.take(INDEX, 'Docs', NO_PROGRESS))?.changes.length).toBe(READ_DOCUMENTS_MAX);
      await expect.poll(isRunning).toBe(false);
      expect([...indexed.documents.reader.byCollection('Docs', { pageSize: 3 })].length).toBe(3);
      await indexed.put('docs/0', 'Docs', { round });
    }
    await leave();
    await indexed.put('docs/0', 'Docs', {});
    expect(indexed.documents.reader.get('docs/0')?.body.toString()).toBe('{}');
  });
});

it('gives nothing where the documents cannot be opened', async () => {
  await use(async (indexed) => {
    let other: DocumentsAhead | undefined;
    const leave = await indexed.database.share({
      attach: async (handle) => {
        other = new DocumentsAhead(new AheadThread(), { handle, columns: ['no such column'] });
      },
      detach: async () => other?.close(),
    });
    await store(indexed, many(1));
    other?.begin(INDEX, 'Docs', NO_PROGRESS);
    expect(await other?.take(INDEX, 'Docs', NO_PROGRESS)).toBeUndefined();
    await leave();
  });
});
