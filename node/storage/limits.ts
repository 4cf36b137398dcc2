/** Limits of the storage room: each with its unit and its reason. */

/** Block cache a column family, in bytes: half a dozen busy columns stay well below the 400 MB of a loaded node. */
export const BLOCK_CACHE_BYTES = 16 * 1024 * 1024;

/** Memtable budget of a column that takes document bodies, in bytes; a memtable is a quarter of it. */
export const LARGE_MEMTABLE_BUDGET_BYTES = 64 * 1024 * 1024;

/** Memtable budget of every other column, in bytes. */
export const SMALL_MEMTABLE_BUDGET_BYTES = 16 * 1024 * 1024;

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
