/** Limits of the Kubernetes platform: each with its unit and its reason. */

/**
 * A container that has run for this long, in milliseconds, is not crash-looping any more. The kubelet forgets its own
 * back-off after the same time.
 */
export const STABLE_RUN_MS = 10 * 60_000;

/**
 * How long a grown volume may wait for its file system, in milliseconds, before a restart of the pod is taken to be
 * what it waits for. Drivers that grow a mounted file system need about a minute.
 */
export const FILE_SYSTEM_RESIZE_GRACE_MS = 5 * 60_000;

/** The same correction of the same object is told once in this time, in milliseconds. */
export const DRIFT_REPORT_INTERVAL_MS = 60 * 60_000;

/**
 * How often one field may be put back before another author is taken to insist on it, within how long, and how long
 * it is then left alone; times in milliseconds. Two that write against each other for ever help nobody.
 */
export const FIELD_FLIPS_MAX = 5;
export const FIELD_FLIPS_WINDOW_MS = 30 * 60_000;
export const TRUCE_MS = 10 * 60_000;

/** Pause before an object that the API server refused is sent again, in milliseconds: after the first time, and at most. */
export const REFUSED_RETRY_MS = 5_000;
export const REFUSED_RETRY_MAX_MS = 5 * 60_000;

/** Clusters that are looked at at the same time. A look mostly waits, and longest for nodes that do not answer. */
export const CLUSTERS_PARALLEL = 16;

/** Pause between a change of an object and the look that it causes, in milliseconds: changes come in swarms. */
export const CHANGE_SETTLE_MS = 50;

/** Pause before the kinds that the API server serves are asked for again, in milliseconds. */
export const DISCOVERY_INTERVAL_MS = 10 * 60_000;

/** How long the API server may be silent to any watch, in milliseconds, before this process counts as stuck. */
export const WATCH_SILENCE_ALARM_MS = 15 * 60_000;

/** Attempts to set the size of a StatefulSet that its controller is writing, too, before the next look decides anew. */
export const SCALE_ATTEMPTS_MAX = 5;
