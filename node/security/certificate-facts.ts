import { createHash, type X509Certificate } from 'node:crypto';

/** What is known of a certificate by looking at it. Whether it is to be trusted is another question. */
export interface CertificateFacts {
  /** SHA-1 of the DER form in upper-case hex: RavenDB's name for a certificate. */
  readonly thumbprint: string;
  /** SHA-256 of the DER form in upper-case hex. */
  readonly sha256: string;
  /** Distinguished names on one line, for people and for comparison; never taken apart. */
  readonly subject: string;
  readonly issuer: string;
  /** null when the subject has none, or several. */
  readonly commonName: string | null;
  readonly organizationalUnits: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the SubjectPublicKeyInfo in base64: what stays the same when a certificate is renewed for its key. */
  readonly publicKeyPinningHash: string;
  /** The DER form. */
  readonly base64: string;
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  // The structured form: a line break or a comma inside of a name can't pass for another part of it.
  const { subject } = certificate.toLegacyObject();
  const publicKey = certificate.publicKey.export({ type: 'spki', format: 'der' });
  const [commonName, ...others] = textsOf(subject.CN);
  return {
    thumbprint: hexOf(certificate.fingerprint),
    sha256: hexOf(certificate.fingerprint256),
    subject: onOneLine(certificate.subject),
    issuer: onOneLine(certificate.issuer),
    commonName: others.length === 0 ? (commonName ?? null) : null,
    organizationalUnits: textsOf(subject.OU),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    publicKeyPinningHash: createHash('sha256').update(publicKey).digest('base64'),
    base64: certificate.raw.toString('base64'),
  };
}

/** `AB:CD` as `ABCD`. */
function hexOf(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toUpperCase();
}

function onOneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}

function textsOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
