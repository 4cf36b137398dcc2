import type { Logger } from '../observability/logger.ts';
import type { PeerFetch } from '../security/peer-https.ts';
import type { StorageWriter } from '../storage/storage-writer.ts';
import type { WireConnector } from '../wire/connect.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import type { CommandVersions } from './command-version.ts';
import type { DatabaseReport } from './node-report.ts';

export interface ClusterLayerOptions {
  /** Folder of the cluster's storage: Raft log, identity and state. */
  readonly path: string;
  readonly writer: StorageWriter;
  readonly durable: boolean;
  /** How this node is reached; asked whenever it is told to others. */
  readonly publicUrl: () => string;
  /** `host:port` */
  readonly tcpAddress: () => string;
  /** How other nodes' TCP ports are reached; absent: plainly. */
  readonly connect?: WireConnector;
  /** How they are asked over HTTP; absent: plainly. */
  readonly fetch?: PeerFetch;
  readonly logger: Logger;
  readonly settings: ClusterSettings;
  /** The zone that this node is in by its own configuration; null: that is told by somebody else, or not at all. */
  readonly zone?: string | null;
  /** Which commands this program knows; absent: those of this release. */
  readonly commandVersions?: CommandVersions;
  /** What this node tells the leader about its databases. */
  readonly reports: () => readonly DatabaseReport[];
  /** Rachis can't go on: its log is damaged or can't be written. */
  readonly onFatal?: (error: Error) => void;
  /** Told of each write of the Raft log: milliseconds until it was durable, and bytes. */
  readonly observeLogWrite?: (milliseconds: number, bytes: number) => void;
  /** Told of each slice of committed entries that was applied: milliseconds, and entries. */
  readonly observeApply?: (milliseconds: number, entries: number) => void;
}
