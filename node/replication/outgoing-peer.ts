import type { Logger } from '../observability/logger.ts';
import type { ConnectOptions } from '../wire/connect.ts';
import { PEER_ERRORS_MAX, REPLICATION_PROTOCOL_VERSION, type StreamLimits } from './limits.ts';
import { OutgoingStream, type StreamSource } from './outgoing-stream.ts';
import { reconnectDelayMs } from './reconnect-delay.ts';
import type { ReplicationClock } from './replication-clock.ts';
import type { ReplicationConnection } from './replication-connection.ts';
import type { StateMessage } from './replication-message.ts';
import type { PeerError } from './replication-status.ts';
import { meantCopy } from './source-identity.ts';
import { StableEtag } from './tombstone-hold.ts';

/** A member of the database group that we send to. */
export interface ReplicationPeer {
  readonly tag: string;
  /** `host:port` of the node's TCP listener. */
  readonly tcpAddress: string;
  readonly database: string;
  /** Raft index since which its node has been holding the copy that is meant; absent: whichever is there. */
  readonly copySince?: number;
}

export interface OutgoingPeerOptions {
  readonly peer: ReplicationPeer;
  readonly nodeTag: string;
  readonly databaseName: string;
  /** Id of the database group, when it is known: copies of different groups must not meet. */
  readonly groupId: () => string | null;
  readonly source: StreamSource;
  /** Etag of another database up to which its items are here. */
  readonly acceptedFrom: (databaseId: string) => number;
  readonly connect: (options: ConnectOptions) => Promise<ReplicationConnection>;
  readonly clock: ReplicationClock;
  readonly limits: StreamLimits;
  readonly logger: Logger;
  readonly onProgress: () => void;
}

/** Keeps one connection to one destination alive for as long as it is in the database group. */
export class OutgoingPeer {
  readonly peer: ReplicationPeer;
  /** For the cleaning of tombstones. */
  readonly stable = new StableEtag();
  readonly #options: OutgoingPeerOptions;
  readonly #errors: PeerError[] = [];
  #stream: OutgoingStream | null = null;
  #connection: ReplicationConnection | null = null;
  #destination: StateMessage | null = null;
  #acceptedEtag = 0;
  #sentEtag = 0;
  #failures = 0;
  #isConnecting = false;
  #cancelRetry: (() => void) | null = null;
  #isClosed = false;

  constructor(options: OutgoingPeerOptions) {
    this.peer = options.peer;
    this.#options = options;
    this.#connect();
  }

  get isConnected(): boolean {
    return this.#stream?.destination != null;
  }

  /** What the destination said last, over this connection or an earlier one; null until it was ever reached. */
  get destination(): StateMessage | null {
    return this.#destination;
  }

  /** The destination has every item up to this etag, as far as is known. */
  get acceptedEtag(): number {
    return this.#acceptedEtag;
  }

  get sentEtag(): number {
    return this.#sentEtag;
  }

  get sentItems(): number {
    return this.#stream?.sentItems ?? 0;
  }

  get errors(): readonly PeerError[] {
    return this.#errors;
  }

  /** Something was committed. */
  wake(): void {
    this.#stream?.wake();
    if (this.#stream !== null) this.#sentEtag = Math.max(this.#sentEtag, this.#stream.sentEtag);
  }

  /** There is reason to think that the destination can be reached now: ends the pause between two attempts. */
  retryNow(): void {
    if (this.#cancelRetry === null) return;
    this.#cancelRetry();
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#connection?.close();
  }

  #connect(): void {
    this.#cancelRetry = null;
    if (this.#isClosed || this.#isConnecting || this.#stream !== null) return;
    this.#isConnecting = true;
    const { peer, nodeTag, source, databaseName, groupId } = this.#options;
    this.#options
      .connect({
        address: peer.tcpAddress,
        operation: 'Replication',
        version: REPLICATION_PROTOCOL_VERSION,
        databaseName: peer.database,
        sourceNodeTag: nodeTag,
        info: {
          SourceDatabaseId: source.databaseId,
          SourceDatabaseName: databaseName,
          ...(groupId() === null ? {} : { DatabaseGroupId: groupId() }),
          ...meantCopy(peer.copySince),
        },
      })
      .then(
        (connection) => this.#connected(connection),
        (error: unknown) => this.#failed(error),
      );
  }

  #connected(connection: ReplicationConnection): void {
    this.#isConnecting = false;
    if (this.#isClosed) {
      connection.close();
      return;
    }
    this.#connection = connection;
    connection.onClose((error) => {
      this.#stream = null;
      this.#connection = null;
      this.#failed(error ?? new Error('The connection was closed.'));
    });
    const { source, clock, limits } = this.#options;
    const stream = new OutgoingStream({
      source,
      connection,
      clock,
      limits,
      onProgress: (state) => this.#onProgress(state),
    });
    // It may have ended over the first message already, before anybody knew of it.
    if (!connection.isClosed) this.#stream = stream;
  }

  #onProgress(state: StateMessage): void {
    const stream = this.#stream;
    if (this.#destination === null || (this.#failures > 0 && state.acceptedBatches > 0)) {
      this.#options.logger.info(`Replicating to ${this.peer.tag}`, { database: this.peer.database });
    }
    // A connection that only greets and breaks again must not make for a fast loop.
    if (state.acceptedBatches > 0) this.#failures = 0;
    // Another storage under the same tag (the copy was made anew) starts from its own cursor, which may be lower.
    const isSameStorage = this.#destination?.databaseId === state.databaseId;
    this.#destination = state;
    const accepted = stream?.acceptedEtag ?? state.resumeEtag;
    if (!isSameStorage) this.stable.reset();
    this.stable.reached(this.#options.acceptedFrom(state.databaseId));
    this.stable.observe(accepted, state.lastEtag);
    this.#acceptedEtag = isSameStorage ? Math.max(this.#acceptedEtag, accepted) : accepted;
    this.#sentEtag = Math.max(accepted, stream?.sentEtag ?? 0);
    this.#options.onProgress();
  }

  #failed(error: unknown): void {
    this.#isConnecting = false;
    if (this.#isClosed) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#failures++;
    const isNews = this.#failures === 1 || this.#errors.at(-1)?.message !== message;
    this.#errors.push({ at: new Date().toISOString(), message });
    if (this.#errors.length > PEER_ERRORS_MAX) this.#errors.shift();
    const delayMs = reconnectDelayMs(this.#failures, this.#options.clock.random());
    if (isNews) {
      this.#options.logger.warn(`Replication to ${this.peer.tag} is interrupted; trying again`, {
        database: this.peer.database,
        reason: message,
      });
    }
    this.#cancelRetry?.();
    this.#cancelRetry = this.#options.clock.after(delayMs, () => this.#connect());
    this.#options.onProgress();
  }
}
