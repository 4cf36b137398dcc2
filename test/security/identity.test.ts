import { beforeAll, describe, expect, it } from 'vitest';
import { type KnownCertificates, NO_CERTIFICATES } from '../../node/security/certificate-definition.ts';
import type { CertificateFacts } from '../../node/security/certificate-facts.ts';
import type { SecurityClearance } from '../../node/security/clearance.ts';
import { type Acquaintances, identify, NODE_UNIT, OPERATOR_UNIT } from '../../node/security/identity.ts';
import { selfSigned, TestAuthority, type TestCertificate } from './support/test-authority.ts';

const NOW = Date.now();
const HOUR_MS = 3_600_000;

let authority: TestAuthority;
let server: TestCertificate;
let client: TestCertificate;

beforeAll(async () => {
  authority = await TestAuthority.create('the cluster');
  server = await authority.issue({ commonName: 'server' });
  client = await authority.issue({ commonName: 'client' });
});

/** Nobody is known, and no chain leads anywhere, unless it is said. */
function acquaintances(more: Partial<Acquaintances> = {}): Acquaintances {
  return {
    server: server.facts,
    wellKnownAdmins: new Set(),
    known: NO_CERTIFICATES,
    chainFault: () => 'nobody signed it',
    isFromWellKnownIssuer: () => false,
    ...more,
  };
}

function registered(facts: CertificateFacts, clearance: SecurityClearance): KnownCertificates {
  const stored = {
    issuer: facts.issuer,
    definition: {
      Name: 'registered',
      SecurityClearance: clearance,
      Permissions: { Shop: 'Read' as const },
      Thumbprint: facts.thumbprint,
      NotBefore: '',
      NotAfter: '',
      PublicKeyPinningHash: facts.publicKeyPinningHash,
      Certificate: facts.base64,
    },
  };
  return {
    revision: 1,
    find: (thumbprint) => (thumbprint === facts.thumbprint ? stored : undefined),
    findSameKey: (hash, issuer) =>
      hash === facts.publicKeyPinningHash && issuer === facts.issuer ? stored : undefined,
  };
}

const clearanceOf = (facts: CertificateFacts | null, more: Partial<Acquaintances> = {}) =>
  identify(facts, acquaintances(more), NOW).clearance;

describe('a certificate', () => {
  it('that is missing, or that nobody knows, is trusted with nothing, and the reason is told', () => {
    expect(identify(null, acquaintances(), NOW).fault).toContain('none was sent');
    const stranger = identify(client.facts, acquaintances(), NOW);
    expect(stranger.clearance).toBe('UnauthenticatedClients');
    expect(stranger.fault).toContain(client.facts.thumbprint);
  });

  it('that is registered has the clearance and the databases it is registered with', () => {
    const identity = identify(
      client.facts,
      acquaintances({ known: registered(client.facts, 'ValidUser') }),
      NOW,
    );
    expect(identity.clearance).toBe('ValidUser');
    expect(identity.access).toEqual(new Map([['shop', 'Read']]));
    expect(clearanceOf(client.facts, { known: registered(client.facts, 'Operator') })).toBe('Operator');
  });

  it('that is registered without a clearance is trusted with nothing', () => {
    const known = registered(client.facts, 'UnauthenticatedClients');
    expect(identify(client.facts, acquaintances({ known }), NOW).fault).toContain('without any clearance');
  });

  it('that was renewed for the same key by the same issuer is known as the one before', async () => {
    const known = registered(client.facts, 'ValidUser');
    const renewed = await authority.issue({ commonName: 'client', keys: client.keys });
    expect(renewed.facts.thumbprint).not.toBe(client.facts.thumbprint);
    expect(clearanceOf(renewed.facts, { known })).toBe('ValidUser');
    const elsewhere = await (await TestAuthority.create('another')).issue({
      commonName: 'client',
      keys: client.keys,
    });
    expect(clearanceOf(elsewhere.facts, { known })).toBe('UnauthenticatedClients');
    const otherKey = await authority.issue({ commonName: 'client' });
    expect(clearanceOf(otherKey.facts, { known })).toBe('UnauthenticatedClients');
  });

  it('that is the one of this server, or its successor, is a node', async () => {
    expect(clearanceOf(server.facts)).toBe('ClusterNode');
    const successor = await authority.issue({ commonName: 'server', keys: server.keys });
    expect(clearanceOf(successor.facts)).toBe('ClusterNode');
  });

  it('of the cluster’s own authority is a node or an administrator by its organisational unit', async () => {
    const node = await authority.issue({ commonName: 'n', units: [NODE_UNIT] });
    const operator = await authority.issue({ commonName: 'o', units: ['ops', OPERATOR_UNIT] });
    const chainFault = () => null;
    expect(clearanceOf(node.facts, { chainFault })).toBe('ClusterNode');
    expect(clearanceOf(operator.facts, { chainFault })).toBe('ClusterAdmin');
    expect(clearanceOf(client.facts, { chainFault })).toBe('UnauthenticatedClients');
  });

  it('with such a unit that does not lead to the authority is nobody, and the reason is told', async () => {
    const intruder = await selfSigned({ commonName: 'x', units: [NODE_UNIT] });
    const identity = identify(intruder.facts, acquaintances(), NOW);
    expect(identity.clearance).toBe('UnauthenticatedClients');
    expect(identity.fault).toContain('nobody signed it');
  });

  it('can’t smuggle a unit in by its common name', async () => {
    const names = [`x\nOU=${OPERATOR_UNIT}`, `x, OU=${OPERATOR_UNIT}`, `x + OU=${OPERATOR_UNIT}`];
    for (const commonName of names) {
      const sly = await authority.issue({ commonName });
      expect(sly.facts.organizationalUnits).toEqual([]);
      expect(clearanceOf(sly.facts, { chainFault: () => null })).toBe('UnauthenticatedClients');
    }
  });

  it('that the configuration names is an administrator', () => {
    expect(clearanceOf(client.facts, { wellKnownAdmins: new Set([client.facts.thumbprint]) })).toBe(
      'ClusterAdmin',
    );
    expect(clearanceOf(client.facts, { isFromWellKnownIssuer: () => true })).toBe('ClusterAdmin');
  });

  it('that the node’s own files name can’t be demoted by being registered', async () => {
    const operator = await authority.issue({ commonName: 'o', units: [OPERATOR_UNIT] });
    const known = registered(operator.facts, 'ValidUser');
    expect(clearanceOf(operator.facts, { known, chainFault: () => null })).toBe('ClusterAdmin');
  });

  it('that has expired, or is not valid yet, is trusted with nothing, whatever it is known as', async () => {
    const old = await authority.issue({
      commonName: 'old',
      notBefore: new Date(NOW - 2 * HOUR_MS),
      notAfter: new Date(NOW - HOUR_MS),
    });
    const early = await authority.issue({ commonName: 'early', notBefore: new Date(NOW + HOUR_MS) });
    for (const [{ facts }, word] of [
      [old, 'has expired'],
      [early, 'is not valid before'],
    ] as const) {
      const wellKnownAdmins = new Set([facts.thumbprint]);
      const known = registered(facts, 'ClusterAdmin');
      const identity = identify(facts, acquaintances({ wellKnownAdmins, known, server: facts }), NOW);
      expect(identity.clearance).toBe('UnauthenticatedClients');
      expect(identity.fault).toContain(word);
    }
  });
});
