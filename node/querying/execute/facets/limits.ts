/** Limits of the execution of facets: each with its unit and its reason. */

/** Matching entries that are read one by one; of more the postings are read instead. */
export const ENTRIES_BY_ROW_MAX = 4096;

/** Entries that are aggregated at once: 28 bytes each. */
export const AGGREGATED_ENTRIES_MAX = 1024 * 1024;
