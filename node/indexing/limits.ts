/** Limits of indexing: each with its unit and its reason. */

/** Bytes of a text term; the rest of a longer text is hashed, so that equality still tells long texts apart. */
export const TERM_BYTES_MAX = 512;

/** Entries in a block of postings: a block is read and written whole. */
export const BLOCK_ENTRIES_MAX = 512;

/**
 * In a batch with more entries than this, new postings of a term go to the term's last block only if they are so many;
 * else to blocks of their own: looking for the last block costs a seek a term.
 */
export const APPENDING_BATCH_ENTRIES_MAX = 16;
export const APPENDED_TOGETHER_MIN = 8;

/** Values of one field of one entry; what is beyond is an error of the document. */
export const FIELD_VALUES_MAX = 65_536;

/** Tokens that are read of one text; as many as a long book has words. */
export const TOKENS_MAX = 1_000_000;

/** Tokens of a text whose words are told apart by comparing each with each: beyond that a table is cheaper. */
export const FEW_WORDS_MAX = 8;

/** Bytes of a token; longer ones are dropped, as Lucene's StandardAnalyzer does with its 255 characters. */
export const TOKEN_CHARACTERS_MAX = 255;

/**
 * How long a batch works at a stretch, in milliseconds: then queries have a turn. One call of the engine or of a script
 * is never interrupted.
 */
export const TURN_MS_MAX = 1;

/**
 * A batch takes no more documents beyond any of these: documents, and bytes of them; rows that it will write, since
 * queries wait while they are written; and how long it has mapped, in milliseconds: nobody finds any of it before its end.
 */
export const BATCH_DOCUMENTS_MAX = 4096;
export const BATCH_DOCUMENT_BYTES_MAX = 16 * 1024 * 1024;
export const BATCH_ROWS_MAX = 4096;
export const BATCH_MS_MAX = 500;

/** Rows of a batch from which on it is written in the background: fewer are written before another thread has woken up. */
export const BACKGROUND_ROWS_MIN = 512;

/** Documents that are read at once within a batch, and that are mapped at once. */
export const READ_DOCUMENTS_MAX = 256;
export const MAPPED_DOCUMENTS_MAX = 64;

/**
 * Of what is read ahead: rows of a collection that are read at once, and documents; bytes of documents after which a
 * round ends; rounds that wait to be taken, an index, and indexes of a database; and how long the thread that reads them
 * stays, in milliseconds, without being asked.
 */
export const READ_AHEAD_ROWS = 2048;
export const READ_AT_ONCE = 64;
export const READ_AHEAD_BYTES_MAX = 1024 * 1024;
export const ROUNDS_AHEAD = 8;
export const STREAMS_AHEAD_MAX = 4;
export const AHEAD_IDLE_MS = 5000;

/** Rows that are counted to say how many of a collection an index has left, on each side of where it is. */
export const COUNTED_LEFT_MAX = 2048;

/** Errors that are kept of an index; the newest. */
export const KEPT_ERRORS_MAX = 500;

/** Characters of an error that are kept. */
export const ERROR_CHARACTERS_MAX = 1024;

/** Sources of values that one index may have: their fields are numbered with 16 bits. */
export const FIELDS_MAX = 4096;

/** Values of a group that are reduced at once; a larger group is reduced in parts. */
export const REDUCED_WHOLE_MAX = 1024;

/** Values, and groups, that are reduced in one call; a group whose values are more is one alone. */
export const REDUCED_AT_ONCE = 1024;
export const REDUCED_GROUPS_AT_ONCE = 64;

/** Collections that the maps of one index may load from: each is followed on its own. */
export const REFERENCED_COLLECTIONS_MAX = 256;

/** Bytes of the key of a compare-exchange value: a longer key names none, and would not be kept. */
export const VALUE_KEY_BYTES_MAX = 512;

/** Values that are compared at once with those that documents were mapped with. */
export const READ_VALUES_MAX = 128;

/** Values of an index whose change was told and that are not compared yet; beyond that all of the index are compared. */
export const TOLD_VALUES_MAX = 16_384;

/** Bits by which an index that is being made tells documents that it has never mapped. A million leave 8 of 9 unset. */
export const NEW_DOCUMENT_BITS = 2 ** 23;

/** How often documents are mapped again for values that they look up: once, but for values that others lead to. */
export const MAP_VALUE_ROUNDS_MAX = 8;

/** Characters of the values that a batch looks up: beyond the first number it ends, the second is never exceeded by more than one reading. */
export const BATCH_VALUE_CHARACTERS_MAX = 16 * 1024 * 1024;
export const KEPT_VALUE_CHARACTERS_MAX = 64 * 1024 * 1024;

/** Batches of an index whose times are kept; the newest. */
export const BATCH_TIMES_KEPT = 32;

/** Documents of groups that are written or deleted in one transaction. */
export const OUTPUTS_WRITTEN_AT_ONCE = 256;

/**
 * What is kept of reads, a database, in each of two generations: entries of terms (4 bytes each), and rows (some
 * hundred bytes each).
 */
export const RECENT_POSTINGS_MAX = 1_000_000;
export const RECENT_ROWS_MAX = 8192;

/**
 * Likewise of what results are shown by, which is all that most queries need of rows: bytes, and what one weighs beside
 * its own.
 */
export const RECENT_SHOWN_BYTES_MAX = 4 * 1024 * 1024;
export const RECENT_SHOWN_WEIGHT = 128;

/** Likewise of what groups were reduced to: bytes, and what one weighs beside its own, with its members taken apart. */
export const RECENT_GROUPS_BYTES_MAX = 2 * 1024 * 1024;
export const RECENT_GROUP_WEIGHT = 512;

/**
 * Blocks are merged when so many entries, and such a part of all, came in batches that scatter them: each entry is
 * rewritten a few times at most, however large the index grows.
 */
export const UNMERGED_ENTRIES_MIN = 1024;
export const UNMERGED_PART = 4;

/**
 * Bytes of the tables of terms of all databases (see term-tables.ts), and the part of it that one may take while it is
 * made: it grows by doubling.
 */
export const TERM_TABLE_BYTES_MAX = 64 * 1024 * 1024;
export const TABLE_PART_OF_MEMORY = 2;

/** Blocks that are read for a table in one turn, and that must have been scanned in vain before any are. */
export const TABLE_BLOCKS_AT_ONCE = 4096;
export const TABLE_BLOCKS_MIN = 128;

/**
 * Terms or entries of a field that have changed since its table was made: beyond the first number they are taken into
 * it by the next query, beyond the second it is dropped.
 */
export const CHANGED_SINCE_MAX = 256;
export const CHANGED_SINCE_DROPPED_MAX = 4096;

/**
 * Bytes of documents that queries have shown lately, of all databases, in each of two generations; what one weighs
 * beside its bytes; and the writes after which they are looked through: more are not worth it.
 */
export const SHOWN_DOCUMENTS_BYTES_MAX = 16 * 1024 * 1024;
export const SHOWN_DOCUMENT_WEIGHT = 512;
export const FOLLOWED_WRITES_MAX = 256;
