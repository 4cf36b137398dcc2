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

/** Seconds after which the API server ends a watch: drawn from this range, so that not all watches end at once. */
export const WATCH_SECONDS_MIN = 300;
export const WATCH_SECONDS_MAX = 600;

/** Silence on a watch after which it counts as dead, in milliseconds: more than two bookmarks, one a minute, are late. */
export const WATCH_SILENCE_MAX_MS = 150_000;

/** A watch that lasted so long, in milliseconds, or brought an event, was a good one: the next may begin at once. */
export const WATCH_PROSPERED_MS = 5_000;

/** Pause before lists and watches are tried again, in milliseconds: after the first failure, and at most. */
export const REFLECTOR_BACKOFF_MIN_MS = 500;
export const REFLECTOR_BACKOFF_MAX_MS = 30_000;

/** Failures in a row after which a reflector lists again, whatever they were: something may be wrong with its place. */
export const REFLECTOR_FAILURES_BEFORE_RELIST = 5;

/** Pause before a failed key is worked on again, in milliseconds: after the first failure, and at most. */
export const WORK_BACKOFF_MIN_MS = 1_000;
export const WORK_BACKOFF_MAX_MS = 300_000;

/** Keys worked on at the same time. */
export const WORK_PARALLEL = 4;

/** How long a write of ours may stay unseen in the cache, in milliseconds, before we stop waiting for it. */
export const OWN_WRITE_UNSEEN_MAX_MS = 30_000;

/** Own writes remembered until the cache shows them; more are not followed. */
export const OWN_WRITES_MAX = 10_000;

/** A lease counts as given up after so long without a renewal, in milliseconds. */
export const LEASE_DURATION_MS = 15_000;

/** A leader that could not renew for so long, in milliseconds, stops leading: well before others may take over. */
export const LEASE_RENEW_DEADLINE_MS = 10_000;

/** Pause between two looks at the lease, in milliseconds. */
export const LEASE_RETRY_MS = 2_000;

/** How long one request about the lease may take, in milliseconds: two fit before the renewal is due. */
export const LEASE_REQUEST_TIMEOUT_MS = 4_000;

/** Events of one object at once, and how often one more, in milliseconds: people must still be able to read them. */
export const EVENT_BURST = 25;
export const EVENT_REFILL_MS = 10_000;

/** The same event again within this time, in milliseconds, counts up the one that is there. */
export const EVENT_SERIES_GAP_MS = 360_000;

/** How often a series that goes on is written, in milliseconds. */
export const EVENT_SERIES_WRITE_MS = 10_000;

/** Series and objects that are remembered, and events that wait to be written; more are dropped and counted. */
export const EVENT_SERIES_MAX = 2_000;
export const EVENT_QUEUE_MAX = 500;

/** Length of an event's note that the API server takes, in bytes. */
export const EVENT_NOTE_BYTES_MAX = 1_024;
