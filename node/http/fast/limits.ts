/** Largest body gathered by the fast reader, in bytes; larger requests go to node:http, whose body budget counts them. */
export const FAST_BODY_BYTES_MAX = 256 * 1024;

/** Period at which connections of the fast reader are looked at for time-outs, in milliseconds. */
export const FAST_SWEEP_MS = 5_000;
