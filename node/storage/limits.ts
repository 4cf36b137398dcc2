/** Limits of the storage room: each with its unit and its reason. */

/** Block cache of a column that holds bodies, and of every other one, in bytes. */
export const LARGE_BLOCK_CACHE_BYTES = 32 * 1024 * 1024;
export const SMALL_BLOCK_CACHE_BYTES = 4 * 1024 * 1024;

/**
 * Memtable budget of a column that takes document bodies, and of every other one, in bytes; a memtable is a quarter of
 * it, and up to six may exist at once. A loaded node is to stay below 400 MB.
 */
export const LARGE_MEMTABLE_BUDGET_BYTES = 32 * 1024 * 1024;
export const SMALL_MEMTABLE_BUDGET_BYTES = 8 * 1024 * 1024;

/** Rows an iterator fetches from RocksDB in one call: amortises the call, bounds what one slice holds. */
export const ITERATOR_ROWS_PER_CALL = 128;

/** Bytes after which such a call stops early. */
export const ITERATOR_BYTES_PER_CALL = 1024 * 1024;

/** Batches an environment may have waiting for the writer thread before `commit` refuses: a caller bug, not a load. */
export const PENDING_COMMITS_MAX = 1024;

/** Largest single batch, in bytes: a batch is copied once to the writer thread and once into RocksDB. */
export const BATCH_BYTES_MAX = 512 * 1024 * 1024;

/** Buffers of written batches that are kept for the next ones, and the size above which one is not, in bytes. */
export const FRAMES_KEPT_MAX = 4;
export const FRAME_BYTES_KEPT_MAX = 16 * 1024 * 1024;

/**
 * How long a write waits for readers that open all columns at one moment, in milliseconds, and how often they try: a
 * write that has begun may end meanwhile, so that the second or third has the storage to itself.
 */
export const GATE_MS_MAX = 100;
export const HOLD_TRIES_MAX = 16;
