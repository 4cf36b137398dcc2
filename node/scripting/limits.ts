/** Limits of scripts: each with its unit and its reason. */

/** Memory of all scripts of a thread, in megabytes; a script that needs more ends, and the next begins anew. */
export const ISOLATE_MEGABYTES = 128;

/** How long one call of a script may take, in milliseconds: others wait meanwhile. */
export const SCRIPT_MS_MAX = 1_000;

/** Compiled scripts that are kept; the one that was used longest ago goes first. */
export const KEPT_SCRIPTS_MAX = 64;

/** Documents that are handed to a script at once: each call has a cost of its own. */
export const ROWS_AT_ONCE = 64;

/** Documents that one call of a script may load. */
export const LOADS_MAX = 10_000;
