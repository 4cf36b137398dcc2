import type { StoredCertificate } from '../security/certificate-definition.ts';
import type { DatabaseAccess, SecurityClearance } from '../security/clearance.ts';

/** Registers client certificates, or replaces what is registered under their thumbprints. Result: null. */
export interface PutCertificates {
  readonly type: 'PutCertificates';
  readonly certificates: readonly StoredCertificate[];
}

/** Changes what a registered certificate is trusted with. Result: null. */
export interface EditCertificate {
  readonly type: 'EditCertificate';
  readonly thumbprint: string;
  readonly name: string;
  readonly clearance: SecurityClearance;
  readonly permissions: Readonly<Record<string, DatabaseAccess>>;
}

/** Unknown thumbprints are skipped. Result: null. */
export interface DeleteCertificates {
  readonly type: 'DeleteCertificates';
  readonly thumbprints: readonly string[];
}
