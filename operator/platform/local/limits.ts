/** Limits of the local platform: each with its unit and its reason. */

/** How long a node process may take to stop by itself, in milliseconds, before it is killed. */
export const STOP_TIMEOUT_MS = 30_000;

/** How long a killed process may take to vanish, in milliseconds: the kernel may be writing its memory out. */
export const KILL_TIMEOUT_MS = 10_000;

/** A process that ran this long, in milliseconds, is not in a loop of crashes. */
export const STABLE_RUN_MS = 10_000;

/** How often a process that this operator did not start itself is looked after, in milliseconds. */
export const ADOPTED_CHECK_MS = 250;

/** Pause after a change of the resource file before it is read, in milliseconds: editors write in several steps. */
export const FILE_SETTLE_MS = 100;

/** How often the resource file is looked at anyway, in milliseconds: not every file system reports changes. */
export const FILE_CHECK_MS = 2_000;

/** A node's log is set aside when it is this large at the node's start, in bytes. */
export const LOG_BYTES_MAX = 64 * 1024 * 1024;

/** What is read of the end of a node's log to say why it ended, in bytes. */
export const LOG_TAIL_BYTES = 4_096;

/** How long the operator that is running may take to answer another one, in milliseconds. */
export const CONTROL_TIMEOUT_MS = 2_000;
