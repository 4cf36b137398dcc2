/**
 * The version of RavenDB's protocol that this server speaks, as clients read it from `Raven-Server-Version`. They
 * compare its first digit as text, so the major version must stay a single digit.
 */
export const PROTOCOL_VERSION = '7.2.0';

/** Build numbers of 7.2 are 72000 and up; clients only show it. */
export const BUILD_NUMBER = 72000;

export const PRODUCT_VERSION = '7.2';

/** Compared by nodes that add one another to a cluster. */
export const SERVER_SCHEMA_VERSION = 71_000;
