/** Limits of the HTTP room: each with its unit and its reason. A request that meets one is answered, and counted. */

/** Largest buffered request body, decoded, in bytes. A document or a batch is far smaller; bulk insert streams. */
export const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** Largest body that is parsed as a whole (administration, lists of ids, multi_get), in bytes: it takes the event loop. */
export const PARSED_BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Bytes of request bodies that all requests together may hold in memory; beyond it, new bodies are refused with 503. */
export const BODIES_BYTES_MAX = 256 * 1024 * 1024;

/** Largest header block, in bytes; more is 431. RavenDB takes 32 KB. */
export const HEADER_BYTES_MAX = 32 * 1024;

/** Header lines of one request; the rest would be dropped silently by node:http, so this is far above any client's. */
export const HEADER_COUNT_MAX = 200;

/** Requests served at once; each may hold buffers and a place in the merger's queue. More are refused with 503. */
export const CONCURRENT_REQUESTS_MAX = 8192;

/** Sockets open at once; more are closed at once by node:http. */
export const CONNECTIONS_MAX = 16_384;

/** Time for a client to send a whole request head, in milliseconds. */
export const HEAD_TIMEOUT_MS = 60_000;

/** Time without a single byte in either direction after which a busy connection is given up, in milliseconds. */
export const SILENCE_TIMEOUT_MS = 10 * 60_000;

/** Time an idle connection is kept, in milliseconds: above the keep-alive of common load balancers (60 s). */
export const KEEP_ALIVE_MS = 75_000;

/** Answers smaller than this go uncompressed, in bytes: gzip of a kilobyte costs more CPU than it saves on a network. */
export const COMPRESS_BYTES_MIN = 16 * 1024;

/** Bytes after which a streamed answer hands its chunk on: large enough to be cheap, small enough to be fair. */
export const CHUNK_BYTES = 256 * 1024;

/** Documents read in one go, on one view, before a long listing lets other requests run. */
export const SLICE_DOCUMENTS = 512;

/** Query parameters of one request; a longer query string is refused. A load sends one `id` for each document. */
export const QUERY_PARAMETERS_MAX = 65_536;

/** Requests in one multi_get. */
export const MULTI_GET_REQUESTS_MAX = 1024;

/** Bytes of an answer that is put together in memory; listings stream and have no such limit. */
export const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

/** Documents of one load, and as many again that it includes: they are read in one go, which takes the event loop. */
export const LOAD_IDS_MAX = 16_384;

/** Commands of one bulk_docs. */
export const BATCH_COMMANDS_MAX = 1_000_000;

/** Bytes of one command of a bulk insert. */
export const BULK_ITEM_BYTES_MAX = 64 * 1024 * 1024;

/**
 * A bulk insert hands its documents to the merger in parts of so many bytes, or so many documents: a part is run in one
 * go, which must stay a matter of milliseconds.
 */
export const BULK_BATCH_BYTES = 1024 * 1024;
export const BULK_BATCH_COUNT = 512;

/** Parts of one bulk insert that wait for the merger before the socket is no longer read; one sync takes several. */
export const BULK_BATCHES_IN_FLIGHT = 8;

/** Silence after which a bulk insert makes durable what has come so far, in milliseconds. */
export const BULK_PAUSE_MS = 50;

/** Longest wait for `Known-Raft-Index`, in milliseconds; after it the request is refused with 408. */
export const KNOWN_INDEX_WAIT_MS = 15_000;

/** Longest wait for copies of a write, in milliseconds, whatever the client asks for. */
export const WRITE_ASSURANCE_WAIT_MS = 5 * 60_000;

/** Characters of a zone's name; those of a Kubernetes label value are 63. */
export const ZONE_CHARACTERS_MAX = 255;

/** Wait for a new database to be open on its nodes, in milliseconds, and for a deletion to be confirmed by default. */
export const DATABASE_CREATION_WAIT_MS = 15_000;
export const DATABASE_DELETION_WAIT_MS = 15_000;

/** Entries of the Raft log, or of what is remembered of it, in one answer: by default, and at most. */
export const LOG_PAGE_DEFAULT = 128;
export const LOG_PAGE_MAX = 1024;

/** Time for another node to answer a ping, in milliseconds. */
export const PING_TIMEOUT_MS = 5_000;

/** Time for another node to tell the id of its copy of a database, in milliseconds. */
export const UNUSED_IDS_ASK_MS = 5_000;

/** Time after the answer to a bulk insert whose body was not ended by the client before its socket is closed, in ms. */
export const OPEN_BODY_LINGER_MS = 5_000;

/** How often a patch is worked out again because its document was changed meanwhile, before the client is told. */
export const PATCH_ATTEMPTS_MAX = 64;

/** Documents that a patch or a deletion by query changes in one transaction. */
export const BY_QUERY_BATCH = 1024;

/** Bytes of a stream that are read from the index thread at once. */
export const STREAM_CHUNK_BYTES = 256 * 1024;

/** Compare-exchange values that a listing reads at once, before it hands them on; each may be as large as one may be. */
export const SLICE_VALUES = 32;

/** Compare-exchange keys of one request. */
export const VALUE_KEYS_MAX = 4096;

/** Columns of a CSV export; spreadsheets know 16,384. */
export const CSV_COLUMNS_MAX = 16_384;

/** Objects inside one another that become columns of a CSV export; deeper ones are JSON in their cell. */
export const CSV_DEPTH_MAX = 16;

/** Longest wait for this node to write the documents of a cluster-wide transaction, in milliseconds; after it 408. */
export const TRANSACTION_EXECUTION_WAIT_MS = 15_000;
