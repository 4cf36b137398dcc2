/** Limits of the execution of suggestions: each with its unit and its reason. */

/** Different words of a field that are compared with a term: about a microsecond each, while other queries wait. */
export const COMPARED_WORDS_MAX = 1_000_000;

/** The likest words that are kept to choose from, and so the most that can be suggested. */
export const CANDIDATES_MAX = 1024;
