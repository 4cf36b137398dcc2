/** Limits of indexing: each with its unit and its reason. */

/** Bytes of a text term; the rest of a longer text is hashed, so that equality still tells long texts apart. */
export const TERM_BYTES_MAX = 512;

/** Entries in a block of postings: a block is read and written whole. */
export const BLOCK_ENTRIES_MAX = 512;

/**
 * In a batch with more entries than this, postings go to blocks of their own without a look at the last one: looking
 * costs a seek a term, and the blocks of a big batch are big enough.
 */
export const APPENDING_BATCH_ENTRIES_MAX = 256;

/** Values of one field of one entry; what is beyond is an error of the document. */
export const FIELD_VALUES_MAX = 65_536;

/** Tokens that are read of one text; as many as a long book has words. */
export const TOKENS_MAX = 1_000_000;

/** Bytes of a token; longer ones are dropped, as Lucene's StandardAnalyzer does with its 255 characters. */
export const TOKEN_CHARACTERS_MAX = 255;

/** Documents that are indexed in one batch, and how long one may take, in milliseconds: queries wait meanwhile. */
export const BATCH_DOCUMENTS_MAX = 2048;
export const BATCH_MS_MAX = 25;

/** Documents that are read at once within a batch. */
export const READ_DOCUMENTS_MAX = 128;

/** Errors that are kept of an index; the newest. */
export const KEPT_ERRORS_MAX = 500;

/** Characters of an error that are kept. */
export const ERROR_CHARACTERS_MAX = 1024;

/** Sources of values that one index may have: their fields are numbered with 16 bits. */
export const FIELDS_MAX = 4096;

/** Values of a group that are reduced at once; a larger group is reduced in parts. */
export const REDUCED_WHOLE_MAX = 1024;

/** Collections that the maps of one index may load from: each is followed on its own. */
export const REFERENCED_COLLECTIONS_MAX = 256;
