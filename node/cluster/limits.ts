/** Limits of the cluster room: each with its unit and its reason. */

/** Requests whose outcome is remembered (RavenDB: Cluster.LogHistoryMaxEntries, 2048): minutes of retries at full load. */
export const REQUESTS_REMEMBERED_MAX = 16_384;

/** Bytes of state gathered into one chunk of a snapshot. */
export const SNAPSHOT_CHUNK_BYTES = 64 * 1024;

/** Entries looked at before a snapshot chunk is cut by size: bounds the work of one slice. */
export const SNAPSHOT_CHUNK_ENTRIES = 512;

/** Decisions of the observer that are kept to be shown. */
export const DECISIONS_KEPT = 100;

/** Pause before the state is written again after a failure, in milliseconds. */
export const SAVE_RETRY_MS = 1_000;

/** Time for a node that is to be added to say who it is, in milliseconds. */
export const INVITATION_TIMEOUT_MS = 5_000;

/** Period at which a node looks whether the cluster knows its present addresses, in milliseconds. */
export const ADDRESS_CHECK_MS = 1_000;

/** Longest time a stopping leader spends on handing over, in milliseconds. */
export const HAND_OVER_TIMEOUT_MS = 3_000;

/** Auto indexes of one database: each is kept up to date with every write. */
export const AUTO_INDEXES_MAX = 128;

/** Static indexes of one database. */
export const STATIC_INDEXES_MAX = 512;
