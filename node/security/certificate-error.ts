/** A certificate, a key or a bundle of authorities that can't be used: which file, why, and what to do. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}
