import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatabaseRecord, databaseSetting, isIndexingDisabled } from '../cluster/database-record.ts';
import type { IndexCommand } from '../cluster/index-commands.ts';
import { pendingIndexes, rollingIndexesOf, runningIndexes } from '../cluster/rolling-index.ts';
import { Database } from '../documents/database.ts';
import { DatabaseIndexes } from '../index-thread/database-indexes.ts';
import type { IndexHost } from '../index-thread/index-host.ts';
import type { AutoIndexDefinition, StaticIndexDefinition } from '../indexing/definitions/index-definition.ts';
import type { Logger } from '../observability/logger.ts';
import type { ReplicationConnection } from '../replication/replication-connection.ts';
import { DatabaseReplication } from '../replication/replication-loader.ts';
import type { StorageWriter } from '../storage/storage-writer.ts';
import { connectWire, type WireConnector } from '../wire/connect.ts';
import type { OperationHeader } from '../wire/operation-header.ts';
import { fencedConnector } from './cluster-fence.ts';
import type { ClusterView, RecordView } from './cluster-view.ts';
import { copyConnector, formerCopyIn, replacedCopies } from './copy-fence.ts';
import { databaseValues } from './database-values.ts';
import { type DeploymentModes, deploymentModes } from './deployment-mode.ts';
import { handOver, writtenEtag } from './hand-over.ts';
import { OperationRegistry } from './operation-registry.ts';
import {
  copyHolders,
  copySinceOf,
  isFilledByOthers,
  mayBeginTransactions,
  replicationTargets,
} from './placement.ts';
import type { RetirementTimes } from './retire-auto-indexes.ts';
import { RollingDeployments, type RunningDeployment } from './rolling-deployments.ts';
import { SupersededIndexes } from './superseded-indexes.ts';
import { TransactionExecutor } from './transaction-executor.ts';
import { UnusedIndexes } from './unused-indexes.ts';

/** Inside the folder of the database. */
const INDEX_FOLDER = 'Indexes';

/** One merged batch of a database, for metrics. */
export interface MergedBatch {
  readonly commands: number;
  readonly bytes: number;
  readonly queueMs: number;
  readonly commitMs: number;
}

export interface LoadOptions {
  readonly view: RecordView;
  readonly cluster: ClusterView;
  readonly path: string;
  /** Raft index at which this node was given the copy. */
  readonly copySince: number;
  readonly writer: StorageWriter;
  readonly indexHost: IndexHost;
  readonly durable: boolean;
  readonly logger: Logger;
  /** How the other copies' nodes are reached; absent: plainly. */
  readonly connect?: WireConnector;
  readonly tombstoneCleanupIntervalMs: number;
  /** For auto indexes that nobody asks, where the record says nothing. */
  readonly retirement: RetirementTimes;
  /** Of indexes, where the record says nothing. */
  readonly deploymentModes: DeploymentModes;
  readonly observeBatch?: (batch: MergedBatch) => void;
}

/** A database that is open on this node, with its replication and its operations. */
export class LoadedDatabase {
  readonly name: string;
  readonly database: Database;
  readonly replication: DatabaseReplication;
  readonly indexes: DatabaseIndexes;
  /** What cluster transactions write here. */
  readonly transactions: TransactionExecutor;
  readonly operations = new OperationRegistry();
  readonly openedAt = new Date();
  /** Raft index at which this node was given the copy. */
  readonly copySince: number;
  readonly #cluster: ClusterView;
  readonly #path: string;
  readonly #logger: Logger;
  readonly #cleaner: NodeJS.Timeout;
  readonly #superseded: SupersededIndexes;
  readonly #unused: UnusedIndexes;
  readonly #rolling: RollingDeployments;
  #cleaning: Promise<void> = Promise.resolve();
  #view: RecordView;
  #clusterId: string | null;
  readonly #deploymentModes: DeploymentModes;

