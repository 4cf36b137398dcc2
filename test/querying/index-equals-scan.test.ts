import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteDocument } from '../../node/documents/commands/delete-document.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { Database } from '../../node/documents/database.ts';
import { DatabaseIndexes } from '../../node/index-thread/database-indexes.ts';
import { IndexHost } from '../../node/index-thread/index-host.ts';
import { IndexThreadError } from '../../node/index-thread/thread-error.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { documentFilter } from '../../node/querying/execute/document-filter.ts';
import { ValueBinder } from '../../node/querying/plan/bind-values.ts';
import { compileWhere } from '../../node/querying/plan/compile-where.ts';
import { FieldNeeds } from '../../node/querying/plan/field-need.ts';
import { parseQuery } from '../../node/querying/rql/parse-query.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';

let folder: string;
let writer: StorageWriter;
let host: IndexHost;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ravencluster-queries-'));
  writer = new StorageWriter();
  host = new IndexHost({ logger: silentLogger });
});

afterAll(async () => {
  await host.stop();
  await writer.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A database with indexes, as a node has it, and the one who makes the auto indexes that queries ask for. */
class Asked {
  readonly database: Database;
  readonly indexes: DatabaseIndexes;

  private constructor(database: Database, indexes: DatabaseIndexes) {
    this.database = database;
    this.indexes = indexes;
  }

  static async open(): Promise<Asked> {
    const path = join(folder, String(count++));
    const database = await Database.open({
      name: 'asked',
      nodeTag: 'A',
      path,
      writer,
      durable: false,
      logger: silentLogger,
    });
    const indexes = await DatabaseIndexes.open({
      host,
      database,
      path: join(path, 'Indexes'),
      durable: false,
      logger: silentLogger,
    });
    return new Asked(database, indexes);
  }

  async put(id: string, document: object): Promise<void> {
    const bytes = Buffer.from(JSON.stringify({ ...document, '@metadata': { '@collection': 'Docs' } }));
    await this.database.execute(putDocument, { id, document: bytes, expectedChangeVector: null });
  }

  async delete(id: string): Promise<void> {
    await this.database.execute(deleteDocument, { id, expectedChangeVector: null });
  }

  /** Ids of the results, sorted. */
  async ids(query: string): Promise<string[]> {
    for (;;) {
      const outcome = await this.indexes.query({
        query,
        parameters: {},
        start: 0,
        pageSize: Number.MAX_SAFE_INTEGER,
        waitMs: 20_000,
        knownEtag: null,
        extras: [],
      });
      if (outcome.kind === 'needsIndex') {
        this.indexes.define({ auto: [...this.indexes.autoIndexes, outcome.definition], static: [] });
        continue;
      }
      if (outcome.kind !== 'answer') throw new Error(outcome.kind);
      const body = JSON.parse(Buffer.from(outcome.body).toString()) as {
        IsStale: boolean;
        Results: { '@metadata': { '@id': string } }[];
      };
      expect(body.IsStale).toBe(false);
      return body.Results.map((one) => one['@metadata']['@id']).sort();
    }
  }

  /** The same by looking at every document. */
  scanned(where: string): string[] {
    const needs = new FieldNeeds();
    const text = `from Docs where ${where}`;
    const parsed = parseQuery(text).where;
    if (parsed === undefined) throw new Error('no condition');
    const predicate = compileWhere(parsed, { binder: new ValueBinder(text, {}), needs, nowMs: 0 });
    const passes = documentFilter(predicate, needs.all);
    return this.database
      .read((reader) => [...reader.byCollection('Docs')].filter(passes).map(({ id }) => id))
      .sort();
  }

  async close(): Promise<void> {
    await this.indexes.close();
    await this.database.close();
  }
}

const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, '', 'foo', 'Foo', 'foo bar', 'bar', 'null', '10', '2020-01-01'),
  fc.constantFrom<unknown>('2020-01-01T10:00:00Z', '2020-01-01T12:00:00.000+02:00', 'é', 'É', { x: 1 }),
  fc.integer({ min: -2, max: 12 }),
  fc.constantFrom<unknown>(1.5, -0.25, 1e3),
);
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
);
const document = fc.record(
  {
    v: value,
    w: scalar,
    n: fc.record({ a: value }, { requiredKeys: [] }),
    l: fc.array(fc.record({ p: scalar }, { requiredKeys: [] }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

const literal = fc.constantFrom(
  'null',
  'true',
  "'foo'",
  "'FOO'",
  "''",
  "'10'",
  "'2020-01-01'",
  "'2020-01-01T10:00:00.0000000Z'",
  "'é'",
  '1',
  '10',
  '1.5',
  '-2',
  '0',
);
const field = fc.constantFrom('v', 'w', 'n.a', 'l[].p', 'nope');
const ranged = fc.constantFrom("'foo'", "'b'", '1', '1.5', '-1', '10', "'2020-01-01T10:00:00Z'");
const predicate = fc.oneof(
  fc.tuple(field, fc.constantFrom('=', '!='), literal).map((parts) => parts.join(' ')),
  fc.tuple(field, fc.constantFrom('<', '<=', '>', '>='), ranged).map((parts) => parts.join(' ')),
  fc.tuple(field, literal, literal).map(([of, a, b]) => `${of} in (${a}, ${b})`),
  fc.tuple(field, literal, literal).map(([of, a, b]) => `${of} all in (${a}, ${b})`),
  field.map((of) => `${of} between 0 and 10`),
  field.map((of) => `exists(${of})`),
  field.map((of) => `startsWith(${of}, 'fo')`),
  field.map((of) => `endsWith(${of}, 'AR')`),
  field.map((of) => `regex(${of}, '^f.o')`),
  fc.tuple(field, literal).map(([of, text]) => `exact(${of} = ${text})`),
  field.map((of) => `exact(startsWith(${of}, 'Fo'))`),
  fc.constantFrom("id() = 'd/1'", "id() in ('d/2', 'D/3')", "startsWith(id(), 'd/')", "id() > 'd/3'", 'true'),
);
const condition = fc.oneof(
  predicate,
  fc
    .tuple(predicate, fc.constantFrom('and', 'or', 'and not', 'or not'), predicate)
    .map((parts) => parts.join(' ')),
  fc.tuple(predicate, predicate, predicate).map(([a, b, c]) => `(${a} or ${b}) and not (${c})`),
);
const edits = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 9 }), fc.option(document, { freq: 4, nil: null })),
  { minLength: 1, maxLength: 12 },
);

