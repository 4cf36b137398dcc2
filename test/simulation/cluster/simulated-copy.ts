import type { DatabaseRecord } from '../../../node/cluster/database-record.ts';
import type { DatabaseReport } from '../../../node/cluster/node-report.ts';
import { findRecord, type StoredRecord } from '../../../node/cluster/state/stored-record.ts';
import { transactionQueue } from '../../../node/cluster/transaction-queue.ts';
import { withClusterId } from '../../../node/landlord/cluster-fence.ts';
import { formerCopyIn, replacedCopies, withCopySince } from '../../../node/landlord/copy-fence.ts';
import type { CopyStamp } from '../../../node/landlord/copy-stamp.ts';
import { handOver } from '../../../node/landlord/hand-over.ts';
import {
  copyHolders,
  copySinceOf,
  isFilledByOthers,
  mayBeginTransactions,
  replicationTargets,
} from '../../../node/landlord/placement.ts';
import { TransactionExecutor } from '../../../node/landlord/transaction-executor.ts';
import { silentLogger } from '../../../node/observability/logger.ts';
import { GroupReplication } from '../../../node/replication/group-replication.ts';
import { STREAM_LIMITS } from '../../../node/replication/limits.ts';
import type { ReplicationPeer } from '../../../node/replication/outgoing-peer.ts';
import type { ReplicationClock } from '../../../node/replication/replication-clock.ts';
import { type OperationHeader, parseOperationHeader } from '../../../node/wire/operation-header.ts';
import type { SimulatedDatabase } from '../replication/simulated-database.ts';
import type { VirtualNetwork } from '../replication/virtual-network.ts';
import type { WorldNode } from './world-node.ts';

/** A copy as it lies on a disk: what it holds, and which copy of which group it is. */
export interface StoredCopy {
  readonly stamp: CopyStamp;
  readonly database: SimulatedDatabase;
}

/** Small, so that windows fill and transactions are cut into parts. */
const LIMITS = { ...STREAM_LIMITS, batchItems: 4, scanItems: 9, windowBatches: 2, relaysRemembered: 8 };

/** A copy that is open on a node: the real replication and the real execution of cluster transactions on it. */
export class SimulatedCopy {
  readonly stored: StoredCopy;
  readonly replication: GroupReplication;
  readonly transactions: TransactionExecutor;
  readonly #node: WorldNode;
  #view: StoredRecord;
  #known = '';

  constructor(
    stored: StoredCopy,
    view: StoredRecord,
    node: WorldNode,
    clock: ReplicationClock,
    network: VirtualNetwork,
  ) {
    this.stored = stored;
    this.#node = node;
    this.#view = view;
    const { database } = stored;
    const { nodeTag } = database;
    this.replication = new GroupReplication({
      database,
      nodeTag,
      copySince: stored.stamp.addedAt,
      logger: silentLogger,
      clock,
      limits: LIMITS,
      connect: ({ operation, version, databaseName, sourceNodeTag, info, address }) =>
        network.connect(
          String(node.slot),
          address,
          parseOperationHeader({
            Operation: operation,
            OperationVersion: version,
            DatabaseName: databaseName,
            SourceNodeTag: sourceNodeTag,
            Info: withClusterId(withCopySince(info, stored.stamp.addedAt), node.clusterId),
          }),
        ),
    });
    this.transactions = new TransactionExecutor({
      database,
      logger: silentLogger,
      clock,
      group: () => this.#view.record.Topology.DatabaseTopologyIdBase64 || null,
      queue: () => transactionQueue(node.list.state, database.name),
      mayBegin: ({ since }) => mayBeginTransactions(this.#view.record.Topology, nodeTag, since),
    });
  }

  get groupId(): string {
    return this.stored.stamp.groupId;
  }

  /** Raft index of the record that it follows. */
  get recordIndex(): number {
    return this.#view.etag;
  }

  /** Whether replication knows the group as this node's state has it by now. */
  get isGroupCurrent(): boolean {
    const newest = findRecord(this.#node.list.state, this.database.name)?.record.Topology.Stamp.Index;
    return newest === this.#view.record.Topology.Stamp.Index;
  }

  get database(): SimulatedDatabase {
    return this.stored.database;
  }

  /** `addressOf`: where a node of the cluster is; '' when that is not known. */
  update(view: StoredRecord, addressOf: (tag: string) => string): void {
    const { DatabaseName: name, Topology: topology } = view.record;
    const replaced = replacedCopies(this.#view.record, view.record);
    this.#view = view;
    const peers = peersOf(view.record, replicationTargets(name, topology, this.database.nodeTag), addressOf);
    const known = `${view.etag} ${peers.map(({ tcpAddress }) => tcpAddress).join(' ')}`;
    if (known === this.#known) return;
    this.#known = known;
    if (replaced.length > 0) this.replication.dropSources('the copy is not trusted any more', replaced);
    this.transactions.wake();
    this.replication.setTopology(peers, {
      id: topology.DatabaseTopologyIdBase64,
      size: copyHolders(topology).length,
      isFilledByOthers: isFilledByOthers(name, topology, this.database.nodeTag),
    });
    void this.replication.setConflictPolicy('latest');
  }

  refuse(header: OperationHeader): string | null {
    return formerCopyIn(header, this.#view.record, this.#view.etag) ?? this.replication.refuse(header);
  }

  /** As a copy does that is to leave. */
  async handOver(
    record: DatabaseRecord,
    addressOf: (tag: string) => string,
    timeoutMs: number,
  ): Promise<number | null> {
    await this.transactions.close();
    const { Topology: topology } = record;
    const peers = peersOf(record, [...topology.Members, ...topology.Rehabs], addressOf);
    const group = { id: topology.DatabaseTopologyIdBase64, size: copyHolders(topology).length };
    this.replication.setTopology(peers, group);
    return handOver(this.database, this.replication, timeoutMs);
  }

  report(): DatabaseReport {
    const { documents, tombstones } = this.database.statistics();
    const { outgoing, incoming } = this.replication.status();
    const connected = outgoing.filter(({ isConnected }) => isConnected).map(({ tag }) => tag);
    return {
      name: this.database.name,
      status: 'Loaded',
      lastEtag: this.database.lastEtag,
      changeVector: this.database.changeVector,
      documentsCount: documents,
      tombstones,
      copySince: this.stored.stamp.addedAt,
      connectedPeers: [...new Set([...connected, ...incoming.map(({ sourceTag }) => sourceTag)])],
    };
  }

  /** What was accepted is answered first. */
  async drain(): Promise<void> {
    await this.database.drain();
    this.close();
  }

  /** In order: nothing that is durable is lost, and what is not is answered to nobody. */
  close(): void {
    this.database.crash();
    void this.transactions.close();
    void this.replication.close();
  }
}

function peersOf(
  { DatabaseName: database, Topology: topology }: DatabaseRecord,
  tags: readonly string[],
  addressOf: (tag: string) => string,
): readonly ReplicationPeer[] {
  return tags.map((tag) => ({
    tag,
    tcpAddress: addressOf(tag),
    database,
    copySince: copySinceOf(topology, tag),
  }));
}
