import type { SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import type { Peer } from './authority.ts';

/** What a listening port needs to be served by TLS. */
export interface SecurePort {
  readonly tlsOptions: TlsOptions;
  /** Told of the context to be used from now on, for new connections; those that live are left alone. */
  onReplaced(listener: (context: SecureContextOptions) => void): void;
  /** Asked once for each connection, when its handshake is over. */
  peerOf(socket: TLSSocket): Peer;
  /** To be counted. */
  handshakeFailed(error: Error): void;
}
