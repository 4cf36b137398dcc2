/** Limits that the suite holds the product to: each with its unit and its reason. */

/**
 * No write for at most so long, in milliseconds, when everything is done in order: a client goes on with another node
 * when one stops.
 */
export const ORDERLY_PAUSE_MS_MAX = 10_000;

/**
 * The same when a node is gone without a word, in milliseconds: the client waits five seconds for its answer, twice if
 * the next node is the one that is gone.
 */
export const FAILURE_PAUSE_MS_MAX = 20_000;
