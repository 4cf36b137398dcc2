import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { IndexHost } from '../../node/index-thread/index-host.ts';
import { DatabaseLandlord } from '../../node/landlord/database-landlord.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import type { ConnectOptions } from '../../node/wire/connect.ts';
import type { Knowledge } from './knowledge.ts';

/** The landlord of node A over a folder that outlives it, and its database `shop`. */
export class LandlordOnDisk {
  readonly #folder: string;
  readonly #writer = new StorageWriter();
  readonly #indexHost = new IndexHost({ logger: silentLogger });
  #landlord: DatabaseLandlord | null = null;
  /** The connections that were asked for; none comes about. */
  readonly dialled: ConnectOptions[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<LandlordOnDisk> {
    return new LandlordOnDisk(await mkdtemp(join(tmpdir(), 'raven-landlord-')));
  }

  start(knowledge: Knowledge, loadTimeoutMs = 60_000): void {
    this.#landlord = new DatabaseLandlord({
      dataDirectory: this.#folder,
      writer: this.#writer,
      indexHost: this.#indexHost,
      durable: false,
      cluster: knowledge.view,
      logger: silentLogger,
      connect: async (options) => {
        this.dialled.push(options);
        throw new Error('nobody there');
      },
      loadTimeoutMs,
      tombstoneCleanupIntervalMs: 60_000,
      deploymentModes: { static: 'Parallel', auto: 'Parallel' },
      retirement: { idleAfterMs: 1_800_000, deleteAfterMs: 259_200_000, supersededAfterMs: 15_000 },
    });
  }

  get landlord(): DatabaseLandlord {
    if (this.#landlord === null) throw new Error('The landlord has not been started.');
    return this.#landlord;
  }

  async stop(): Promise<void> {
    await this.#landlord?.close();
    this.#landlord = null;
  }

  async dispose(): Promise<void> {
    await this.stop();
    await this.#indexHost.stop();
    await this.#writer.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The copy gets a document; gives the id of its database. */
  async write(): Promise<string> {
    const { database } = await this.landlord.get('shop');
    const document = Buffer.from('{"Name":"old"}');
    await database.execute(putDocument, { id: 'users/1', expectedChangeVector: null, document });
    return database.id;
  }

  /** What the copy that serves now holds. */
  async state() {
    const { database, copySince } = await this.landlord.get('shop');
    return { id: database.id, documents: database.statistics().documents, copySince };
  }

  /** Names of what lies where copies are. */
  async folders(): Promise<readonly string[]> {
    return readdir(join(this.#folder, 'Databases')).catch(() => []);
  }

  async setAside(): Promise<readonly string[]> {
    return readdir(join(this.#folder, 'Databases', '.quarantine')).catch(() => []);
  }
}
