import type { ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { SecurePort } from '../../security/secure-port.ts';
import { errorResponse } from '../errors/error-response.ts';
import { ProtocolError } from '../errors/protocol-error.ts';
import { responseBytes } from '../fast/response-bytes.ts';
import { HEAD_TIMEOUT_MS, OPEN_BODY_LINGER_MS } from '../limits.ts';

/** The first byte of every TLS connection: a record of type handshake. */
const TLS_HANDSHAKE = 0x16;

const HTTP_START = /^[A-Z]+ (\/\S*) HTTP\/1\.[01]\r?\n/;

export interface SecureServer {
  readonly server: Server;
  /** Ends the connections that have not got as far as a secure one. */
  endHandshakes(): void;
}

/**
 * HTTPS as node:https serves it, with two differences: a new certificate is used for new connections without a
 * restart, and whoever speaks plain HTTP to it by mistake is told so.
 */
export function createSecureServer(options: ServerOptions, secure: SecurePort): SecureServer {
  const server = createServer({ ...options, ...secure.tlsOptions, ALPNProtocols: ['http/1.1'] });
  secure.onReplaced((context) => server.setSecureContext(context));
  // node:https would answer a failed handshake as a malformed request, on a connection nobody can read.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (error, socket) => {
    secure.handshakeFailed(error);
    socket.destroy();
  });
  const early = new Set<Socket>();
  const [shakeHands] = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    early.add(socket);
    socket.once('close', () => early.delete(socket));
    awaitFirstBytes(socket, (first) => {
      if (first[0] === TLS_HANDSHAKE) {
        socket.unshift(first);
        shakeHands?.call(server, socket);
      } else refusePlain(socket, first);
    });
  });
  return {
    server,
    endHandshakes() {
      for (const socket of early) socket.destroy();
    },
  };
}

function awaitFirstBytes(socket: Socket, use: (first: Buffer) => void): void {
  const timer = setTimeout(() => socket.destroy(), HEAD_TIMEOUT_MS);
  socket.once('close', () => clearTimeout(timer));
  // A connection that breaks is the client's doing; 'close' follows.
  socket.on('error', ignore);
  socket.once('data', (first: Buffer) => {
    clearTimeout(timer);
    socket.pause();
    use(first);
  });
}

function refusePlain(socket: Socket, first: Buffer): void {
  const url = HTTP_START.exec(first.toString('latin1'))?.[1];
  if (url === undefined) {
    socket.destroy();
    return;
  }
  const error = new ProtocolError(
    400,
    'Raven.Client.Exceptions.Security.InsufficientTransportLayerProtectionException',
    'This port serves HTTPS, and the request came over plain HTTP: write https:// in the URL.',
  );
  const { status, headers, body } = errorResponse(error, url);
  const bytes = Buffer.isBuffer(body) ? body : undefined;
  socket.end(responseBytes(status, headers, bytes, { method: 'GET', keepAlive: false }));
  // What is still coming is thrown away: closing a socket with unread bytes would take the answer along.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), OPEN_BODY_LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

function ignore(): void {}
