import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { factsOf } from './certificate-facts.ts';
import type { CertificateStore } from './certificate-store.ts';
import { secureContextOf } from './tls-options.ts';

/** How this node shows itself to another, and what it takes for proof; with the files' content of this moment. */
export function peerTlsOptions({ server, trust }: CertificateStore, host: string): ConnectionOptions {
  return {
    ...secureContextOf(server),
    // Without a bundle the authorities that every browser trusts count.
    ...(trust.pem.length === 0 ? {} : { ca: [...trust.pem] }),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    // Decided by `serverFault`, after the handshake and before a byte of ours is sent.
    rejectUnauthorized: false,
  };
}

/**
 * Why the server at the other end is not the one that was dialled, or null: it must have a certificate of a trusted
 * authority for the name that was dialled, or, as RavenDB has it, the very certificate of this node.
 */
export function serverFault(socket: TLSSocket, { server }: CertificateStore): string | null {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return 'it showed no certificate';
  if (socket.authorized || factsOf(certificate).sha256 === server.facts.sha256) return null;
  return `its certificate '${certificate.subject.replaceAll('\n', ', ')}' is not trusted: ${String(socket.authorizationError)}`;
}

/** Connects to a node's TCP port by mutual TLS. Rejects with an Error that says why not. */
export function dialTls(
  store: CertificateStore,
  host: string,
  port: number,
  timeoutMs: number,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...peerTlsOptions(store, host) });
    socket.setNoDelay(true);
    const fail = (reason: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new Error(reason));
    };
    const timer = setTimeout(() => fail(`no TLS connection within ${timeoutMs} ms`), timeoutMs);
    // Stays, so that a later error can't end the process before the next owner listens.
    socket.on('error', (error) => fail(error.message));
    socket.once('secureConnect', () => {
      const fault = serverFault(socket, store);
      if (fault !== null) return fail(fault);
      clearTimeout(timer);
      resolve(socket);
    });
  });
}
