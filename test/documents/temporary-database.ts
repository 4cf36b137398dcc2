import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, type DatabaseOptions } from '../../node/documents/database.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';

/** Databases in a temporary folder; they and the folder go with `dispose`. */
export class TemporaryDatabases {
  readonly writer = new StorageWriter();
  readonly path: string;
  readonly #open = new Set<Database>();

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<TemporaryDatabases> {
    return new TemporaryDatabases(await mkdtemp(join(tmpdir(), 'documents-')));
  }

  async open(options: Partial<DatabaseOptions> = {}): Promise<Database> {
    const database = await Database.open({
      name: 'shop',
      nodeTag: 'A',
      path: join(this.path, 'shop'),
      writer: this.writer,
      logger: silentLogger,
      ...options,
    });
    this.#open.add(database);
    return database;
  }

  async dispose(): Promise<void> {
    for (const database of this.#open) await database.close();
    await this.writer.stop();
    await rm(this.path, { recursive: true });
  }
}

/** Raw JSON as a client sends it. */
export function documentOf(body: object, collection?: string): Buffer {
  const metadata = collection === undefined ? {} : { '@metadata': { '@collection': collection } };
  return Buffer.from(JSON.stringify({ ...body, ...metadata }));
}
