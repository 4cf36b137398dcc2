import type { CertificateDirectory } from '../cluster/certificate-directory.ts';
import type { ClusterCommand } from '../cluster/cluster-command.ts';
import type { LogEnd, RecoveryReport } from '../cluster/cluster-recovery.ts';
import type { ClusterStatus, ClusterTopologyView } from '../cluster/cluster-status.ts';
import type { ClusterWatch } from '../cluster/cluster-watch.ts';
import type { ConsistentStore } from '../cluster/consistent-store.ts';
import type { RaftView } from '../cluster/raft-view.ts';
import type { StartCatchUp } from '../cluster/start-catch-up.ts';
import type { StoredRecord } from '../cluster/state/stored-record.ts';

/** What the edge needs of the cluster layer. */
export interface ClusterServices {
  readonly serverId: string;
  readonly certificates: Pick<CertificateDirectory, 'all' | 'find'>;
  readonly consistent: Pick<ConsistentStore, 'values' | 'readBarrier'>;
  /** Until it is over, what there is may be news to this node. */
  readonly startCatchUp: Pick<StartCatchUp, 'isOver' | 'over'>;
  /** `?` while passive. */
  nodeTag(): string;
  topology(): ClusterTopologyView;
  /** Raft index at which clients were last to find a node elsewhere; 0: never. Asked on every request. */
  publicUrlsChangedAt(): number;
  status(): ClusterStatus;
  /** For how long this node is cut off from the majority of its cluster, in milliseconds; null: it is not. */
  isolatedMs(): number | null;
  /** Version of the cluster's commands that this node knows, and the lowest among all nodes. */
  commandVersions(): { readonly own: number; readonly cluster: number };
  /** Last Raft index whose effects are visible here. */
  appliedIndex(): number;
  /** Resolves when the command is applied here; `result` is a plain value. Any node will do: it reaches the leader. */
  submit(
    command: ClusterCommand,
    options?: { readonly requestId?: string; readonly timeoutMs?: number },
  ): Promise<{ readonly index: number; readonly result: unknown }>;
  record(name: string): StoredRecord | undefined;
  records(): readonly StoredRecord[];
  /** RavenDB's ClientConfiguration with its Etag, as stored; null when there is none. */
  clientConfiguration(): Readonly<Record<string, unknown>> | null;
  /** Identities of a database: name with `|` → value. */
  identities(databaseName: string): Readonly<Record<string, number>>;
  waitForIndex(index: number, timeoutMs: number): Promise<void>;

  /** Rachis on this node: its state, its log, what it remembers. */
  readonly raft: Pick<RaftView, 'status' | 'log' | 'history'>;
  /** What the observer decided, and what nodes report to the leader. */
  readonly observer: Pick<ClusterWatch, 'decisions' | 'maintenanceStats'>;

  bootstrap(): Promise<void>;
  addNode(url: string, options: { readonly tag?: string; readonly watcher?: boolean }): Promise<void>;
  /** The node at `url` takes the place of the one with this tag. */
  replaceNode(tag: string, url: string, options: { readonly tag?: string }): Promise<void>;
  removeNode(tag: string): Promise<void>;
  promote(tag: string): Promise<void>;
  demote(tag: string): Promise<void>;
  /** `tag`: who is to lead; else the most up-to-date of the others. */
  reelect(tag?: string): Promise<void>;
  /** Unsafe recovery: this node goes on alone. Rejects with RecoveryRefusedError. */
  recover(at: LogEnd): Promise<RecoveryReport>;
  forceTimeout(): Promise<void>;
}
