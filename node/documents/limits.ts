/** Limits of the documents room: each with its unit and its reason. */

/** Longest document id, in bytes of UTF-8: the protocol's limit. */
export const DOCUMENT_ID_BYTES_MAX = 512;

/** Longest collection name, in bytes of UTF-8: it is part of keys. */
export const COLLECTION_NAME_BYTES_MAX = 1024;

/** Longest change vector, in characters: some two hundred databases; more means that unused ids want cleaning up. */
export const CHANGE_VECTOR_LENGTH_MAX = 8 * 1024;

/** Commands that may wait for the transaction merger of one database before more are refused. */
export const QUEUED_COMMANDS_MAX = 32_768;

/** Bytes of documents in commands that wait or are being committed, per database, before more are refused. */
export const QUEUED_BYTES_MAX = 256 * 1024 * 1024;

/** Commands after which a batch is closed: keeps one sync to milliseconds. */
export const BATCH_COMMANDS_MAX = 4096;

/** Bytes of writes after which a batch is closed: a batch is copied once to the writer thread. */
export const BATCH_BYTES_MAX = 1024 * 1024;

/** Bytes of writes of a single command; it must fit into one batch of the storage together with its keys. */
export const COMMAND_BYTES_MAX = 256 * 1024 * 1024;

/** How long commands run in one go before the event loop gets its turn, in milliseconds: heartbeats must not wait. */
export const MERGER_SLICE_MS = 8;

/** Documents fetched ahead of a slice of commands in one call. */
export const PREFETCH_DOCUMENTS_MAX = 1024;

/** Commits that one synchronous read may be overtaken by: those at the writer thread when it began. */
export const READ_RETRIES_MAX = 8;

/** Rows whose documents are fetched together while a list is read: first, and then. */
export const FIRST_SLICE_ROWS = 8;
export const LIST_SLICE_ROWS = 128;

/** Pause between attempts to make a failed storage writable again, in milliseconds. */
export const RECOVERY_DELAY_MS = 250;

/** Free bytes beyond the size of the write-ahead log that make such an attempt worth while. */
export const RECOVERY_FREE_BYTES_MIN = 4 * 1024 * 1024;

/** Clocks of other nodes are followed this far into the future, in milliseconds; beyond it they are wrong. */
export const CLOCK_AHEAD_MAX_MS = 60_000;

/** Tombstones removed by one command of the cleaner. */
export const TOMBSTONES_CLEANED_AT_ONCE = 1024;

/** Largest range that a HiLo request may ask for and get. */
export const HILO_CAPACITY_MAX = 1024 * 1024;
export const HILO_CAPACITY_MIN = 32;

/** Answers of idempotent batches that are remembered, and for how long (milliseconds): well beyond client retries. */
export const REMEMBERED_REQUESTS_MAX = 4096;
export const REMEMBERED_REQUEST_MS = 10 * 60_000;
/** A longer answer is not remembered, in bytes: the log is read and written with every such batch. */
export const REMEMBERED_ANSWER_BYTES_MAX = 1024 * 1024;

/** Documents written last that are kept at hand for the next write, by number and in bytes, per database. */
export const RECENT_DOCUMENTS_MAX = 16_384;
export const RECENT_DOCUMENTS_BYTES_MAX = 16 * 1024 * 1024;
