/** Limits of the replication room: each with its unit and its reason. */

/** Version of our replication protocol, agreed on in the TCP handshake. */
export const REPLICATION_PROTOCOL_VERSION = 1;

/** Items after which a batch is cut at the next transaction boundary: keeps one apply at the receiver to milliseconds. */
export const BATCH_ITEMS_MAX = 512;

/** Bytes of documents after which a batch is cut at the next transaction boundary. */
export const BATCH_BYTES_MAX = 1024 * 1024;

/** Items looked at in one synchronous read, sent or skipped: bounds how long a scan holds the event loop. */
export const SCAN_ITEMS_MAX = 2048;

/**
 * Bytes that one source transaction may add to a batch before it is cut nevertheless: a receiver must hold the whole
 * of it in memory. Far above what the edge lets into one request.
 */
export const TRANSACTION_BYTES_MAX = 256 * 1024 * 1024;

/** Batches sent and not yet acknowledged; enough to hide one round trip and one sync. */
export const WINDOW_BATCHES_MAX = 16;

/** Bytes sent and not yet acknowledged; bounds what a slow receiver makes both sides hold. */
export const WINDOW_BYTES_MAX = 16 * 1024 * 1024;

/** Bytes a receiver holds unapplied before it stops reading from the socket. Above the window, for large transactions. */
export const UNAPPLIED_BYTES_MAX = 32 * 1024 * 1024;

/** Pause between two signs of life on a quiet connection, in milliseconds, each way. */
export const HEARTBEAT_INTERVAL_MS = 2_000;

/** Silence after which a peer counts as gone, in milliseconds: several heartbeats, and a long pause of its process. */
export const PEER_SILENCE_MAX_MS = 15_000;

/** How long a claim or cursor that goes with no item waits for company, in milliseconds. */
export const IDLE_CLAIM_DELAY_MS = 100;

/** The same for a claim that covers items that went without one, since a request may wait for it. */
export const OWED_CLAIM_DELAY_MS = 1;

/** How long the news that this database's vector grew waits for more of it, in milliseconds. */
export const NOTIFY_DELAY_MS = 5;

/** How long an item of another origin is left to that origin while it makes no progress, in milliseconds. */
export const RELAY_PATIENCE_MS = 10_000;

/**
 * How long origins may have sent all that was left to them without the destination coming to include it, in milliseconds.
 * The claim of an origin comes with the end of what it sends, so this is long.
 */
export const CLAIM_PATIENCE_MS = 2_000;

/** Items left to their origin that are remembered one by one, for one destination; the rest is scanned again. */
export const RELAYS_REMEMBERED_MAX = 16_384;

/** Pause before the first reconnection, and the longest, in milliseconds. */
export const RECONNECT_DELAY_MS = 100;
export const RECONNECT_DELAY_MAX_MS = 15_000;

/** Connection errors kept per peer for the administrator to see. */
export const PEER_ERRORS_MAX = 25;

/** Waits for write assurance at once in one database; each holds a request open. */
export const ASSURANCE_WAITERS_MAX = 16_384;

/** Documents in conflict that one command resolves after a change of policy: keeps it to milliseconds. */
export const RESOLVED_PER_COMMAND_MAX = 128;

/** Tombstones held for a destination above which an administrator is warned, once per growth by this number. */
export const HELD_TOMBSTONES_WARNING = 16_384;

/** What one stream may send at a time and leave to others; the simulator uses small ones. */
export interface StreamLimits {
  readonly batchItems: number;
  readonly batchBytes: number;
  readonly scanItems: number;
  readonly transactionBytes: number;
  readonly windowBatches: number;
  readonly windowBytes: number;
  readonly relaysRemembered: number;
}

export const STREAM_LIMITS: StreamLimits = {
  batchItems: BATCH_ITEMS_MAX,
  batchBytes: BATCH_BYTES_MAX,
  scanItems: SCAN_ITEMS_MAX,
  transactionBytes: TRANSACTION_BYTES_MAX,
  windowBatches: WINDOW_BATCHES_MAX,
  windowBytes: WINDOW_BYTES_MAX,
  relaysRemembered: RELAYS_REMEMBERED_MAX,
};
