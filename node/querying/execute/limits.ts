/** Limits of the execution of queries: each with its unit and its reason. */

/** Matches that are sorted by looking at each; more are read in the order of the index, as far as they are wanted. */
export const SORTED_BY_VALUE_MAX = 4096;
