import type { SecurityConfiguration } from './configuration/secured-access.ts';
import type { NodeSecurity, NodeSecurityOptions } from './security/node-security.ts';
import type { PeerFetch } from './security/peer-https.ts';
import { connectWire, type WireConnector, wireConnector } from './wire/connect.ts';

/** How a node is reached and reaches others: by mutual TLS when it has a certificate, plainly otherwise. */
export interface NodeConnections {
  readonly security: NodeSecurity | null;
  readonly connect: WireConnector;
  readonly fetch: PeerFetch;
}

/** Rejects with CertificateError when the certificate is of no use. */
export async function openConnections(
  configuration: SecurityConfiguration | null,
  options: Omit<NodeSecurityOptions, 'configuration'>,
): Promise<NodeConnections> {
  if (configuration === null) return { security: null, connect: connectWire, fetch };
  // Loaded only here: a node without a certificate does not pay for the libraries.
  const { NodeSecurity } = await import('./security/node-security.ts');
  const security = await NodeSecurity.open({ ...options, configuration });
  return {
    security,
    connect: wireConnector((host, port, timeoutMs) => security.dial(host, port, timeoutMs)),
    fetch: security.fetch,
  };
}
