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

/** Elements of a list of which a built-in function does something in one go: the engine does not end it in between. */
export const SCRIPT_LIST_MAX = 10_000_000;

/** Characters of a text that built-in functions make or take apart in one go, likewise: the engine can't hold lists of more than 2^27. */
export const SCRIPT_CHARACTERS_MAX = 16 * 1024 * 1024;

/** Characters of the JSON that a call gives: what is around it reads it whole. */
export const SCRIPT_RESULT_CHARACTERS_MAX = 64 * 1024 * 1024;

/** Characters of an id or a key that is looked up: longer ones there are none. */
export const KEY_CHARACTERS_MAX = 1024;

/** Characters that are kept of what a script throws. */
export const SCRIPT_MESSAGE_CHARACTERS_MAX = 4096;
