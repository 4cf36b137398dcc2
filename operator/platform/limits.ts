/** Limits of what the platforms share: each with its unit and its reason. */

/** How long a node may take to say how it is, in milliseconds. One that takes longer counts as silent this time. */
export const ANSWER_TIMEOUT_MS = 5_000;

/** How long a command of the cluster may take, in milliseconds: Rachis gives up after 15 s and says so. */
export const COMMAND_TIMEOUT_MS = 20_000;

/** A reply of the admin API that is read, in bytes; a list of 10,000 databases stays below. */
export const ADMIN_REPLY_BYTES_MAX = 32 * 1024 * 1024;

/** Databases asked for in one request. */
export const DATABASE_PAGE_SIZE = 512;

/** Databases whose settings are read in one look: there may be many, and settings change rarely. */
export const SETTINGS_READS_MAX = 32;

/** Pause between two looks at the cluster, in milliseconds: while something is going on, and at rest. */
export const BUSY_PASS_INTERVAL_MS = 250;
export const IDLE_PASS_INTERVAL_MS = 2_000;

/** Events that are kept until the platform takes them; older ones are dropped, since the status says how things are. */
export const UNTOLD_EVENTS_MAX = 100;
