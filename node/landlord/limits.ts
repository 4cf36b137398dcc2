/** Limits of the landlord room: each with its unit and its reason. */

/** How long a request waits for a database that is being opened, in milliseconds (RavenDB's default is 10 s). */
export const DATABASE_LOAD_TIMEOUT_MS = 10_000;

/** Pause before a database that could not be opened is tried again, in milliseconds: first, and at most. */
export const RELOAD_DELAY_MS = 1_000;
export const RELOAD_DELAY_MAX_MS = 30_000;

/** Finished operations that stay readable, so that a client that polls late still learns the outcome. */
export const FINISHED_OPERATIONS_MAX = 1024;

/** Operations that may run at once in one database (or server-wide); more are refused. */
export const RUNNING_OPERATIONS_MAX = 256;

/** How long a copy that is to leave may take to hand its last writes to another one, in milliseconds. */
export const DRAIN_TIMEOUT_MS = 60_000;

/** Cluster transactions that are given to the merger at once, by number and in characters of their documents. */
export const TRANSACTIONS_AT_ONCE = 64;
export const TRANSACTIONS_AT_ONCE_LENGTH = 4 * 1024 * 1024;

/** Pause before a cluster transaction that failed is tried again, in milliseconds. */
export const TRANSACTION_RETRY_DELAY_MS = 500;

/** Tries of a cluster transaction whose failure is its own, before it is left out: others wait behind it. */
export const TRANSACTION_ATTEMPTS_MAX = 5;

/** Cluster transactions that were left out and are remembered, so that who waits for one learns it. */
export const LEFT_OUT_TRANSACTIONS_KEPT = 64;

/** How often auto indexes that nobody asks are looked for, in milliseconds. */
export const UNUSED_INDEX_INTERVAL_MS = 60_000;

/** How often a node looks whether indexes that others wait for have caught up, and how long a look may take, in milliseconds. */
export const ROLLING_INDEX_INTERVAL_MS = 500;
export const ROLLING_INDEX_WAIT_MS = 10_000;
