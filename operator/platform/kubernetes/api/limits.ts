/** Limits of the plumbing to the Kubernetes API: each with its unit and its reason. */

/** How long one request may take, in milliseconds, answer included; the API server gives up on its own after 60 s. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** How long one page of a list may take, in milliseconds. */
export const LIST_TIMEOUT_MS = 60_000;

/** How long a connection may take to come about, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** How long an unused connection is kept, in milliseconds; the API server closes it after 90 s. */
export const KEEP_ALIVE_MS = 60_000;

/** Rest after which TCP asks whether the other side is still there, in milliseconds; load balancers forget after 60 s. */
export const KEEP_ALIVE_PROBE_MS = 30_000;

/** Connections to the API server. Each watch holds one for itself, so this must be well above the kinds watched. */
export const CONNECTIONS_MAX = 64;

/** How long credentials are used before their files are looked at again, in milliseconds. */
export const CREDENTIALS_FRESH_MS = 10_000;

/** An answer that is read, in bytes: a page of objects of etcd's 1.5 MiB each would be more, but no page is. */
export const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;

/** One event of a watch, in bytes: one object, as JSON. */
export const WATCH_EVENT_BYTES_MAX = 8 * 1024 * 1024;

/** Objects asked for in one page of a list. */
export const LIST_PAGE_SIZE = 500;

/** How often a list starts over because its pages expired (410) while they were read. */
export const LIST_RESTARTS_MAX = 3;

/** Requests a second in the long run, and at once after a rest: a gentle guest on a shared API server. */
export const REQUESTS_PER_SECOND = 20;
export const REQUEST_BURST = 50;

/** How long a request may wait for its turn, in milliseconds; one that would wait longer is refused at once. */
export const TURN_WAIT_MAX_MS = 30_000;

/** How often, and how long, in milliseconds, a request waits as `Retry-After` says before the caller hears of it. */
export const RETRY_AFTER_ATTEMPTS_MAX = 3;
export const RETRY_AFTER_WAIT_MAX_MS = 5_000;
