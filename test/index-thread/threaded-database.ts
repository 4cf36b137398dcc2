import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { Database } from '../../node/documents/database.ts';
import { DatabaseIndexes } from '../../node/index-thread/database-indexes.ts';
import { IndexHost, type IndexHostOptions } from '../../node/index-thread/index-host.ts';
import type { IndexDefinitions, QueryOutcome, ThreadQuery } from '../../node/index-thread/thread-protocol.ts';
import { autoIndexDefinition } from '../../node/indexing/auto/auto-index-definition.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import type { QueryParameters } from '../../node/querying/plan/bind-values.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';

const name = { name: 'name', search: false, exact: false, highlight: false, suggest: false };

/** The auto index of users by their names. */
export const BY_NAME: IndexDefinitions = { auto: [autoIndexDefinition('Users', [name])], static: [] };

/** A query that waits for its index. */
export function queryOf(query: string, parameters: QueryParameters = {}): ThreadQuery {
  return {
    query,
    parameters,
    start: 0,
    pageSize: Number.MAX_SAFE_INTEGER,
    waitMs: 20_000,
    knownEtag: null,
    extras: [],
  };
}

/** A database whose indexes are in a thread, as those of a node. */
export class ThreadedDatabase {
  readonly host: IndexHost;
  readonly database: Database;
  readonly indexes: DatabaseIndexes;
  /** What the host has told as an error. */
  readonly errors: readonly string[];
  readonly #end: () => Promise<void>;

  private constructor(
    parts: Pick<ThreadedDatabase, 'host' | 'database' | 'indexes' | 'errors'>,
    end: () => Promise<void>,
  ) {
    this.host = parts.host;
    this.database = parts.database;
    this.indexes = parts.indexes;
    this.errors = parts.errors;
    this.#end = end;
  }

  static async open(options: Omit<IndexHostOptions, 'logger'> = {}): Promise<ThreadedDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'ravencluster-threaded-'));
    const writer = new StorageWriter();
    const errors: string[] = [];
    const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
    const host = new IndexHost({ ...options, logger });
    const own = { path: folder, durable: false, logger: silentLogger } as const;
    const database = await Database.open({ ...own, name: 'threaded', nodeTag: 'A', writer });
    const indexes = await DatabaseIndexes.open({ ...own, path: join(folder, 'Indexes'), host, database });
    return new ThreadedDatabase({ host, database, indexes, errors }, async () => {
      await indexes.close();
      await database.close();
      await host.stop();
      await writer.stop();
      await rm(folder, { recursive: true, force: true });
    });
  }

  /** Stores users, by their numbers. */
  async put(from: number, count: number): Promise<void> {
    const stored = Array.from({ length: count }, (_, at) => {
      const body = { name: `name ${from + at}`, '@metadata': { '@collection': 'Users' } };
      return this.database.execute(putDocument, {
        id: `users/${from + at}`,
        document: Buffer.from(JSON.stringify(body)),
        expectedChangeVector: null,
      });
    });
    await Promise.all(stored);
  }

  ask(query: string, parameters: QueryParameters = {}): Promise<QueryOutcome> {
    return this.indexes.query(queryOf(query, parameters));
  }

  /** Of the results, in their order. */
  async idsOf(query: string): Promise<readonly string[]> {
    const outcome = await this.ask(query);
    if (outcome.kind !== 'answer') throw new Error(`The query was answered by ${outcome.kind}.`);
    const { Results } = JSON.parse(Buffer.from(outcome.body).toString('utf8')) as {
      readonly Results: readonly { readonly '@metadata': { readonly '@id': string } }[];
    };
    return Results.map((result) => result['@metadata']['@id']);
  }

  close(): Promise<void> {
    return this.#end();
  }
}
