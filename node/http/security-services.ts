import type { ServerCertificate } from '../security/server-certificate.ts';
import type { TrustBundle } from '../security/trust-bundle.ts';

/** What the edge needs of the node's TLS; both change when the files do. */
export interface SecurityServices {
  readonly server: ServerCertificate;
  readonly trust: TrustBundle;
}
