/** What a certificate is trusted with, in RavenDB's words. `UnauthenticatedClients`: nothing. */
export const SECURITY_CLEARANCES = [
  'UnauthenticatedClients',
  'ClusterAdmin',
  'ClusterNode',
  'Operator',
  'ValidUser',
] as const;
export type SecurityClearance = (typeof SECURITY_CLEARANCES)[number];

/** What a valid user may do with one database; each includes the ones before it. */
export const DATABASE_ACCESSES = ['Read', 'ReadWrite', 'Admin'] as const;
export type DatabaseAccess = (typeof DATABASE_ACCESSES)[number];

/**
 * What a route of the server itself asks for. `UnauthenticatedClients`: no certificate at all; `ValidUser`: any
 * certificate that the cluster knows.
 */
export type ServerRequirement = 'UnauthenticatedClients' | 'ValidUser' | 'Operator' | 'ClusterAdmin';

/** What a route asks for; a database's route always an access to that database. */
export type Requirement = ServerRequirement | DatabaseAccess;
