/** A failed connection, for the administrator. */
export interface PeerError {
  /** ISO time. */
  readonly at: string;
  readonly message: string;
}

/** How replication to one member of the group stands. */
export interface OutgoingStatus {
  readonly tag: string;
  readonly tcpAddress: string;
  readonly database: string;
  readonly isConnected: boolean;
  /** Our etag up to which items were sent, and up to which the destination has them durably. */
  readonly lastSentEtag: number;
  readonly lastAcceptedEtag: number;
  /** Etags of ours that the destination may lack. */
  readonly etagsBehind: number;
  /** Database id of the destination, '' until it was reached. */
  readonly databaseId: string;
  readonly changeVector: string;
  readonly sentItems: number;
  /** The latest last. */
  readonly errors: readonly PeerError[];
}

/** A source that is connected. */
export interface IncomingStatus {
  readonly sourceTag: string;
  readonly sourceDatabaseId: string;
  readonly sourceDatabaseName: string;
  readonly remote: string;
  /** Etag of the source up to which its items are durable here. */
  readonly lastAcceptedEtag: number;
  readonly receivedItems: number;
  readonly silentMs: number;
}

export interface ReplicationStatus {
  readonly outgoing: readonly OutgoingStatus[];
  readonly incoming: readonly IncomingStatus[];
}
