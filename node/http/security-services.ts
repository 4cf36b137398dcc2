import type {
  ClientCertificateWishes,
  IssuedClientCertificate,
} from '../security/issue-client-certificate.ts';
import type { ServerCertificate } from '../security/server-certificate.ts';
import type { TrustBundle } from '../security/trust-bundle.ts';

/** What the edge needs of the node's TLS. */
export interface SecurityServices {
  /** These two change when the files do. */
  readonly server: ServerCertificate;
  readonly trust: TrustBundle;
  /** Thumbprints that the configuration names. */
  readonly wellKnownAdmins: readonly string[];
  readonly wellKnownIssuers: readonly string[];
  issueClientCertificate(wishes: ClientCertificateWishes): Promise<IssuedClientCertificate>;
}
