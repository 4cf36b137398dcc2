import { X509Certificate } from 'node:crypto';
import { CertificateError } from './certificate-error.ts';
import { factsOf } from './certificate-facts.ts';
import { AUTHORITIES_MAX } from './limits.ts';
import { pemBlocks } from './pem-blocks.ts';

/** The authorities whose certificates nodes and the operator carry. */
export interface TrustBundle {
  readonly authorities: readonly X509Certificate[];
  readonly pem: readonly string[];
  /** SHA-256 of each, upper-case hex, sorted. */
  readonly fingerprints: readonly string[];
}

/** No authority at all: peers are known by their certificates only. */
export const NO_AUTHORITIES: TrustBundle = { authorities: [], pem: [], fingerprints: [] };

/** Reads a PEM bundle. Throws CertificateError: whoever is in it may name nodes, so nothing doubtful is passed over. */
export function parseTrustBundle(bytes: Buffer, name: string): TrustBundle {
  const blocks = pemBlocks(bytes.toString('utf8')).filter(({ label }) => label === 'CERTIFICATE');
  if (blocks.length === 0) throw new CertificateError(`${name} holds no certificate in PEM form.`);
  if (blocks.length > AUTHORITIES_MAX) {
    throw new CertificateError(
      `${name} holds ${blocks.length} certificates, and may hold ${AUTHORITIES_MAX}.`,
    );
  }
  const authorities = blocks.map(({ text }) => parseAuthority(text, name));
  return {
    authorities,
    pem: authorities.map(String),
    fingerprints: [...new Set(authorities.map((authority) => factsOf(authority).sha256))].sort(),
  };
}

/** Reads one certificate authority, PEM or DER. Throws CertificateError. */
export function parseAuthority(bytes: string | Buffer, name: string): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(bytes);
  } catch (error) {
    throw new CertificateError(
      `${name} can't be read as a certificate: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  if (certificate.ca) return certificate;
  throw new CertificateError(
    `${name} holds '${certificate.subject.replaceAll('\n', ', ')}', which is no certificate authority (its basic constraints don't say CA).`,
  );
}
