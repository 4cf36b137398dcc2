/** Limits of the cluster's certificates: each with its unit and its reason. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long a certificate authority of the operator lasts, in milliseconds. */
export const AUTHORITY_LIFETIME_MS = 3_650 * DAY_MS;

/** An authority is replaced when this part of its life is left: a year, for nodes that nobody can reach for months. */
export const AUTHORITY_LIFE_LEFT_PART = 1 / 10;

/** Certificates are valid from this long before they are made, in milliseconds: clocks of machines differ. */
export const CLOCK_DIFFERENCE_MS = HOUR_MS;

/**
 * How far the operator's clock and the API server's may be apart, in milliseconds, for certificates to be made or
 * dropped by it. Less than the hour above: what is made within it is valid at once by the clocks of the nodes.
 */
export const CLOCK_LEAD_MAX_MS = 30 * MINUTE_MS;

/** Shortest life of a certificate, in milliseconds: below, kubelets would not bring it to the pods in time. */
export const LEAF_LIFETIME_MIN_MS = 10 * MINUTE_MS;

/**
 * The most of a certificate's life that `renewBefore` may take, as a part: a certificate that is due for renewal when
 * it is made would be made again in every pass.
 */
export const RENEW_BEFORE_PART_MAX = 2 / 3;

/** A new certificate is made only if it lasts longer than the one there is by this much, in milliseconds. */
export const WORTHWHILE_EXTENSION_MS = 5 * MINUTE_MS;

/** From when on the condition says `Expiring`: by then several renewals must have failed. In milliseconds. */
export const EXPIRING_MS = 14 * DAY_MS;

/**
 * How long an authority must have been published before a certificate under it is, in milliseconds. A pod that starts
 * meanwhile may still get the Secret as it was: kubelets read through caches.
 */
export const TRUST_SETTLE_MS = MINUTE_MS;

/** How long the old authority stays trusted once nothing uses it, in milliseconds, unless the resource says otherwise. */
export const OVERLAP_MS = DAY_MS;

/**
 * Nodes that cannot be asked hold a rotation back until this long before the certificates end, in milliseconds: after
 * that they would lose the cluster anyway.
 */
export const LAST_CALL_MS = DAY_MS;

/** How long an authority stays in the bundle after its end, in milliseconds: some clocks are behind. */
export const EXPIRED_TRUST_KEPT_MS = DAY_MS;

/** Authorities in a bundle. Nodes read all of them at each handshake; more are a sign that something turns in circles. */
export const TRUSTED_AUTHORITIES_MAX = 8;

/** Certificates that are read from one Secret entry; more are not a chain or a bundle of ours. */
export const PEM_CERTIFICATES_MAX = 32;

/** Per-node names are put into the certificate for so many nodes at a time: scaling within does not touch it. */
export const NAMED_NODES_STEP = 8;

/** When to look again, in milliseconds: while something is waited for, for what others supply, and in any case. */
export const WAITING_LOOK_MS = 10_000;
export const SUPPLY_LOOK_MS = MINUTE_MS;
export const NEXT_LOOK_MAX_MS = 6 * HOUR_MS;
export const NEXT_LOOK_MIN_MS = 1_000;

/** Steps of one pass; a rotation writes fewer in a row. */
export const STEPS_PER_PASS_MAX = 8;

/** How long a node may take to say which certificates it uses, in milliseconds. */
export const NODE_ANSWER_TIMEOUT_MS = 5_000;

/** An answer of `GET /admin/certificates/state` that is read, in bytes. */
export const NODE_ANSWER_BYTES_MAX = 64 * 1024;

/** Names of nodes in a message. */
export const LISTED_NODES_MAX = 10;

/** Authorities in the status, as its schema has it. */
export const LISTED_AUTHORITIES_MAX = 8;
