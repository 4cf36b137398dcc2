/**
 * Keys of the cluster's state. Names compare without case, so keys hold them in lower case; `/` can't stand in a
 * database name, so it separates.
 */
export const RECORDS = 'record/';
export const SERVER_CLIENT_CONFIGURATION = 'client-configuration';
/** Properties of nodes. */
export const NODES = 'node/';

/** Client certificates. */
export const CERTIFICATES = 'certificate/';

/** What listeners are told of; everything else is read when it is asked for. */
export const WATCHED = [RECORDS, NODES, CERTIFICATES] as const;

export function certificateKey(thumbprint: string): string {
  return CERTIFICATES + thumbprint.toUpperCase();
}

export function recordKey(databaseName: string): string {
  return RECORDS + databaseName.toLowerCase();
}

export function nodeKey(tag: string): string {
  return NODES + tag;
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
