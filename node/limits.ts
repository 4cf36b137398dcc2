/** Limits of a node as a whole: each with its unit and its reason. A stop must end before a container's 30 s are over. */

/** How long requests that are being answered may go on when the node stops, in milliseconds. */
export const REQUESTS_GRACE_MS = 8_000;

/** How long a stopping node waits for connected members to have what it acknowledged, in milliseconds. */
export const REPLICATION_FLUSH_MS = 5_000;

/** How long a stop may take before the process ends anyway, in milliseconds. Nothing acknowledged is lost by it. */
export const STOP_TIMEOUT_MS = 28_000;

/** An event loop that was held up for longer than this answers /healthz with a failure, in milliseconds. */
export const EVENT_LOOP_DELAY_MAX_MS = 10_000;
