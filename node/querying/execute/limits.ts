/** Limits of the execution of queries: each with its unit and its reason. */

/** Matches that are sorted by looking at each; more are read in the order of the index, as far as they are wanted. */
export const SORTED_BY_VALUE_MAX = 4096;

/** Bytes of the results of one answer, which is put together in memory; streams have no such limit. */
export const RESULT_BYTES_MAX = 256 * 1024 * 1024;

/** Documents that one query may include. */
export const INCLUDED_DOCUMENTS_MAX = 65_536;

/**
 * How long a query may run in all, in milliseconds, and in one turn before others have theirs: the thread answers the
 * queries of all databases. Results of a stream have no such limit, only turns.
 */
export const QUERY_MS_MAX = 15_000;
export const QUERY_TURN_MS = 50;

/** How long one moment is kept for a stream, in milliseconds: so long, what is deleted meanwhile goes on taking space on the disk. */
export const STREAM_MOMENT_MS_MAX = 4 * 3_600_000;

/** Entries whose values are read at once to be sorted. */
export const SORTED_ROWS_AT_ONCE = 1024;

/** How long a regular expression may take for all terms that it looks at, in milliseconds: other queries wait. */
export const PATTERN_MS_MAX = 2000;

/** Compare-exchange values that one query may include. */
export const INCLUDED_VALUES_MAX = 4096;

/** Entries of an index that one answer shows in place of results: each is put together from all its terms. */
export const ENTRIES_SHOWN_MAX = 65_536;
/** And how many of them without looking whether others should have a turn. */
export const ENTRIES_READ_AT_ONCE = 64;

/** How long all vectors of a field may be compared, in milliseconds: other queries wait. */
export const VECTOR_SEARCH_MS_MAX = 5000;

/** Bytes of vectors that are kept in memory for the next search, of all fields of all databases. */
export const VECTORS_KEPT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Entries of an index up to which the mean length of a field's terms is taken anew after each batch; and above, the part
 * by which they must have become more or less: all terms are looked at, and other queries wait.
 */
export const EXACT_MEAN_ENTRIES_MAX = 1024;
export const MEAN_KEPT_PART = 8;
