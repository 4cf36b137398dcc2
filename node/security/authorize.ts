import { DATABASE_ACCESSES, type DatabaseAccess, type Requirement } from './clearance.ts';
import type { Identity } from './identity.ts';

/**
 * Why the identity may not have what a route asks for, or null when it may. `database`: the one that the route is
 * about; null for a route of the server itself.
 */
export function refusal(identity: Identity, requires: Requirement, database: string | null): string | null {
  if (requires === 'UnauthenticatedClients') return null;
  if (identity.fault !== null) return identity.fault;
  switch (identity.clearance) {
    case 'ClusterAdmin':
    case 'ClusterNode':
      return null;
    case 'Operator':
      return requires === 'ClusterAdmin' ? insufficient(identity, 'ClusterAdmin') : null;
    case 'ValidUser':
      return refusalOfUser(identity, requires, database);
    case 'UnauthenticatedClients':
      return insufficient(identity, 'ValidUser');
  }
}

function refusalOfUser(
  identity: Identity,
  requires: Exclude<Requirement, 'UnauthenticatedClients'>,
  database: string | null,
): string | null {
  if (requires === 'ValidUser') return null;
  if (requires === 'Operator' || requires === 'ClusterAdmin') return insufficient(identity, requires);
  const granted = database === null ? undefined : identity.access.get(database.toLowerCase());
  if (granted !== undefined && includes(granted, requires)) return null;
  return `The ${identity.name} has ${granted === undefined ? 'no access' : `only ${granted} access`} to the database '${database ?? ''}'; this request needs ${requires}.`;
}

function includes(granted: DatabaseAccess, wanted: DatabaseAccess): boolean {
  return DATABASE_ACCESSES.indexOf(granted) >= DATABASE_ACCESSES.indexOf(wanted);
}

function insufficient({ name, clearance }: Identity, needed: string): string {
  return `The ${name} has the clearance ${clearance}; this request needs ${needed}.`;
}

/** What an operation on the TCP port asks for. One that nobody named is for nodes only. */
export function requirementOfTcp(operation: string): Requirement {
  switch (operation) {
    case 'Subscription':
      return 'Read';
    case 'Ping':
    case 'TestConnection':
    case 'Drop':
      return 'ValidUser';
    default:
      return 'ClusterAdmin';
  }
}