describe('a query', () => {
  it('gives the same by index as by looking at every document, whatever was written and deleted', async () => {
    await fc.assert(
      fc.asyncProperty(
        edits,
        fc.array(condition, { minLength: 4, maxLength: 4 }),
        edits,
        async (first, queries, then) => {
          const asked = await Asked.open();
          try {
            for (const changes of [first, then]) {
              for (const [n, content] of changes) {
                if (content === null) await asked.delete(`d/${n}`);
                else await asked.put(`d/${n}`, content);
              }
              for (const query of queries) {
                expect([query, ...(await asked.ids(`from Docs where ${query}`))]).toEqual([
                  query,
                  ...asked.scanned(query),
                ]);
              }
            }
          } finally {
            await asked.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of any words is answered or refused, and never takes the thread down', async () => {
    const asked = await Asked.open();
    await asked.put('d/1', { v: 1 });
    const word = fc.constantFrom(
      ...'v w n.a l[].p = != < <= > >= ( ) , and or not in all between exists( search( lucene( fuzzy( proximity( intersect( moreLikeThis( exact( boost( startsWith( regex( true null 1 2.5 order by desc as long limit offset select distinct include filter load id() score()'.split(
        ' ',
      ),
      "'s'",
      "'['",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 12 }), async (words) => {
        try {
          await asked.ids(`from Docs where ${words.join(' ')}`);
        } catch (error) {
          expect(error).toBeInstanceOf(IndexThreadError);
          expect((error as IndexThreadError).kind).toMatch(
            /^(RqlSyntax|InvalidQuery|UnknownMethod|UnsupportedQuery)Error$/,
          );
        }
      }),
      { numRuns: 400 },
    );
    expect(await asked.ids('from Docs where v = 1')).toEqual(['d/1']);
    await asked.close();
  });
});
