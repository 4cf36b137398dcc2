import 'reflect-metadata';
import { createPrivateKey, X509Certificate as ParsedCertificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
} from '@peculiar/x509';
import type { CertificateFacts } from './certificate-facts.ts';
import { PEM_CERTIFICATES_MAX } from './limits.ts';

/** Something in a Secret that is no certificate, key or bundle. The message says what, for people; never the content. */
export class CertificateFormatError extends Error {
  override readonly name: string = 'CertificateFormatError';
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Every certificate of a PEM text, in its order; text around them is ignored.
 *
 * @throws CertificateFormatError when there are more than `PEM_CERTIFICATES_MAX`, or one can't be read
 */
export function describeCertificates(pem: string): readonly CertificateFacts[] {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length > PEM_CERTIFICATES_MAX) {
    throw new CertificateFormatError(
      `holds ${blocks.length} certificates, more than ${PEM_CERTIFICATES_MAX}: it is no chain or bundle of a cluster`,
    );
  }
  return blocks.map(describeCertificate);
}

/** @throws CertificateFormatError when it is no certificate */
export function describeCertificate(pem: string): CertificateFacts {
  try {
    return factsOf(pem);
  } catch (error) {
    throw new CertificateFormatError('holds something that is no X.509 certificate in PEM', { cause: error });
  }
}

function factsOf(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  const digests = new ParsedCertificate(pem);
  const usages = certificate.getExtension(ExtendedKeyUsageExtension)?.usages;
  return {
    pem: `${pem.trim()}\n`,
    sha256: digests.fingerprint256.replaceAll(':', ''),
    thumbprint: digests.fingerprint.replaceAll(':', ''),
    subject: certificate.subject,
    issuer: certificate.issuer,
    notBeforeMs: certificate.notBefore.getTime(),
    notAfterMs: certificate.notAfter.getTime(),
    names: namesOf(certificate),
    units: certificate.subjectName.getField('OU'),
    isAuthority: certificate.getExtension(BasicConstraintsExtension)?.ca === true,
    forServers: usages === undefined || usages.includes(ExtendedKeyUsage.serverAuth),
    forClients: usages === undefined || usages.includes(ExtendedKeyUsage.clientAuth),
  };
}

function namesOf(certificate: X509Certificate): readonly string[] {
  const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  return names.filter(({ type }) => type === 'dns' || type === 'ip').map(({ value }) => value.toLowerCase());
}

/**
 * The authority that vouches for the first certificate of a chain, over those after it where needed.
 *
 * @param chain the certificate first; what follows may be in any order
 */
export function findAuthority(
  chain: readonly CertificateFacts[],
  authorities: readonly CertificateFacts[],
): CertificateFacts | undefined {
  const [leaf, ...others] = chain;
  if (leaf === undefined) return undefined;
  let current = leaf;
  // Each step uses up one certificate of the chain, so a circle in it ends too.
  for (const _ of chain) {
    const authority = authorities.find((candidate) => isIssuedBy(current, candidate));
    if (authority !== undefined) return authority;
    const next = others.find((candidate) => candidate.isAuthority && isIssuedBy(current, candidate));
    if (next === undefined) return undefined;
    current = next;
  }
  return undefined;
}

function isIssuedBy(certificate: CertificateFacts, authority: CertificateFacts): boolean {
  if (certificate.issuer !== authority.subject) return false;
  const issued = new ParsedCertificate(certificate.pem);
  const issuer = new ParsedCertificate(authority.pem);
  return issued.checkIssued(issuer) && issued.verify(issuer.publicKey);
}

/** @throws CertificateFormatError when it is no private key without a password in PEM */
export function isKeyOf(keyPem: string, certificate: CertificateFacts): boolean {
  try {
    return new ParsedCertificate(certificate.pem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    // The cause could quote the key.
    throw new CertificateFormatError('holds something that is no private key in PEM, or one with a password');
  }
}
