import type { ClusterCommand } from '../cluster/cluster-command.ts';
import type { DatabaseRecord } from '../cluster/database-record.ts';

/** Who is in the cluster, by tag; immutable. */
export interface ClusterTopologyView {
  /** null while passive. */
  readonly topologyId: string | null;
  /** Tag → URL, of everybody. */
  readonly allNodes: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, string>>;
  readonly promotables: Readonly<Record<string, string>>;
  readonly watchers: Readonly<Record<string, string>>;
  readonly lastNodeId: string;
  /** Raft index of its last change; -1 while passive. */
  readonly etag: number;
}

/** How a leader sees another node. */
export interface PeerStatus {
  readonly connected: boolean;
  readonly errorDetails: string | null;
  readonly lastSent: Date | null;
  readonly lastReply: Date | null;
  readonly lastSentMessage: string;
  readonly lastMatchingIndex: number;
}

export interface ClusterStatus {
  readonly state: 'Passive' | 'Candidate' | 'Follower' | 'LeaderElect' | 'Leader';
  readonly leader: string | null;
  readonly term: number;
  /** How long this node has been leading, in milliseconds; null when it doesn't. */
  readonly leadershipMs: number | null;
  readonly lastStateChangeReason: string;
  /** By tag; empty unless leading. */
  readonly peers: Readonly<Record<string, PeerStatus>>;
}

export interface RecordView {
  readonly record: DatabaseRecord;
  /** Raft index of its last change. */
  readonly etag: number;
}

export interface ObserverDecisions {
  readonly suspended: boolean;
  readonly iteration: number;
  readonly decisions: readonly {
    readonly Date: string;
    readonly Database: string | null;
    readonly Message: string;
    readonly Iteration: number;
  }[];
}

/** What the edge needs of the cluster layer. */
export interface ClusterServices {
  readonly serverId: string;
  /** `?` while passive. */
  nodeTag(): string;
  topology(): ClusterTopologyView;
  status(): ClusterStatus;
  /** Last Raft index whose effects are visible here. */
  appliedIndex(): number;
  /** Resolves when the command is applied here; `result` is a plain value. Any node will do: it reaches the leader. */
  submit(
    command: ClusterCommand,
    options?: { readonly requestId?: string; readonly timeoutMs?: number },
  ): Promise<{ readonly index: number; readonly result: unknown }>;
  record(name: string): RecordView | undefined;
  records(): readonly RecordView[];
  /** RavenDB's ClientConfiguration with its Etag, as stored; null when there is none. */
  clientConfiguration(): Readonly<Record<string, unknown>> | null;
  /** Identities of a database: name with `|` → value. */
  identities(databaseName: string): Readonly<Record<string, number>>;
  waitForIndex(index: number, timeoutMs: number): Promise<void>;

  /** What the observer last decided and why, newest first. */
  observerDecisions(): ObserverDecisions;

  bootstrap(): Promise<void>;
  addNode(url: string, options: { readonly tag?: string; readonly watcher?: boolean }): Promise<void>;
  removeNode(tag: string): Promise<void>;
  promote(tag: string): Promise<void>;
  demote(tag: string): Promise<void>;
  reelect(): Promise<void>;
  forceTimeout(): Promise<void>;
}
