import type { Logger } from '../observability/logger.ts';
import type { ConnectOptions } from '../wire/connect.ts';
import type { OperationHeader } from '../wire/operation-header.ts';
import type { ConflictPolicy } from './conflict-resolution.ts';
import { IncomingSources } from './incoming-sources.ts';
import { HELD_TOMBSTONES_WARNING, STREAM_LIMITS, type StreamLimits } from './limits.ts';
import { OutgoingPeer, type ReplicationPeer } from './outgoing-peer.ts';
import { type ReplicatedDatabase, streamSource } from './replicated-database.ts';
import { type ReplicationClock, systemClock } from './replication-clock.ts';
import { resolveStoredConflicts } from './replication-commands.ts';
import type { ReplicationConnection } from './replication-connection.ts';
import type { OutgoingStatus, ReplicationStatus } from './replication-status.ts';
import { type SourceIdentity, sourceIdentity } from './source-identity.ts';
import { cleanableTombstoneEtag } from './tombstone-hold.ts';
import { majorityCopies, WriteAssurance } from './write-assurance.ts';

export interface GroupReplicationOptions {
  readonly database: ReplicatedDatabase;
  readonly nodeTag: string;
  /** Raft index since which this node has been holding this copy; absent: no source is asked which copy it means. */
  readonly copySince?: number;
  readonly logger: Logger;
  readonly connect: (options: ConnectOptions) => Promise<ReplicationConnection>;
  readonly clock?: ReplicationClock;
  readonly limits?: StreamLimits;
}

/** The database group as the database record has it. */
export interface DatabaseGroup {
  /** Its id; null while unknown. */
  readonly id: string | null;
  /** Copies, this one and those that are not up to date included: what a majority is of. */
  readonly size: number;
  /** One of them is filled by another member: no tombstone may go before it is there. */
  readonly isFilledByOthers: boolean;
}

/** Replication of one database: a sender to each other member of its group, and a receiver for each. */
export class GroupReplication {
  readonly #options: GroupReplicationOptions;
  readonly #clock: ReplicationClock;
  readonly #peers = new Map<string, OutgoingPeer>();
  readonly #incoming: IncomingSources;
  readonly #assurance: WriteAssurance;
  readonly #unsubscribe: readonly (() => void)[];
  #policy: ConflictPolicy = 'latest';
  #group: DatabaseGroup | null = null;
  #tombstonesToWarnAt = HELD_TOMBSTONES_WARNING;
  #isClosed = false;

