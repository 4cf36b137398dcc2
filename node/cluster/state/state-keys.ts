/**
 * Keys of the cluster's state. Names compare without case, so keys hold them in lower case; `/` can't stand in a
 * database name, so it separates.
 */
export const RECORDS = 'record/';
export const SERVER_CLIENT_CONFIGURATION = 'client-configuration';
/** Properties of nodes. */
export const NODES = 'node/';

/** The consistent values of each database, under the name of the database. */
export const SPACES = 'space/';

/** Spaces of databases that are gone: what they hold is removed piece by piece. */
export const FORGOTTEN_SPACES = 'forgotten/';

/** What the values of each space come to, so that they are part of the digests of the state. */
export const VALUE_DIGESTS = 'value-digest/';

/** Compare-exchange values, and when they expire: of any number and size, so they live in storage. */
export const VALUES = 'value/';
export const EXPIRIES = 'expiry/';

/** Documents of cluster transactions, until every copy of the database has them. */
export const TRANSACTIONS = 'transaction/';

/** Whether a key is one of those that live in storage only, and not in memory too. Asked several times a command. */
export function isStoredKey(key: string): boolean {
  switch (key[0]) {
    case 'v':
      return key.startsWith(VALUES);
    case 'e':
      return key.startsWith(EXPIRIES);
    case 't':
      return key.startsWith(TRANSACTIONS);
    default:
      return false;
  }
}

/** Digits of a number in a key: those of 2^53, so that keys sort as numbers do. */
const NUMBER_DIGITS = 16;

export function numberKey(value: number): string {
  return String(value).padStart(NUMBER_DIGITS, '0');
}
/** Remembered requests; the rest of the key is the Raft index, so that they sort by age. */
export const REQUESTS = 'request/';

/** Time that has passed in the log, in milliseconds; absent until every node of the cluster knows of it. */
export const LOG_TIME = 'log-time';

/** Whether the observer is suspended. */
export const OBSERVER_SUSPENSION = 'observer/suspension';
/** What the observer changed lately; the rest of the key is the Raft index, so that they sort by age. */
export const OBSERVER_DECISIONS = 'observer/decision/';

/** Client certificates. */
export const CERTIFICATES = 'certificate/';

/** What listeners are told of; everything else is read when it is asked for. */
export function isWatchedKey(key: string): boolean {
  return key.startsWith(RECORDS) || key.startsWith(NODES) || key.startsWith(CERTIFICATES);
}

export function certificateKey(thumbprint: string): string {
  return CERTIFICATES + thumbprint.toUpperCase();
}

export function recordKey(databaseName: string): string {
  return RECORDS + databaseName.toLowerCase();
}

export function nodeKey(tag: string): string {
  return NODES + tag;
}

export function spaceKey(databaseName: string): string {
  return SPACES + databaseName.toLowerCase();
}

export function forgottenSpaceKey(space: number): string {
  return FORGOTTEN_SPACES + numberKey(space);
}

export function valueDigestKey(space: number): string {
  if (space !== lastDigest.space) lastDigest = { space, text: VALUE_DIGESTS + numberKey(space) };
  return lastDigest.text;
}

/** The key of a space's digest that was made last. */
let lastDigest = { space: Number.NaN, text: '' };

/** Prefix of all compare-exchange values of a space. */
export function valuesOf(space: number): string {
  if (space !== lastPrefix.space) lastPrefix = { space, text: `${VALUES}${numberKey(space)}/` };
  return lastPrefix.text;
}

/** The prefix that was made last: thousands of commands a second are of one space. */
let lastPrefix = { space: Number.NaN, text: '' };

export function valueKey(space: number, key: string): string {
  if (space !== lastValue.space || key !== lastValue.key) {
    lastValue = { space, key, text: valuesOf(space) + key.toLowerCase() };
  }
  return lastValue.text;
}

/** The key that was made last: a command asks for its own several times. */
let lastValue = { space: Number.NaN, key: '', text: '' };

/** Prefix of the documents of all cluster transactions of a space. */
export function transactionsOf(space: number): string {
  return `${TRANSACTIONS}${numberKey(space)}/`;
}

export function transactionKey(space: number, count: number): string {
  return transactionsOf(space) + numberKey(count);
}

/** Values sort by when they expire. */
export function expiryKey(expiresAtMs: number, space: number, key: string): string {
  return `${EXPIRIES}${numberKey(expiresAtMs)}/${numberKey(space)}/${key.toLowerCase()}`;
}

/** Prefix of all identities of a database. */
export function identitiesOf(databaseName: string): string {
  return `identity/${databaseName.toLowerCase()}/`;
}

/** `name` with its final `|`. */
export function identityKey(databaseName: string, name: string): string {
  return identitiesOf(databaseName) + name.toLowerCase();
}

/** An identity's name as the protocol shows it: with a final `|`, whether the client wrote it or not. */
export function identityName(name: string): string {
  return name.endsWith('|') ? name : `${name}|`;
}

/**
 * Whether a key counts in the digest of the state. What is remembered of the past does not: it is for people and for
 * repeated requests, passes by itself, and a later release may remember more of it.
 */
export function isDigestedKey(key: string): boolean {
  return !isStoredKey(key) && !key.startsWith(REQUESTS) && !key.startsWith(OBSERVER_DECISIONS);
}
