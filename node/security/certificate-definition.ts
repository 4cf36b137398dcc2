import type { DatabaseAccess, SecurityClearance } from './clearance.ts';

/** A client certificate that the cluster knows, as RavenDB's protocol shows it. */
export interface CertificateDefinition {
  readonly Name: string;
  readonly SecurityClearance: SecurityClearance;
  /** Database → access; of use to a ValidUser only. */
  readonly Permissions: Readonly<Record<string, DatabaseAccess>>;
  readonly Thumbprint: string;
  readonly NotBefore: string;
  readonly NotAfter: string;
  readonly PublicKeyPinningHash: string;
  /** DER in base64. */
  readonly Certificate: string;
}

/** As it stands in the cluster's state. */
export interface StoredCertificate {
  readonly definition: CertificateDefinition;
  /** Distinguished name, for the renewal rule. */
  readonly issuer: string;
}

/** The client certificates that the cluster knows. All look-ups are quick and of one moment. */
export interface KnownCertificates {
  /** Grows with every change. */
  readonly revision: number;
  find(thumbprint: string): StoredCertificate | undefined;
  /** Of those of one key and one issuer, the newest. */
  findSameKey(publicKeyPinningHash: string, issuer: string): StoredCertificate | undefined;
}

export const NO_CERTIFICATES: KnownCertificates = {
  revision: 0,
  find: () => undefined,
  findSameKey: () => undefined,
};
