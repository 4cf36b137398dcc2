/** Limits of the wire room: each with its unit and its reason. */

/** Largest frame payload, in bytes: a replication batch (64 MB) or a Rachis command with room to spare. */
export const FRAME_BYTES_MAX = 80 * 1024 * 1024;

/** Largest JSON header of a connection, in bytes; real ones are a few hundred. */
export const HEADER_BYTES_MAX = 64 * 1024;

/** Time a peer has to send its header, or to answer ours, in milliseconds. */
export const HANDSHAKE_TIMEOUT_MS = 15_000;

/** Bytes that may wait in a socket's send buffer before `send` reports back-pressure. */
export const SEND_BUFFER_BYTES = 4 * 1024 * 1024;

/** Connections a listener serves at once; more are closed at once, since each holds a socket and buffers. */
export const CONNECTIONS_MAX = 4096;
