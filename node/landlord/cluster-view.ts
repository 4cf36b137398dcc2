import type { ConsistentStore } from '../cluster/consistent-store.ts';
import type { IndexCommand } from '../cluster/index-commands.ts';
import type { StoredRecord } from '../cluster/state/stored-record.ts';

/** A database record with the Raft index at which it last changed. */
export type RecordView = StoredRecord;

/** What the landlord needs of the cluster layer; records are immutable values, replaced whole. */
export interface ClusterView {
  /** `?` while the node is in no cluster. */
  nodeTag(): string;
  /** Identity of this node's Rachis storage. */
  readonly serverId: string;
  /** Of the cluster that this node is of; null while it is in none. */
  clusterId(): string | null;
  records(): readonly RecordView[];
  /** Names compare without case. */
  record(name: string): RecordView | undefined;
  /** `host:port` of a node's TCP listener. */
  tcpAddressOf(tag: string): string | undefined;
  /** What cluster transactions have for the copies of databases. */
  readonly consistent: Pick<
    ConsistentStore,
    'transactions' | 'onTransactions' | 'values' | 'onValues' | 'readBarrier'
  >;
  /**
   * Resolves when no crash can take this node back behind the records of now: what is done to the files of a copy can't
   * be taken back either. Rejects when the state can't be written in time, as on a full disk.
   */
  recordsDurable(): Promise<void>;
  onRecordsChanged(listener: () => void): () => void;
  /** Nodes came, went, or are at other addresses. */
  onTopologyChanged(listener: () => void): () => void;
  /** Changes the indexes of a database's record. */
  changeIndexes(command: IndexCommand): Promise<void>;
  /** Tells the cluster that this node's copy is gone. May be repeated. */
  confirmDeletion(view: RecordView, tag: string): Promise<void>;
}
