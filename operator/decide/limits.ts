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
