import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { TLS_HANDSHAKE_TIMEOUT_MS } from './limits.ts';
import type { ServerCertificate } from './server-certificate.ts';

/** What RavenDB's clients all speak; older versions are broken. */
const TLS_VERSION_MIN = 'TLSv1.2';

/**
 * How a port of the node shakes hands: it asks for a client certificate and lets everybody in. Who may do what is
 * decided at the request, so that a refusal can say why.
 */
export function serverTlsOptions(certificate: ServerCertificate): TlsOptions {
  return {
    ...secureContextOf(certificate),
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS,
  };
}

/** What is replaced when the certificate is. */
export function secureContextOf({ chainPem, keyPem }: ServerCertificate): SecureContextOptions {
  return { cert: chainPem, key: keyPem, minVersion: TLS_VERSION_MIN };
}
