/** Limits of the observability room: each with its unit and its reason. */

/** Size at which a log file is closed and a new one begun, in bytes: small enough for an editor. */
export const LOG_FILE_BYTES_MAX = 64 * 1024 * 1024;

/** Log files kept, the oldest is dropped: with the size above, logs take at most a gigabyte. */
export const LOG_FILES_MAX = 16;

/** Peers, databases and routes a node tells apart in its metrics; beyond it they are counted as `other`. */
export const METRIC_LABEL_VALUES_MAX = 1024;

/** Resolution of the event-loop delay, in milliseconds: a heartbeat comes every 100 ms, this sees a tenth of it. */
export const EVENT_LOOP_RESOLUTION_MS = 10;
