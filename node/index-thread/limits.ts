/** Limits of the index thread: each with its unit and its reason. */

/** Queries that wait for an index at once, per database; more are refused. */
export const WAITING_QUERIES_MAX = 10_000;

/** How long a query waits for the index that it made, and who asks to wait without saying how long, in milliseconds. */
export const STALE_WAIT_MS = 15_000;

/** Terms given at once. */
export const TERMS_MAX = 16_384;

/** Characters of the texts of queries that a database remembers it was asked, in each of two generations; the longest is a quarter. */
export const ASKED_CHARACTERS_MAX = 65_536;

/** Requests to the thread that are not answered yet; more are refused. */
export const PENDING_CALLS_MAX = 20_000;

/**
 * Requests or replies that cross between the threads together, bytes of replies, and how long a reply may wait for
 * others, in milliseconds: more at once would leave the other thread idle meanwhile.
 */
export const MESSAGES_TOGETHER_MAX = 32;
export const BYTES_TOGETHER_MAX = 128 * 1024;
export const REPLIES_WAIT_MS_MAX = 1;

/**
 * While somebody has asked within the first of these, in milliseconds, merging the blocks of an index pauses for the
 * second between its turns.
 */
export const ASKED_LATELY_MS = 5;
export const MERGE_PAUSE_MS = 10;

/** How long a query waits until its node has heard of the index that it had made, in milliseconds. */
export const DEFINITION_WAIT_MS = 5_000;

/** Streams of one database that are read at once, and how long nobody may read one before it is closed, in milliseconds. */
export const OPEN_STREAMS_MAX = 256;
export const STREAM_IDLE_MS = 300_000;

/** How often a call is made again for compare-exchange values: once, but for values that others lead to. */
export const VALUE_ROUNDS_MAX = 8;

/** Characters of compare-exchange values that are sent to maps at once; others are asked for again. */
export const READ_VALUE_CHARACTERS_MAX = 4 * 1024 * 1024;

/** Indexes of a database that are tried out at once, and characters of what their maps give, beyond which one ends. */
export const TRIALS_MAX = 4;
export const TRIAL_CHARACTERS_MAX = 16 * 1024 * 1024;

/** Pause before the storage of indexes that has failed to write is opened again, in milliseconds. */
export const REPAIR_DELAY_MS = 1000;

/** Documents of an index's groups that are listed at once. */
export const SHOWN_DOCUMENTS_MAX = 16_384;

/**
 * When the thread has failed, another one is started after the first of these, in milliseconds; after twice as long
 * when that fails, too, and so on up to the second: whatever makes it fail may be there again. One that has run for the
 * third was well.
 */
export const RESTART_DELAY_MS_MIN = 100;
export const RESTART_DELAY_MS_MAX = 30_000;
export const STEADY_LIFE_MS = 60_000;

/** When the indexes of a database can't be opened in a new thread, how long until that is tried again, in milliseconds. */
export const MOVE_IN_AGAIN_MS = 5_000;

/** Numbers for the streams of a database in one thread: those of different threads are different. */
export const STREAMS_OF_A_LIFE = 2 ** 32;