  constructor(
    options: LoadOptions,
    database: Database,
    replication: DatabaseReplication,
    indexes: DatabaseIndexes,
  ) {
    this.name = options.view.record.DatabaseName;
    this.database = database;
    this.replication = replication;
    this.indexes = indexes;
    this.#cluster = options.cluster;
    this.#path = options.path;
    this.copySince = options.copySince;
    this.#logger = options.logger;
    this.#view = options.view;
    this.#deploymentModes = options.deploymentModes;
    this.#clusterId = options.cluster.clusterId();
    this.transactions = new TransactionExecutor({
      database,
      logger: options.logger,
      group: () => this.record().Topology.DatabaseTopologyIdBase64 || null,
      queue: () => options.cluster.consistent.transactions(this.name),
      mayBegin: ({ since }) => mayBeginTransactions(this.record().Topology, database.nodeTag, since),
    });
    this.update(options.view);
    this.#cleaner = setInterval(() => {
      this.#cleaning = this.#cleanRegularly();
    }, options.tombstoneCleanupIntervalMs);
    this.#cleaner.unref();
    const change = (command: IndexCommand) => options.cluster.changeIndexes(command);
    const remove = (indexes: readonly string[]) =>
      change({ type: 'DeleteIndexes', name: this.name, indexes });
    this.#superseded = new SupersededIndexes({
      indexes,
      periodMs: retirementTimes(this.record().Settings, options.retirement).supersededAfterMs,
      isMine: () => this.record().Topology.Members[0] === database.nodeTag,
      remove,
      logger: options.logger,
    });
    this.#rolling = new RollingDeployments({
      indexes,
      running: () => runningDeployments(this.record(), database.nodeTag),
      lastEtag: () => database.lastEtag,
      finish: ({ index, deployment }) =>
        change({ type: 'FinishRollingIndex', name: this.name, index, node: database.nodeTag, deployment }),
      logger: options.logger,
    });
    this.#unused = new UnusedIndexes({
      indexes,
      isMine: () => this.record().Topology.Members[0] === database.nodeTag,
      times: () => retirementTimes(this.record().Settings, options.retirement),
      setState: (indexes, state) =>
        change({ type: 'EditIndexes', name: this.name, indexes, members: { State: state } }),
      remove,
      logger: options.logger,
    });
  }

  /** The newest record that this node has applied; an immutable value. */
  record(): DatabaseRecord {
    return this.#view.record;
  }

  /** How its indexes are made on the nodes of the group, unless a definition says it. */
  get deploymentModes(): DeploymentModes {
    return deploymentModes(this.record().Settings, this.#deploymentModes);
  }

  /** Follows a changed record: who the peers are, how conflicts are resolved. */
  update(view: RecordView): void {
    const replaced = replacedCopies(this.record(), view.record);
    this.#view = view;
    this.#leaveFormerCluster();
    // Before tombstones go that were kept for them.
    if (replaced.length > 0) this.replication.dropSources('the copy is not trusted any more', replaced);
    const { record } = view;
    this.indexes.define({
      auto: byName<AutoIndexDefinition>(record.AutoIndexes),
      static: byName<StaticIndexDefinition>(record.Indexes),
      isDisabled: isIndexingDisabled(record.Settings),
      pending: pendingIndexes(record, this.database.nodeTag),
    });
    // Who was made a member may begin with what waits.
    this.transactions.wake();
    this.#replicateTo(
      record,
      replicationTargets(record.DatabaseName, record.Topology, this.database.nodeTag),
    );
    const policy = record.ConflictSolverConfig?.ResolveToLatest === false ? 'manual' : 'latest';
    this.replication.setConflictPolicy(policy).catch((error: unknown) => {
      this.#logger.warn(`Stored conflicts of ${this.name} were not resolved`, { error: String(error) });
    });
  }

  /** Why a replication connection with this header is not welcome, or null. */
  refuseSource(header: OperationHeader): string | null {
    return formerCopyIn(header, this.record(), this.#view.etag) ?? this.replication.refuse(header);
  }

  /** Takes over a replication connection after its handshake. */
  acceptSource(connection: ReplicationConnection, header: OperationHeader): void {
    // The record may have changed since the handshake.
    if (this.refuseSource(header) === null) this.replication.accept(connection, header);
    else connection.close();
  }

  /**
   * Makes sure that one of the copies that stay has everything this one acknowledged. The record no longer names this
   * node; nothing new is written here, but what is under way. Resolves with the etag up to which that copy has what was
   * written here; null when that took longer than `timeoutMs`.
   */
  async handOver({ record }: RecordView, timeoutMs: number): Promise<number | null> {
    const { Members, Rehabs } = record.Topology;
    await this.transactions.close();
    this.#replicateTo(record, [...Members, ...Rehabs]);
    return handOver(this.database, this.replication, timeoutMs);
  }

  /** See `handOver`. */
  get writtenEtag(): number {
    return writtenEtag(this.database);
  }

  /** After an unsafe recovery, sources that are still of the old cluster have no business here. */
  #leaveFormerCluster(): void {
    const clusterId = this.#cluster.clusterId();
    if (clusterId === null || clusterId === this.#clusterId) return;
    const isAnother = this.#clusterId !== null;
    this.#clusterId = clusterId;
    if (isAnother) this.replication.dropSources('this node is of another cluster now');
  }

  #replicateTo(record: DatabaseRecord, tags: readonly string[]): void {
    // One whose address is not known yet counts all the same: tombstones are kept for it.
    const peers = tags.map((tag) => ({
      tag,
      tcpAddress: this.#cluster.tcpAddressOf(tag) ?? '',
      database: record.DatabaseName,
      copySince: copySinceOf(record.Topology, tag),
    }));
    const id = record.Topology.DatabaseTopologyIdBase64 || null;
    this.replication.setTopology(peers, {
      id,
      size: copyHolders(record.Topology).length,
      isFilledByOthers: isFilledByOthers(record.DatabaseName, record.Topology, this.database.nodeTag),
    });
  }

  /** Bytes of all its files. A file that goes meanwhile counts nothing. */
  async sizeOnDiskBytes(): Promise<number> {
    const entries = await readdir(this.#path, { withFileTypes: true, recursive: true });
    const sizes = await Promise.all(
      entries.filter((entry) => entry.isFile()).map((entry) => fileBytes(join(entry.parentPath, entry.name))),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  async close(): Promise<void> {
    clearInterval(this.#cleaner);
    this.#superseded.close();
    this.#unused.close();
    this.#rolling.close();
    this.operations.killAll();
    await this.transactions.close();
    await this.replication.close();
    await this.#cleaning;
    try {
      await this.indexes.close();
    } finally {
      await this.database.close();
    }
  }

  /**
   * Removes the tombstones that every holder of a copy has; gives their number. Only of a group that a majority of the
   * cluster confirms: a copy that came without this node knowing may have a document of another one, and would never
   * hear that it was deleted. And only of one that is on the disk: a node that a crash takes back to a former group
   * would send to a copy of that as if it had kept all for it. Rejects with NoLeaderError, and when the cluster's state
   * can't be written in time.
   */
  async cleanTombstones(): Promise<number> {
    const newest = () => this.#cluster.record(this.name)?.record.Topology.Stamp.Index;
    await this.#cluster.consistent.readBarrier();
    const confirmed = newest();
    await this.#cluster.recordsDurable();
    // Replication follows a new topology soon; until then all are kept.
    const isFollowed = confirmed === this.record().Topology.Stamp.Index && confirmed === newest();
    return isFollowed ? this.database.cleanTombstones() : 0;
  }

  async #cleanRegularly(): Promise<void> {
    try {
      const count = await this.cleanTombstones();
      if (count > 0) this.#logger.info(`Cleaned ${count} tombstones of ${this.name}`);
    } catch (error) {
      this.#logger.warn(`Tombstones of ${this.name} were not cleaned; tried again later`, {
        error: String(error),
      });
    }
  }
}

