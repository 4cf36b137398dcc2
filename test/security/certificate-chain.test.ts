import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { ExtendedKeyUsage, Extension, X509CertificateGenerator } from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { chainFault } from '../../node/security/certificate-chain.ts';
import { TestAuthority, type TestCertificate } from './support/test-authority.ts';

const NOW = Date.now();
const HOUR_MS = 3_600_000;

let root: TestAuthority;

beforeAll(async () => {
  root = await TestAuthority.create('root');
});

function fault(
  { certificate }: TestCertificate,
  authorities: readonly TestAuthority[],
  between: readonly TestAuthority[] = [],
): string | null {
  const own = (authority: TestAuthority): X509Certificate => authority.own.certificate;
  return chainFault({ certificate, intermediates: between.map(own) }, authorities.map(own), NOW);
}

describe('a certificate leads to a trusted authority', () => {
  it('that has signed it', async () => {
    expect(fault(await root.issue({ commonName: 'x' }), [root])).toBeNull();
  });

  it('over authorities that came along, in any order', async () => {
    const upper = await root.intermediate('upper');
    const lower = await upper.intermediate('lower');
    const leaf = await lower.issue({ commonName: 'x' });
    expect(fault(leaf, [root], [upper, lower])).toBeNull();
    expect(fault(leaf, [root], [lower, upper])).toBeNull();
  });

  it('also when it is made for no purpose in particular', async () => {
    expect(fault(await root.issue({ commonName: 'x', purposes: [] }), [root])).toBeNull();
  });

  it('while two authorities are trusted, by either', async () => {
    const next = await TestAuthority.create('root');
    expect(fault(await root.issue({ commonName: 'x' }), [next, root])).toBeNull();
    expect(fault(await next.issue({ commonName: 'x' }), [next, root])).toBeNull();
  });
});

describe('a certificate does not lead to a trusted authority', () => {
  it('when nobody is trusted', async () => {
    expect(fault(await root.issue({ commonName: 'x' }), [])).toContain('no certificate authority is trusted');
  });

  it('when another one of the same name has signed it', async () => {
    const impostor = await TestAuthority.create('root');
    expect(fault(await impostor.issue({ commonName: 'x' }), [root])).toContain(
      'none of the trusted authorities',
    );
  });

  it('over a certificate that may not sign', async () => {
    const leaf = await root.issue({ commonName: 'leaf' });
    const forged = await signedByLeaf(leaf);
    expect(
      chainFault({ certificate: forged, intermediates: [leaf.certificate] }, [root.own.certificate], NOW),
    ).toContain('none of the trusted authorities');
  });

  it('when what stands between did not come along', async () => {
    const between = await root.intermediate('between');
    expect(fault(await between.issue({ commonName: 'x' }), [root])).toContain(
      'none of the trusted authorities',
    );
  });

  it('over more authorities than one of them allows', async () => {
    const upper = await root.intermediate('upper', { pathLength: 0 });
    const lower = await upper.intermediate('lower');
    expect(fault(await upper.issue({ commonName: 'x' }), [root], [upper])).toBeNull();
    expect(fault(await lower.issue({ commonName: 'x' }), [root], [lower, upper])).toContain(
      'allows 0 authorities',
    );
  });

  it('when it, or one above it, has expired or is not valid yet', async () => {
    const old = await root.issue({ commonName: 'x', notAfter: new Date(NOW - HOUR_MS) });
    const early = await root.issue({ commonName: 'x', notBefore: new Date(NOW + HOUR_MS) });
    expect(fault(old, [root])).toContain('has expired');
    expect(fault(early, [root])).toContain('not valid yet');
    const ended = await TestAuthority.create('ended', { notAfter: new Date(NOW - HOUR_MS) });
    expect(fault(await ended.issue({ commonName: 'x' }), [ended])).toContain('has expired');
  });

  it('when it is made for servers only', async () => {
    const server = await root.issue({ commonName: 'x', purposes: [ExtendedKeyUsage.serverAuth] });
    expect(fault(server, [root])).toContain('clientAuth');
  });

  it('when an authority on the way carries a restriction that is not weighed', async () => {
    // Name constraints: permitted subtree `.inside`.
    const constraints = new Extension(
      '2.5.29.30',
      true,
      Buffer.from('300da00b300982072e696e73696465', 'hex'),
    );
    const bound = await root.intermediate('bound', { extensions: [constraints] });
    expect(fault(await bound.issue({ commonName: 'x' }), [root], [bound])).toContain(
      'critical extension 2.5.29.30',
    );
  });
});

/** What somebody with an ordinary certificate could make. */
async function signedByLeaf(leaf: TestCertificate): Promise<X509Certificate> {
  const signed = await X509CertificateGenerator.create({
    subject: 'CN=forged, OU=ravencluster-operator',
    issuer: [{ CN: ['leaf'] }],
    publicKey: leaf.keys.publicKey,
    signingKey: leaf.keys.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    notBefore: new Date(NOW - HOUR_MS),
    notAfter: new Date(NOW + HOUR_MS),
  });
  return new X509Certificate(signed.toString('pem'));
}
