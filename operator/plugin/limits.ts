/** Limits of the kubectl plugin: each with its unit and its reason. */

/** How long a command waits for what it asked for, in milliseconds, unless it is told otherwise. */
export const WAIT_MS = 120_000;

/** Pause between two looks at something that is awaited, in milliseconds. */
export const LOOK_PAUSE_MS = 1_000;

/** How long a connection to a node through the API server may take to come about, in milliseconds. */
export const TUNNEL_TIMEOUT_MS = 10_000;

/** An answer of a node that goes into a report, in bytes: metrics of many databases are the longest. */
export const NODE_ANSWER_BYTES_MAX = 16 * 1024 * 1024;

/** Of each log of a container: lines, and bytes. A report should fit into a mail, and the end is what matters. */
export const LOG_LINES_MAX = 20_000;
export const LOG_BYTES_MAX = 4 * 1024 * 1024;

/** Pods whose logs go into a report. */
export const LOGGED_PODS_MAX = 128;

/** Events that go into a report, the latest. */
export const EVENTS_MAX = 2_000;

/** Names that a message lists. */
export const LISTED_NAMES_MAX = 20;
