/** Limits of the security room: each with its unit and its reason. */

/** Largest certificate, key or bundle file, in bytes: a hundred authorities are about 200 KB. */
export const CERTIFICATE_FILE_BYTES_MAX = 1024 * 1024;

/** Authorities in one bundle. */
export const AUTHORITIES_MAX = 512;

/** Period at which files are read again even if nothing told of a change, in milliseconds: not every disk tells. */
export const FILES_LOOK_MS = 10_000;

/** Quiet time after a change before the files are read, in milliseconds: certificate and key are written one by one. */
export const FILES_SETTLE_MS = 200;

/** Certificates between a peer's own and one of the trusted authorities. */
export const INTERMEDIATES_MAX = 4;

/**
 * Peers whose intermediate certificates are remembered: a resumed TLS session brings the peer's own certificate only.
 * More than the clients of a cluster; a forgotten one has to shake hands in full.
 */
export const REMEMBERED_CHAINS_MAX = 4096;

/** Time for which a peer that is not trusted is not looked at again, in milliseconds: it may send requests by the thousand. */
export const STRANGER_RECHECK_MS = 1_000;

/** Time for a TLS handshake, in milliseconds; as long as for the header that follows it on the TCP port. */
export const TLS_HANDSHAKE_TIMEOUT_MS = 15_000;

/** Largest answer that one node reads from another over HTTP, in bytes; real ones are a few kilobytes. */
export const PEER_ANSWER_BYTES_MAX = 1024 * 1024;

/** Life of a client certificate when nobody says how long, in months: RavenDB's five years. */
export const CLIENT_CERTIFICATE_MONTHS = 60;

/** Bits of the RSA key of a client certificate: the Node.js client reads RSA keys only. */
export const CLIENT_KEY_BITS = 3072;

/** How far back a new certificate is valid, in milliseconds: clocks differ. */
export const CLOCK_DIFFERENCE_MS = 24 * 60 * 60 * 1000;
