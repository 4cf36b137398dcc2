/** How a node that serves HTTPS was told to; paths are absolute. */
export interface SecurityConfiguration {
  /** PEM with the chain, or PKCS#12. */
  readonly certificatePath: string;
  /** null: the key is in the same file. */
  readonly keyPath: string | null;
  readonly password: string | null;
  /** Bundle of the authorities of nodes and operators; null: peers must carry this very certificate. */
  readonly trustedCasPath: string | null;
  /** Thumbprints that are cluster administrators, upper case. */
  readonly wellKnownAdmins: readonly string[];
  /** Authorities whose certificates all are cluster administrators: paths, or base64 of DER. */
  readonly wellKnownIssuers: readonly string[];
}
