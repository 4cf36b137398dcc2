/** Limits of queries in Lucene's syntax: each with its unit and its reason. */

/** Characters of the text; lists of values belong into `in`. */
export const LUCENE_CHARACTERS_MAX = 64 * 1024;

/** Parentheses inside one another: deeper ones would exhaust the stack. */
export const LUCENE_DEPTH_MAX = 128;

/** Clauses of the whole text, as Lucene has it: each is a look into the index. */
export const LUCENE_CLAUSES_MAX = 1024;
