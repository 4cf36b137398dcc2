/** Limits of the Rachis driver: each with its unit and its reason. The core has its own, in core/limits.ts. */

/** Size of a log segment, in bytes: large enough that making the next one is rare, small enough to drop soon. */
export const SEGMENT_BYTES = 8 * 1024 * 1024;

/** Largest record of the log, in bytes: what one persist may carry; above the core's uncommitted bytes. */
export const LOG_RECORD_BYTES_MAX = 256 * 1024 * 1024;

/** Pause before a segment that could not be made (a full disk) is tried again, in milliseconds. */
export const SEGMENT_RETRY_MS = 1_000;

/** Entries applied since the last compaction after which the log is compacted. */
export const COMPACT_AFTER_ENTRIES = 16_384;

/** Bytes of log segments after which it is compacted, however few the entries: bounds disk and memory. */
export const COMPACT_AFTER_BYTES = 64 * 1024 * 1024;

/**
 * Age of the last compaction, in milliseconds, after which the log is compacted however little came since: a start
 * should not apply what is long in the state.
 */
export const COMPACT_AFTER_MS = 60 * 60_000;

/** Entries applied in one go before the event loop gets a turn: heartbeats must not wait behind a long apply. */
export const APPLY_SLICE_ENTRIES = 512;

/** Bytes of commands applied in one go, but for a single larger one: the state machine writes them together. */
export const APPLY_SLICE_BYTES = 8 * 1024 * 1024;

/** Bytes of commands that are applied and wait to be written: above that nothing more is applied until the disk is back. */
export const UNWRITTEN_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Time that a leader waits for entries to carry what is committed to the others, in milliseconds, before it sends a
 * message for that alone: whoever gets an answer often has the next command.
 */
export const TELL_COMMIT_AFTER_MS = 1;

/** Pause before it is looked again whether more can be applied, in milliseconds. */
export const APPLY_RETRY_MS = 20;

/** Bytes of log segments above which a node that can't apply takes no entries from the leader: they are held in memory. */
export const UNAPPLIED_LOG_BYTES_MAX = 256 * 1024 * 1024;

/** Largest command, in bytes (RavenDB: Cluster.MaxSizeOfSingleRaftCommandInMb is 128); must fit a wire frame. */
export const COMMAND_BYTES_MAX = 64 * 1024 * 1024;

/** Commands that may wait here for their outcome; more are refused, since each holds memory. */
export const WAITING_COMMANDS_MAX = 65_536;

/** Bytes of commands that may wait here for their outcome; a single one is taken even so. */
export const WAITING_COMMAND_BYTES_MAX = 128 * 1024 * 1024;

/** Default time for a command, in milliseconds (RavenDB: Cluster.OperationTimeoutInSec). */
export const OPERATION_TIMEOUT_MS = 15_000;

/** Bytes that may wait for one peer before further messages are dropped: Raft sends again what was lost. */
export const PEER_QUEUE_BYTES_MAX = 32 * 1024 * 1024;

/** Bytes given to a socket ahead of need. What is urgent overtakes everything that is not in there yet. */
export const SOCKET_QUEUE_BYTES = 256 * 1024;

/** A message of this many bytes or more is bulk: heartbeats, votes and answers overtake it. */
export const BULK_MESSAGE_BYTES = 16 * 1024;

/** Pause before a peer is dialled again, in milliseconds: first, and at most. */
export const REDIAL_DELAY_MIN_MS = 50;
export const REDIAL_DELAY_MAX_MS = 1_000;

/** Time a dial may take, in milliseconds. */
export const DIAL_TIMEOUT_MS = 5_000;

/** Requests on the way to one peer, unanswered; more wait for the next connection or their own timeout. */
export const PEER_REQUESTS_MAX = 65_536;

/** Bytes of one snapshot chunk: an urgent message waits for no more than this. */
export const SNAPSHOT_CHUNK_BYTES = 128 * 1024;

/** Chunks on the way, unacknowledged: covers a round trip of some milliseconds at the rate below. */
export const SNAPSHOT_WINDOW_CHUNKS = 8;

/** Bytes a second of snapshot content to one peer, unless configured otherwise: leaves room on the link and on the disk for everything else. */
export const SNAPSHOT_BYTES_PER_SECOND = 128 * 1024 * 1024;

/** Without an acknowledgement for this long, in milliseconds, the chunks that wait for one are sent again. */
export const SNAPSHOT_RESEND_MS = 2_000;

/** A snapshot transfer without progress is given up after this, in milliseconds: it pins storage at the sender. */
export const SNAPSHOT_STALL_MS = 30_000;

/**
 * A leader whose log, or state, has waited for the disk for this many election timeouts hands over: it can neither
 * apply nor answer, but its heartbeats would keep everybody else from leading.
 */
export const LOG_STALL_ELECTION_TIMEOUTS = 3;

/** State changes kept for the admin page. */
export const TRANSITIONS_KEPT = 32;

/** Durations of log writes and of applies that are kept for the admin page. */
export const DURATIONS_KEPT = 128;

/** Ticks made up for at most after the event loop was held up: messages that arrived meanwhile go first. */
export const CATCH_UP_TICKS_MAX = 2;