  constructor(options: GroupReplicationOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { database, nodeTag, logger } = options;
    this.#incoming = new IncomingSources({
      database,
      nodeTag,
      clock: this.#clock,
      logger,
      policy: () => this.#policy,
    });
    this.#assurance = new WriteAssurance(database.id, this.#clock, () =>
      [...this.#peers.values()].map(({ destination, isConnected }) => ({
        changeVector: destination?.changeVector ?? '',
        isConnected,
      })),
    );
    this.#unsubscribe = [
      database.onCommit(() => this.#onCommit()),
      database.holdTombstones(() => this.cleanableTombstoneEtag()),
    ];
  }

  /**
   * The members of the database group that this one sends to. Senders start and stop accordingly; of another copy on the
   * same node nothing is known but what it says itself. `group`: the group as a whole, where it is more than those and
   * this one.
   */
  setTopology(peers: readonly ReplicationPeer[], group: Partial<DatabaseGroup> = {}): void {
    if (this.#isClosed) return;
    const wanted = new Map(peers.map((peer) => [peer.tag, peer]));
    for (const [tag, sender] of this.#peers) {
      const peer = wanted.get(tag);
      const isSame =
        peer !== undefined &&
        peer.tcpAddress === sender.peer.tcpAddress &&
        peer.database === sender.peer.database &&
        peer.copySince === sender.peer.copySince;
      if (isSame) continue;
      sender.close();
      this.#peers.delete(tag);
    }
    for (const peer of wanted.values()) {
      const known = this.#peers.get(peer.tag);
      if (known === undefined) this.#peers.set(peer.tag, this.#openPeer(peer));
      else known.retryNow();
    }
    this.#group = {
      id: group.id ?? null,
      size: group.size ?? peers.length + 1,
      isFilledByOthers: group.isFilledByOthers ?? false,
    };
    this.#assurance.reconsider();
  }

  /** `manual` keeps conflicting versions for people to decide; turning to `latest` resolves those that are stored. */
  async setConflictPolicy(policy: ConflictPolicy): Promise<void> {
    const isNew = policy !== this.#policy;
    this.#policy = policy;
    if (!isNew || policy !== 'latest') return;
    let count = 0;
    for (let resolved = -1; resolved !== 0 && !this.#isClosed; count += resolved) {
      resolved = await this.#options.database.execute(resolveStoredConflicts, null);
    }
    if (count > 0) this.#options.logger.info(`Resolved ${count} stored conflicts to the latest version`);
  }

  /** Why a connection with this header is not welcome, or null. */
  refuse(header: OperationHeader): string | null {
    const identity = this.#identify(header);
    return typeof identity === 'string' ? identity : null;
  }

  /** Takes over a 'Replication' connection after its handshake. */
  accept(connection: ReplicationConnection, header: OperationHeader): void {
    const identity = this.#identify(header);
    if (typeof identity === 'string' || this.#isClosed) {
      connection.close();
      return;
    }
    this.#peers.get(identity.tag)?.retryNow();
    this.#incoming.accept(connection, identity).catch((error: unknown) => {
      connection.close(error instanceof Error ? error : new Error(String(error)));
    });
  }

  /** Ends every connection of a source, or of the sources on these nodes; those that are still welcome come back. */
  dropSources(reason: string, tags: readonly string[] | null = null): void {
    this.#incoming.drop(reason, tags);
  }

  /**
   * Waits until `copies` other members of the group have what the change vector includes, durably; `majority`: enough
   * for a majority of the group together with this node. Resolves with how many have it, after `timeoutMs` with fewer
   * than asked for; the write stays in any case.
   */
  waitForReplication(changeVector: string, copies: number | 'majority', timeoutMs: number): Promise<number> {
    const wanted = () => (copies === 'majority' ? this.majorityCopies() : copies);
    return this.#assurance.wait(changeVector, wanted, timeoutMs);
  }

  /**
   * Waits until every member that is connected has all that is durable here, at most `timeoutMs`. Resolves with whether
   * that came about; who is not connected is not waited for.
   */
  async flush(timeoutMs: number): Promise<boolean> {
    const { changeVector } = this.#options.database;
    return changeVector === '' || this.#assurance.waitForConnected(changeVector, timeoutMs);
  }

  /** Other members that make a majority with this one; null until the group is known. */
  majorityCopies(): number | null {
    return this.#group === null ? null : majorityCopies(this.#group.size);
  }

  /**
   * Tombstones up to this etag are at every member of the group, and no longer needed. A member that is gone for long
   * holds them all that time; whoever looks after the group is told as they grow.
   */
  cleanableTombstoneEtag(): number {
    const etag = this.#stableEtag();
    const { database, logger } = this.#options;
    const { tombstones } = database.statistics();
    if (etag < database.lastEtag && tombstones >= this.#tombstonesToWarnAt) {
      this.#tombstonesToWarnAt = tombstones + HELD_TOMBSTONES_WARNING;
      const holders = [...this.#peers.values()].filter((peer) => peer.stable.etag <= etag);
      logger.warn(
        `Database ${database.name} keeps ${tombstones} tombstones for members of its group that lack them; bring these members back or remove them from the group`,
        { members: holders.map(({ peer }) => peer.tag) },
      );
    }
    return etag;
  }

  #stableEtag(): number {
    if (this.#group === null || this.#group.isFilledByOthers) return 0;
    return cleanableTombstoneEtag(
      [...this.#peers.values()].map(({ destination, stable }) => {
        if (destination === null) return { stableEtag: 0, unclaimedEtag: 0 };
        const { resumeEtag, unclaimedEtag } = this.#incoming.cursor(destination.databaseId);
        return { stableEtag: stable.reached(resumeEtag), unclaimedEtag };
      }),
    );
  }

  status(): ReplicationStatus {
    return {
      outgoing: [...this.#peers.values()].map((peer) => this.#outgoingStatus(peer)),
      incoming: this.#incoming.status(),
    };
  }

  /** Resolves when nothing that was received is still being applied. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const peer of this.#peers.values()) peer.close();
    this.#assurance.close();
    await this.#incoming.close();
  }

  #identify(header: OperationHeader): SourceIdentity | string {
    const { database, copySince = null } = this.#options;
    return sourceIdentity(header, { databaseId: database.id, groupId: this.#group?.id ?? null, copySince });
  }

  #openPeer(peer: ReplicationPeer): OutgoingPeer {
    const { database, nodeTag, logger, connect } = this.#options;
    return new OutgoingPeer({
      peer,
      nodeTag,
      databaseName: database.name,
      groupId: () => this.#group?.id ?? null,
      source: streamSource(database),
      acceptedFrom: (databaseId) => this.#incoming.cursor(databaseId).resumeEtag,
      connect,
      clock: this.#clock,
      limits: this.#options.limits ?? STREAM_LIMITS,
      logger,
      onProgress: () => this.#assurance.reconsider(),
    });
  }

  #onCommit(): void {
    for (const peer of this.#peers.values()) peer.wake();
    this.#incoming.committed();
  }

  #outgoingStatus(peer: OutgoingPeer): OutgoingStatus {
    const lastEtag = this.#options.database.lastEtag;
    return {
      ...peer.peer,
      isConnected: peer.isConnected,
      lastSentEtag: peer.sentEtag,
      lastAcceptedEtag: peer.acceptedEtag,
      etagsBehind: Math.max(0, lastEtag - peer.acceptedEtag),
      databaseId: peer.destination?.databaseId ?? '',
      changeVector: peer.destination?.changeVector ?? '',
      sentItems: peer.sentItems,
      errors: peer.errors,
    };
  }
}
