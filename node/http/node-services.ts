import type { DatabaseRecord } from '../cluster/database-record.ts';
import type { Database } from '../documents/database.ts';
import type { DatabaseIndexes } from '../index-thread/database-indexes.ts';
import type { DeploymentModes } from '../landlord/deployment-mode.ts';
import type { OperationRegistry } from '../landlord/operation-registry.ts';
import type { TransactionExecutor } from '../landlord/transaction-executor.ts';
import type { ReplicationStatus } from '../replication/replication-status.ts';
import type { PeerFetch } from '../security/peer-https.ts';
import type { ClusterServices } from './cluster-services.ts';
import type { SecurityServices } from './security-services.ts';

/** What the edge needs of a database's replication inside its group. */
export interface GroupReplicationView {
  /** Resolves with how many other members have it: as many as asked for, or fewer once the time is over. */
  waitForReplication(changeVector: string, copies: number | 'majority', timeoutMs: number): Promise<number>;
  /** Other members that make a majority with this one; null until the group is known. */
  majorityCopies(): number | null;
  /** Tombstones up to this etag are at every member of the group. */
  cleanableTombstoneEtag(): number;
  status(): ReplicationStatus;
}

/** A database that is open on this node. */
export interface LoadedDatabase {
  /** As the record spells it. */
  readonly name: string;
  readonly database: Database;
  readonly replication: GroupReplicationView;
  readonly operations: OperationRegistry;
  readonly indexes: DatabaseIndexes;
  /** How far this copy is with the documents of cluster transactions. */
  readonly transactions: Pick<
    TransactionExecutor,
    'isCurrent' | 'waitFor' | 'waitUntilCurrent' | 'wasLeftOut'
  >;
  /** The newest record this node has applied; an immutable value. */
  record(): DatabaseRecord;
  /** How its indexes are made on the nodes of the group, unless a definition says it. */
  readonly deploymentModes: DeploymentModes;
  /** Removes the tombstones that every copy has; gives their number. Rejects with NoLeaderError. */
  cleanTombstones(): Promise<number>;
  /** When it was opened. */
  readonly openedAt: Date;
  /** Bytes on disk. May be asked of the file system. */
  sizeOnDiskBytes(): Promise<number>;
}

/** Who opens databases. All throw the errors of landlord-error.ts. */
export interface Landlord {
  /** Waits a bounded time while the database is being opened. */
  get(name: string): Promise<LoadedDatabase>;
  /** Without waiting; undefined when it is not open. */
  tryGet(name: string): LoadedDatabase | undefined;
  loaded(): readonly LoadedDatabase[];
  /** Why each database that should be here can't be opened. */
  faults(): ReadonlyMap<string, string>;
}

/** One of the checks behind /healthz and /readyz. */
export interface HealthCheck {
  readonly name: string;
  readonly isOk: boolean;
  readonly detail?: string;
}

/** Log levels at run time, RavenDB's names: Trace, Debug, Info, Warn, Error, Fatal, Off. */
export interface LogConfiguration {
  /** What is logged now. */
  currentLevel(): string;
  /** What the configuration says. */
  configuredLevel(): string;
  setLevel(level: string): void;
  /** Folder of the log files; null when there is none. */
  readonly path: string | null;
}

/** What the edge tells the metrics. All calls are cheap. */
export interface RequestObserver {
  /** A request was answered. `route` is one of the table, never client text. */
  answered(route: string, status: number, durationMs: number): void;
  /** A limit bit. */
  limited(limit: 'concurrent_requests' | 'body_bytes' | 'bodies_bytes' | 'header_bytes'): void;
}

/** Everything of the node that the edge needs; server.ts gives it. */
export interface NodeServices {
  readonly cluster: ClusterServices;
  readonly landlord: Landlord;
  /** Operations of the server itself, such as compaction. */
  readonly operations: OperationRegistry;
  readonly startedAt: Date;
  /** This node's URLs as it tells them to others. */
  readonly publicUrl: () => string;
  readonly tcpUrl: () => string;
  /** Whether PublicServerUrl is configured: then clients are told of it, however they came. */
  readonly hasConfiguredPublicUrl: boolean;
  /** This node's certificate and whom it trusts; null over plain HTTP. */
  readonly security: SecurityServices | null;
  /** Asks another node, as this node. */
  readonly fetch: PeerFetch;
  /** Prometheus text. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** The process works; a false one is worth a restart. */
  liveness(): readonly HealthCheck[];
  /** It can serve; a false one is worth waiting for. */
  readiness(): readonly HealthCheck[];
  readonly logs: LogConfiguration;
  readonly observer?: RequestObserver;
}
