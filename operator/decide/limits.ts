/** Limits of the operator's decisions: each with its unit and its reason. */

/** Pause before a process that ended by itself is started again, in milliseconds: after the first time, and at most. */
export const RESTART_DELAY_MS = 500;
export const RESTART_DELAY_MAX_MS = 30_000;

/**
 * How long an unanswered request to change the membership may still take effect, in milliseconds: Rachis gives up on
 * a command after 15 s. Nothing that depends on the membership is decided meanwhile.
 */
export const UNCERTAIN_MEMBERSHIP_MS = 15_000;

/**
 * How long a node that the topology has may say that it is in no cluster before its disk counts as wiped, in
 * milliseconds. A node that just joined says so until the leader's first message; a member must have had one.
 */
export const PASSIVE_MEMBER_GRACE_MS = 3_000;
export const PASSIVE_JOINER_GRACE_MS = 30_000;

/** Databases that get or lose a copy at once: copying competes with clients for disk and network. */
export const DATABASE_MOVES_MAX = 4;

/** Names of databases that a message or the status lists. */
export const LISTED_DATABASES_MAX = 10;

/** How long no majority must have answered before people are told that the quorum is lost, in milliseconds. */
export const QUORUM_LOSS_NOTICE_MS = 30_000;

/** How long no majority may have answered before it counts as lost, in milliseconds: machines reboot in less. */
export const RECOVERY_PATIENCE_MS = 10 * 60_000;

/** Clusters of before a recovery that are remembered. Whoever speaks of an older one is a stranger, and is left alone. */
export const FORMER_CLUSTERS_MAX = 8;

/** Pause between two replacements of lost machines, in milliseconds: what takes machines away may not be through. */
export const REPLACEMENT_INTERVAL_MS = 60 * 60_000;

/** Pause before a leader is asked again to step down, in milliseconds: an election takes up to three seconds. */
export const STEP_DOWN_INTERVAL_MS = 5_000;

/** How long nodes and zones must have stayed as they are before copies move to spread them better, in milliseconds. */
export const SPREAD_SETTLE_MS = 60_000;

/** Pause before what the cluster refused to do about a database is asked for again, in milliseconds. */
export const REFUSED_RETRY_MS = 30_000;

/** Databases that are made, changed or deleted in one pass as their resources say. */
export const DATABASE_CHANGES_MAX = 8;
