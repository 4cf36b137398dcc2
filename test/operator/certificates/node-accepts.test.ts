import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../../node/security/authorize.ts';
import { chainFault } from '../../../node/security/certificate-chain.ts';
import { NO_CERTIFICATES } from '../../../node/security/certificate-definition.ts';
import { factsOf } from '../../../node/security/certificate-facts.ts';
import { identify } from '../../../node/security/identity.ts';
import { describeCertificate } from '../../../operator/certificates/describe-certificate.ts';
import {
  createAuthority,
  issueClientCertificate,
  issueNodeCertificate,
} from '../../../operator/certificates/issue-certificate.ts';

const nowMs = Date.now();
const authority = await createAuthority('db', nowMs);
const stranger = await createAuthority('db', nowMs);
const options = { cluster: 'db', authority, nowMs, lifetimeMs: 86_400_000 };
const node = await issueNodeCertificate({ ...options, names: ['localhost'] });
const renewed = await issueNodeCertificate({ ...options, names: ['localhost'] });
const operator = await issueClientCertificate({ ...options, holder: 'Operator' });
const metrics = await issueClientCertificate({ ...options, holder: 'Metrics' });

/** What a node with the certificate `node` takes the bearer of another certificate for. */
function identityOf(pem: string, trusted = authority) {
  const certificate = new X509Certificate(pem);
  const trust = [new X509Certificate(trusted.certificate)];
  return identify(
    factsOf(certificate),
    {
      server: factsOf(new X509Certificate(node.certificate)),
      wellKnownAdmins: new Set(),
      known: NO_CERTIFICATES,
      chainFault: () => chainFault({ certificate, intermediates: [] }, trust, nowMs),
      isFromWellKnownIssuer: () => false,
    },
    nowMs,
  );
}

describe('a node takes', () => {
  it('the bearer of a renewed certificate of nodes for a node', () => {
    expect(identityOf(renewed.certificate).clearance).toBe('ClusterNode');
  });

  it('the bearer of the certificate of the operator for an administrator of the cluster', () => {
    expect(identityOf(operator.certificate).clearance).toBe('ClusterAdmin');
  });

  it('Prometheus for somebody who may see the metrics, and no database', () => {
    const identity = identityOf(metrics.certificate);
    expect(refusal(identity, 'ValidUser', null)).toBeNull();
    expect(refusal(identity, 'Read', 'shop')).toContain('no access');
    expect(refusal(identity, 'Operator', null)).toContain('needs Operator');
  });

  it('all of them for strangers when it trusts another authority only', () => {
    for (const { certificate } of [renewed, operator, metrics]) {
      expect(identityOf(certificate, stranger).clearance).toBe('UnauthenticatedClients');
    }
  });

  it('the fingerprints of a certificate for what the operator takes them for', () => {
    const facts = factsOf(new X509Certificate(node.certificate));
    const { sha256, thumbprint } = describeCertificate(node.certificate);
    expect({ sha256, thumbprint }).toEqual({ sha256: facts.sha256, thumbprint: facts.thumbprint });
  });
});
