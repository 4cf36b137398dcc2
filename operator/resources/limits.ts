/** Limits of the Kubernetes objects: each with its unit and its reason. */

/**
 * Seconds between two startup probes, and how many may fail: 30 minutes for a node that replays a long log on a slow
 * disk. Until then no other probe runs.
 */
export const STARTUP_PERIOD_SECONDS = 2;
export const STARTUP_FAILURES_MAX = 900;

/** A node that is alive answers within the timeout even under load; a minute of silence means that it never will. */
export const LIVENESS_PERIOD_SECONDS = 10;
export const LIVENESS_FAILURES_MAX = 6;

/** A node that does not serve any more is out of the Service within ten seconds. */
export const READINESS_PERIOD_SECONDS = 3;
export const READINESS_FAILURES_MAX = 3;

export const PROBE_TIMEOUT_SECONDS = 5;

/** Revisions of the pod template that are kept, to go back to. */
export const REVISION_HISTORY = 5;

/**
 * Share of the memory limit that the JavaScript heap may take. The rest is for RocksDB's caches and tables, buffers of
 * sockets and the threads' own heaps.
 */
export const HEAP_SHARE = 0.5;

/** Below this a node can't work, in MiB, whatever the limit says. */
export const HEAP_MIB_MIN = 128;

/** Space for temporary files of a pod, which would otherwise fill the machine's disk. */
export const TEMPORARY_SIZE = '256Mi';

/** Nodes that a voluntary eviction may take away at once. */
export const EVICTIONS_MAX = 1;
