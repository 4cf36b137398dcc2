import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { Database } from '../../node/documents/database.ts';
import { DatabaseIndexes } from '../../node/index-thread/database-indexes.ts';
import { IndexHost } from '../../node/index-thread/index-host.ts';
import type {
  IndexFieldOptions,
  StaticIndexDefinition,
} from '../../node/indexing/definitions/index-definition.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import type { QueryParameters } from '../../node/querying/plan/bind-values.ts';
import type { QueryRequest } from '../../node/querying/plan/compile-query.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';

/** The body of an answer, as far as tests look at it. */
export interface AnswerBody {
  readonly TotalResults: number;
  readonly SkippedResults: number;
  readonly CappedMaxResults?: number;
  readonly IsStale: boolean;
  readonly Results: readonly Readonly<Record<string, unknown>>[];
}

/** A database with an index thread of its own, and who makes the auto indexes that queries ask for. */
export class IndexedDatabase {
  readonly #folder: string;
  readonly #writer: StorageWriter;
  readonly #host: IndexHost;
  readonly #database: Database;
  readonly indexes: DatabaseIndexes;

  private constructor(
    folder: string,
    writer: StorageWriter,
    host: IndexHost,
    database: Database,
    indexes: DatabaseIndexes,
  ) {
    this.#folder = folder;
    this.#writer = writer;
    this.#host = host;
    this.#database = database;
    this.indexes = indexes;
  }

  static async open(): Promise<IndexedDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'ravencluster-indexed-'));
    const writer = new StorageWriter();
    const host = new IndexHost({ logger: silentLogger });
    const database = await Database.open({
      name: 'indexed',
      nodeTag: 'A',
      path: folder,
      writer,
      durable: false,
      logger: silentLogger,
    });
    const indexes = await DatabaseIndexes.open({
      host,
      database,
      path: join(folder, 'Indexes'),
      durable: false,
      logger: silentLogger,
    });
    return new IndexedDatabase(folder, writer, host, database, indexes);
  }

  /** From now on there is this index, too. */
  defineIndex(name: string, map: string, fields: Readonly<Record<string, IndexFieldOptions>> = {}): void {
    const definition: StaticIndexDefinition = {
      Name: name,
      Maps: [map],
      Reduce: null,
      Fields: fields,
      AdditionalSources: {},
      Configuration: {},
      LockMode: 'Unlock',
      Priority: 'Normal',
      State: 'Normal',
    };
    this.indexes.define({
      auto: this.indexes.autoIndexes,
      static: [...this.indexes.staticIndexes, definition],
    });
  }

  async put(id: string, document: object, collection = 'Docs'): Promise<void> {
    const bytes = Buffer.from(JSON.stringify({ ...document, '@metadata': { '@collection': collection } }));
    await this.#database.execute(putDocument, { id, document: bytes, expectedChangeVector: null });
  }

  /** Runs a command on the documents. */
  get execute(): Database['execute'] {
    return this.#database.execute.bind(this.#database);
  }

  /** @throws IndexThreadError as the query is refused */
  async query(
    query: string,
    parameters: QueryParameters = {},
    more: Partial<QueryRequest> = {},
  ): Promise<AnswerBody> {
    for (;;) {
      const outcome = await this.indexes.query({
        query,
        parameters,
        start: 0,
        pageSize: Number.MAX_SAFE_INTEGER,
        waitMs: 20_000,
        knownEtag: null,
        extras: [],
        ...more,
      });
      if (outcome.kind === 'needsIndex') {
        const { autoIndexes, staticIndexes } = this.indexes;
        this.indexes.define({ auto: [...autoIndexes, outcome.definition], static: staticIndexes });
        continue;
      }
      if (outcome.kind !== 'answer') throw new Error(outcome.kind);
      return JSON.parse(Buffer.from(outcome.body).toString()) as AnswerBody;
    }
  }

  /** Ids of the results, in their order. */
  async ids(query: string, parameters: QueryParameters = {}): Promise<readonly string[]> {
    const { Results } = await this.query(query, parameters);
    return Results.map((one) => (one['@metadata'] as { readonly '@id': string })['@id']);
  }

  async close(): Promise<void> {
    await this.indexes.close();
    await this.#database.close();
    await this.#host.stop();
    await this.#writer.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
