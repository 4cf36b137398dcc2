/** Limits of the query language: each with its unit and its reason. */

/** Clauses inside one another, as RavenDB limits them: deeper ones would exhaust the stack of the parser. */
export const NESTED_CLAUSES_MAX = 128;

/** Characters of a query text: a page of code is 4,000; lists of ids come as parameters. */
export const QUERY_CHARACTERS_MAX = 1024 * 1024;

/** Texts of queries that are kept read, in each of two generations, and the characters of the longest of them. */
export const READ_QUERIES_MAX = 256;
export const READ_QUERY_CHARACTERS_MAX = 4096;
