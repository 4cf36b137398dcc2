/** What a node tells the leader about one database that it holds, every sample period. */
export interface DatabaseReport {
  readonly name: string;
  readonly status: 'Loaded' | 'Loading' | 'Faulted' | 'Unloaded';
  readonly error?: string;
  /** Last etag that is durable here; 0 unless loaded. */
  readonly lastEtag: number;
  /** Database change vector; empty unless loaded. */
  readonly changeVector: string;
  readonly documentsCount: number;
  /** Tombstones that are kept; absent unless loaded. */
  readonly tombstones?: number;
  /** Raft index at which the node was given the copy that it holds; absent unless loaded. */
  readonly copySince?: number;
  /** Peers of the group whose replication connection is alive, either way: witnesses that a node lives. */
  readonly connectedPeers: readonly string[];
}

/** One node's report, as the leader keeps it. */
export interface NodeReport {
  readonly tag: string;
  /** When it arrived, by the leader's monotonic clock, in milliseconds. */
  readonly receivedAtMs: number;
  readonly appliedIndex: number;
  /** The node's wall clock when it told this, in milliseconds since 1970; absent from a node that does not tell. */
  readonly wallMs?: number;
  /** By lower-case name. */
  readonly databases: ReadonlyMap<string, DatabaseReport>;
}
