import type { Logger } from '../observability/logger.ts';
import { WireError } from '../wire/wire-error.ts';
import type { ConflictPolicy } from './conflict-resolution.ts';
import { IncomingStream } from './incoming-stream.ts';
import type { ReplicatedDatabase } from './replicated-database.ts';
import type { ReplicationClock } from './replication-clock.ts';
import { readReplicationCursor, receiveReplicationBatch } from './replication-commands.ts';
import type { ReplicationConnection } from './replication-connection.ts';
import { type ReplicationCursor, START } from './replication-cursor.ts';
import type { IncomingStatus } from './replication-status.ts';
import type { SourceIdentity } from './source-identity.ts';

interface Source {
  readonly identity: SourceIdentity;
  readonly connection: ReplicationConnection;
  readonly stream: IncomingStream;
}

export interface IncomingSourcesOptions {
  readonly database: ReplicatedDatabase;
  readonly nodeTag: string;
  readonly clock: ReplicationClock;
  readonly logger: Logger;
  readonly policy: () => ConflictPolicy;
}

/** The databases that replicate to this one: one stream each, a newer connection taking the place of an older one. */
export class IncomingSources {
  readonly #options: IncomingSourcesOptions;
  readonly #sources = new Map<string, Source>();
  /** By source, as they are durable here; those of this run. */
  readonly #cursors = new Map<string, ReplicationCursor>();
  /** By source: settles when the stream that was replaced has applied all that it had. */
  readonly #replaced = new Map<string, Promise<void>>();
  /** Grows when sources were dropped: whose connection is just being accepted may not be welcome any more. */
  #generation = 0;
  #toldVector = '';
  #isClosed = false;

  constructor(options: IncomingSourcesOptions) {
    this.#options = options;
  }

  async accept(connection: ReplicationConnection, identity: SourceIdentity): Promise<void> {
    const id = identity.databaseId;
    const generation = this.#generation;
    const previous = this.#sources.get(id);
    if (previous !== undefined) {
      this.#sources.delete(id);
      this.#replaced.set(id, previous.stream.close());
    }
    // The cursor that is told to the source must include what the old connection brought.
    await this.#replaced.get(id);
    const { database } = this.#options;
    this.#cursors.set(id, await database.execute(readReplicationCursor, { sourceDatabaseId: id }));
    if (connection.isClosed) return;
    const isUnwelcome = this.#isClosed || this.#generation !== generation;
    if (isUnwelcome || this.#sources.has(id)) return connection.close();
    const stream = this.#open(connection, identity);
    const source = { identity, connection, stream };
    this.#sources.set(id, source);
    connection.onClose((error) => {
      if (this.#sources.get(id) === source) {
        this.#sources.delete(id);
        this.#replaced.set(id, stream.close());
      }
      this.#noticeAll();
      const entry = [`Replication from ${identity.tag} ended`, { reason: error?.message }] as const;
      // A batch that could not be applied is this side's to report; a connection that broke the other's.
      if (error instanceof WireError || error === null) this.#options.logger.debug(...entry);
      else this.#options.logger.warn(...entry);
    });
    // The others may stop relaying what this source now sends itself.
    this.#noticeAll();
  }

  /** How far this database is with a source that was connected since it was opened. */
  cursor(sourceDatabaseId: string): ReplicationCursor {
    return this.#cursors.get(sourceDatabaseId) ?? START;
  }

  /** The database has something new, or its sources changed. */
  committed(): void {
    const vector = this.#options.database.changeVector;
    if (vector === this.#toldVector) return;
    this.#toldVector = vector;
    this.#noticeAll();
  }

  status(): readonly IncomingStatus[] {
    const now = this.#options.clock.now();
    return [...this.#sources.values()].map(({ identity, connection, stream }) => ({
      sourceTag: identity.tag,
      sourceDatabaseId: identity.databaseId,
      sourceDatabaseName: identity.databaseName,
      remote: connection.remote,
      lastAcceptedEtag: this.cursor(identity.databaseId).acceptedEtag,
      receivedItems: stream.receivedItems,
      silentMs: Math.round(now - stream.heardAt),
    }));
  }

  /** `tags`: only the sources on these nodes. */
  drop(reason: string, tags: readonly string[] | null): void {
    this.#generation++;
    for (const { connection, identity } of [...this.#sources.values()]) {
      if (tags === null || tags.includes(identity.tag)) connection.close(new Error(reason));
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const streams = [...this.#sources.values()].map(({ stream }) => stream.close());
    this.#sources.clear();
    await Promise.all([...streams, ...this.#replaced.values()]);
  }

  #open(connection: ReplicationConnection, identity: SourceIdentity): IncomingStream {
    const { database, nodeTag, clock, policy } = this.#options;
    const { databaseId: sourceDatabaseId, tag: sourceTag } = identity;
    return new IncomingStream({
      connection,
      clock,
      apply: async (batch) => {
        const args = { ...batch, sourceDatabaseId, sourceTag, policy: policy() };
        const { cursor } = await database.execute(receiveReplicationBatch, args);
        this.#cursors.set(sourceDatabaseId, cursor);
      },
      state: () => {
        const cursor = this.cursor(sourceDatabaseId);
        return {
          databaseId: database.id,
          nodeTag,
          acceptedEtag: cursor.acceptedEtag,
          resumeEtag: cursor.resumeEtag,
          changeVector: database.changeVector,
          lastEtag: database.lastEtag,
          sources: this.#accepted(),
        };
      },
    });
  }

  #accepted(): ReadonlyMap<string, number> {
    return new Map([...this.#sources.keys()].map((id) => [id, this.cursor(id).acceptedEtag]));
  }

  #noticeAll(): void {
    for (const { stream } of this.#sources.values()) stream.notice();
  }
}
