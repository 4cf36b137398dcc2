/** Limits of the cluster room: each with its unit and its reason. */

/**
 * Requests whose outcome is remembered while the cluster's log has no time yet, because programs that know none are in
 * it (RavenDB: Cluster.LogHistoryMaxEntries, 2048).
 */
export const REQUESTS_REMEMBERED_UNTIMED_MAX = 16_384;

/** Requests whose outcome is remembered, however young the oldest is: about 60 MB of memory. */
export const REQUESTS_REMEMBERED_MAX = 65_536;

/** Time of the log for which the outcome of a request is remembered, in milliseconds: nobody tries again for so long. */
export const REQUESTS_REMEMBERED_MS = 60 * 60_000;

/** Requests that are remembered however old: for people, and so that a quiet cluster needs no time. */
export const REQUESTS_KEPT_MIN = 1024;

/** Requests in one row of storage: as many as one write brings at full load. */
export const REQUESTS_PER_BLOCK = 1024;

/** Requests that one command forgets: bounds how long others wait behind it. */
export const REQUESTS_FORGOTTEN_AT_ONCE = 4096;

/** Pause between two looks of the leader at whether the log's time should go on, in milliseconds. */
export const LOG_TIME_PERIOD_MS = 10_000;

/** Longest step of the log's time, in milliseconds: a leader that was held up for longer does not make up for it. */
export const LOG_TIME_STEP_MAX_MS = 60_000;

/** Bytes of state gathered into one chunk of a snapshot. */
export const SNAPSHOT_CHUNK_BYTES = 64 * 1024;

/** Entries looked at before a snapshot chunk is cut by size: bounds the work of one slice. */
export const SNAPSHOT_CHUNK_ENTRIES = 512;

/** Decisions of the observer that are kept to be shown. */
export const DECISIONS_KEPT = 100;

/** Commands above this many bytes are not taken apart to be shown in a page of the log. */
export const SHOWN_COMMAND_BYTES_MAX = 64 * 1024;

/** Entries of the log from one digest of the state to the next: the hashing of what they changed takes milliseconds. */
export const DIGEST_EVERY_ENTRIES = 1024;

/** Digests that a node tells with each report: those of some seconds at full load. */
export const DIGESTS_KEPT = 8;

/** Digests of its own that a leader keeps for comparing. */
export const DIGESTS_COMPARED = 256;

/**
 * The state is written to storage this long after a change of it, in milliseconds, or after this many bytes of commands:
 * a write costs the same for one command as for a hundred, and what a crash takes of it is in the log.
 */
export const SAVE_AFTER_MS = 100;

/** How long who needs the state on the disk waits for that, in milliseconds; then it is tried again later. */
export const STATE_DURABLE_TIMEOUT_MS = 5_000;
export const SAVE_AT_BYTES = 4 * 1024 * 1024;

/** Pause before the state is written again after a failure, in milliseconds. */
export const SAVE_RETRY_MS = 1_000;

/**
 * Longest time that a member that comes and goes stays in rehab, and the peace after which its demotions are forgiven:
 * both in multiples of the time before moving to rehab.
 */
export const REHAB_WAIT_MAX = 8;
export const REHAB_FORGIVEN_AFTER = 60;

/** Election timeouts without a leader after which a node says that it is isolated: an election takes one to three. */
export const ISOLATED_ELECTION_TIMEOUTS = 4;

/** Time between two tries of a node that starts to learn what its cluster has agreed on, in milliseconds. */
export const CATCH_UP_RETRY_MS = 50;

/** Time for a node that is to be added to say who it is, in milliseconds. */
export const INVITATION_TIMEOUT_MS = 5_000;

/** Time for a node that takes another's place to have what the cluster has, in milliseconds. */
export const CATCH_UP_TIMEOUT_MS = 60_000;

/** Period at which a node looks whether the cluster knows its present addresses, in milliseconds. */
export const ADDRESS_CHECK_MS = 1_000;

/** Longest time a stopping leader spends on handing over, in milliseconds. */
export const HAND_OVER_TIMEOUT_MS = 3_000;

/** Auto indexes of one database: each is kept up to date with every write. */
export const AUTO_INDEXES_MAX = 128;

/** Static indexes of one database. */
export const STATIC_INDEXES_MAX = 512;

/**
 * Definitions of an index that its history keeps, as many as RavenDB's, and their characters in all: every node holds
 * records in memory.
 */
export const INDEX_HISTORY_MAX = 10;
export const INDEX_HISTORY_CHARACTERS_MAX = 65_536;

/** Longest key of a compare-exchange value, in bytes; RavenDB's. */
export const COMPARE_EXCHANGE_KEY_BYTES_MAX = 512;

/** Largest compare-exchange value with its metadata, in bytes: each passes through the log of every node of the cluster. */
export const COMPARE_EXCHANGE_VALUE_BYTES_MAX = 4 * 1024 * 1024;

/** Commands whose values are read from storage at once, before they are applied: each may be as large as a value may be. */
export const VALUES_FETCHED_AT_ONCE = 16;

/** Longest value that is remembered with the outcome of a request, in characters: thousands of requests are. */
export const REMEMBERED_VALUE_LENGTH_MAX = 1024;

/** Values that one command of the cleaner removes: bounds how long others wait behind it. */
export const VALUES_REMOVED_AT_ONCE = 128;

/**
 * A leader whose clock is this far ahead of most of the nodes' has no values removed that have expired by it, in
 * milliseconds.
 */
export const CLEANING_CLOCK_AHEAD_MAX_MS = 60_000;

/** Values that the cleaner reads at once; each may be as large as a value may be. */
export const CLEANED_SLICE_VALUES = 16;

/** Keys of values that no state names, removed from storage in one write. */
export const SWEEP_KEYS = 1024;

/** Bytes of a snapshot's values gathered into one write while it is restored. */
export const RESTORE_BATCH_BYTES = 4 * 1024 * 1024;

/** Commands of one cluster transaction: all are checked in one go, which takes the event loop. */
export const TRANSACTION_COMMANDS_MAX = 16_384;

/** Characters of all documents and values of one cluster transaction. */
export const TRANSACTION_LENGTH_MAX = 16 * 1024 * 1024;

/** Violations that a refused transaction tells; they are remembered with its outcome. */
export const VIOLATIONS_TOLD_MAX = 32;

/**
 * Documents of cluster transactions, and characters of them, that wait for a copy that does not come: beyond that the
 * oldest are forgotten, and the copy gets them by replication, as documents.
 */
export const WAITING_DOCUMENTS_MAX = 65_536;
export const WAITING_LENGTH_MAX = 64 * 1024 * 1024;

/** Documents of cluster transactions that are forgotten by one command. */
export const PRUNED_AT_ONCE = 1024;

/**
 * Documents of cluster transactions that are forgotten and that no copy of the group has are given up after this time,
 * in milliseconds: all copies have to be heard from throughout.
 */
export const ABANDON_AFTER_MS = 60_000;

/** Pause between two looks of the leader at what cluster transactions may be forgotten, in milliseconds. */
export const PRUNE_PERIOD_MS = 1_000;