const IDLE_KEY = 'Indexing.TimeToWaitBeforeMarkingAutoIndexAsIdleInMin';
const SUPERSEDED_KEY = 'Indexing.TimeBeforeDeletionOfSupersededAutoIndexInSec';
const DELETE_KEY = 'Indexing.TimeToWaitBeforeDeletingAutoIndexMarkedAsIdleInHrs';

/** As the record of the database says, or its node. */
function retirementTimes(
  settings: Readonly<Record<string, string>>,
  { idleAfterMs, deleteAfterMs, supersededAfterMs }: RetirementTimes,
): RetirementTimes {
  const own = (key: string): number | null => {
    const value = Number(databaseSetting(settings, key));
    return Number.isFinite(value) && value > 0 ? value : null;
  };
  const idleMin = own(IDLE_KEY);
  const deleteHrs = own(DELETE_KEY);
  const supersededSec = own(SUPERSEDED_KEY);
  return {
    idleAfterMs: idleMin === null ? idleAfterMs : idleMin * 60_000,
    deleteAfterMs: deleteHrs === null ? deleteAfterMs : deleteHrs * 3_600_000,
    supersededAfterMs: supersededSec === null ? supersededAfterMs : supersededSec * 1000,
  };
}

function runningDeployments(record: DatabaseRecord, tag: string): readonly RunningDeployment[] {
  const all = rollingIndexesOf(record);
  return runningIndexes(record, tag).map((index) => ({
    index,
    deployment: all[index]?.RaftCommandIndex ?? 0,
  }));
}

/** In the order of their names: the same record always gives the same list. */
function byName<Definition extends { readonly Name: string }>(indexes: unknown): readonly Definition[] {
  return Object.values((indexes ?? {}) as Readonly<Record<string, Definition>>).sort((a, b) =>
    a.Name < b.Name ? -1 : 1,
  );
}

async function fileBytes(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  return found?.size ?? 0;
}

export async function openLoadedDatabase(options: LoadOptions): Promise<LoadedDatabase> {
  const { cluster, view, logger } = options;
  const nodeTag = cluster.nodeTag();
  const database = await Database.open({
    name: view.record.DatabaseName,
    nodeTag,
    path: options.path,
    writer: options.writer,
    durable: options.durable,
    logger,
    ...(options.observeBatch === undefined ? {} : { observeBatch: options.observeBatch }),
  });
  const indexes = await openIndexes(options, database).catch(async (error: unknown) => {
    // Left open, it would keep every later try from opening it.
    await database.close();
    throw error;
  });
  const replication = new DatabaseReplication({
    database,
    nodeTag,
    copySince: options.copySince,
    logger,
    connect: copyConnector(
      fencedConnector(options.connect ?? connectWire, () => cluster.clusterId()),
      options.copySince,
    ),
  });
  return new LoadedDatabase(options, database, replication, indexes);
}

function openIndexes(options: LoadOptions, database: Database): Promise<DatabaseIndexes> {
  return DatabaseIndexes.open({
    host: options.indexHost,
    database,
    path: join(options.path, INDEX_FOLDER),
    durable: options.durable,
    logger: options.logger,
    values: databaseValues(options.cluster.consistent, options.view.record.DatabaseName),
  });
}
