import { X509Certificate } from 'node:crypto';
import type { StoredCertificate } from './certificate-definition.ts';
import { CertificateError } from './certificate-error.ts';
import { factsOf } from './certificate-facts.ts';
import type { DatabaseAccess, SecurityClearance } from './clearance.ts';
import { isPem, pemBlocks } from './pem-blocks.ts';

/** What a certificate is to be trusted with. */
export interface CertificateGrant {
  readonly name: string;
  readonly clearance: SecurityClearance;
  readonly permissions: Readonly<Record<string, DatabaseAccess>>;
}

/** `yyyy-MM-ddTHH:mm:ss.fffffffZ`, as the protocol writes dates. */
function dateText(date: Date): string {
  return `${date.toISOString().slice(0, -1)}0000Z`;
}

export function registered(certificate: X509Certificate, grant: CertificateGrant): StoredCertificate {
  const facts = factsOf(certificate);
  return {
    issuer: facts.issuer,
    definition: {
      Name: grant.name,
      SecurityClearance: grant.clearance,
      Permissions: grant.permissions,
      Thumbprint: facts.thumbprint,
      NotBefore: dateText(facts.notBefore),
      NotAfter: dateText(facts.notAfter),
      PublicKeyPinningHash: facts.publicKeyPinningHash,
      Certificate: facts.base64,
    },
  };
}

/**
 * Reads an uploaded certificate: DER, PEM, or PKCS#12, whose key is not kept. Rejects with a CertificateError when there is none
 * in it, or more than one that it could be.
 */
export async function parseUploadedCertificate(bytes: Buffer, password: string): Promise<X509Certificate> {
  const candidates = isPem(bytes) ? pemCertificates(bytes) : await derCertificates(bytes, password);
  const leaves = candidates.length === 1 ? candidates : candidates.filter((candidate) => !candidate.ca);
  const [only, ...others] = leaves;
  if (only === undefined || others.length > 0) {
    throw new CertificateError(
      `The upload holds ${candidates.length} certificates, of which ${leaves.length} could be the client's; send that one alone.`,
    );
  }
  return only;
}

function pemCertificates(bytes: Buffer): readonly X509Certificate[] {
  return pemBlocks(bytes.toString('utf8'))
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ text }) => parse(text));
}

async function derCertificates(bytes: Buffer, password: string): Promise<readonly X509Certificate[]> {
  try {
    return [new X509Certificate(bytes)];
  } catch {
    // Not a bare certificate; PKCS#12 begins as one does. The library is loaded for those who need it.
    const { readPkcs12 } = await import('./pkcs12.ts');
    return readPkcs12(bytes, password, 'The uploaded certificate').certificates.map(parse);
  }
}

function parse(certificate: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch (error) {
    throw new CertificateError(
      `The uploaded certificate can't be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}
