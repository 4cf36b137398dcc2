import { describe, expect, it } from 'vitest';
import { refusal, requirementOfTcp } from '../../node/security/authorize.ts';
import type { DatabaseAccess, Requirement, SecurityClearance } from '../../node/security/clearance.ts';
import type { Identity } from '../../node/security/identity.ts';

function identity(
  clearance: SecurityClearance,
  access: Readonly<Record<string, DatabaseAccess>> = {},
): Identity {
  return {
    clearance,
    access: new Map(Object.entries(access)),
    name: "certificate 'CN=x' (thumbprint AB)",
    fault: clearance === 'UnauthenticatedClients' ? 'It is not known.' : null,
    definition: null,
  };
}

const REQUIREMENTS: readonly Requirement[] = [
  'UnauthenticatedClients',
  'ValidUser',
  'Read',
  'ReadWrite',
  'Admin',
  'Operator',
  'ClusterAdmin',
];

/** What each may have, of a database `shop` and of the server; in the order above, 1 for allowed. */
const TABLE: readonly (readonly [who: string, identity: Identity, allowed: string])[] = [
  ['somebody unknown', identity('UnauthenticatedClients'), '1000000'],
  ['a valid user without this database', identity('ValidUser', { other: 'Admin' }), '1100000'],
  ['a valid user who reads', identity('ValidUser', { shop: 'Read' }), '1110000'],
  ['a valid user who writes', identity('ValidUser', { shop: 'ReadWrite' }), '1111000'],
  ['a valid user who administers the database', identity('ValidUser', { shop: 'Admin' }), '1111100'],
  ['an operator', identity('Operator'), '1111110'],
  ['a cluster administrator', identity('ClusterAdmin'), '1111111'],
  ['a node', identity('ClusterNode'), '1111111'],
];

describe('authorization', () => {
  it.each(TABLE)('of %s goes as far as its clearance', (_who, who, allowed) => {
    const seen = REQUIREMENTS.map((requires) => (refusal(who, requires, 'shop') === null ? '1' : '0'));
    expect(seen.join('')).toBe(allowed);
  });

  it('compares database names without case, as all of the protocol does', () => {
    expect(refusal(identity('ValidUser', { shop: 'Read' }), 'Read', 'SHOP')).toBeNull();
  });

  it('tells who was refused what, and what would be needed', () => {
    const reader = identity('ValidUser', { shop: 'Read' });
    expect(refusal(reader, 'ReadWrite', 'shop')).toBe(
      "The certificate 'CN=x' (thumbprint AB) has only Read access to the database 'shop'; this request needs ReadWrite.",
    );
    expect(refusal(reader, 'Read', 'other')).toContain("no access to the database 'other'");
    expect(refusal(reader, 'Operator', null)).toContain(
      'has the clearance ValidUser; this request needs Operator',
    );
  });

  it('grants no database to a valid user on a route that is about none', () => {
    expect(refusal(identity('ValidUser', { '': 'Admin', shop: 'Admin' }), 'Read', null)).not.toBeNull();
  });
});

describe('operations on the TCP port', () => {
  it.each(['Cluster', 'Replication', 'Heartbeats', 'Unheard'])('%s is for nodes', (operation) => {
    const requires = requirementOfTcp(operation);
    expect(refusal(identity('ClusterNode'), requires, 'shop')).toBeNull();
    expect(refusal(identity('ClusterAdmin'), requires, 'shop')).toBeNull();
    expect(refusal(identity('Operator'), requires, 'shop')).not.toBeNull();
    expect(refusal(identity('ValidUser', { shop: 'Admin' }), requires, 'shop')).not.toBeNull();
    expect(refusal(identity('UnauthenticatedClients'), requires, 'shop')).not.toBeNull();
  });

  it('a subscription is for whoever may read the database', () => {
    const requires = requirementOfTcp('Subscription');
    expect(refusal(identity('ValidUser', { shop: 'Read' }), requires, 'shop')).toBeNull();
    expect(refusal(identity('ValidUser'), requires, 'shop')).not.toBeNull();
  });
});
