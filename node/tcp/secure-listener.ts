import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { SecurePort } from '../security/secure-port.ts';

/** A TLS server for the TCP port; a new certificate is used for new connections without a restart. */
export function createSecureListener(secure: SecurePort, onConnection: (socket: TLSSocket) => void): Server {
  const server = createServer({ ...secure.tlsOptions, noDelay: true }, onConnection);
  secure.onReplaced((context) => server.setSecureContext(context));
  server.on('tlsClientError', (error, socket) => {
    secure.handshakeFailed(error);
    socket.destroy();
  });
  return server;
}
