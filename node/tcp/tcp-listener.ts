import { createServer, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Peer } from '../security/authority.ts';
import { refusal, requirementOfTcp } from '../security/authorize.ts';
import type { SecurePort } from '../security/secure-port.ts';
import { FrameConnection } from '../wire/frame-connection.ts';
import { readJsonHeader } from '../wire/json-header.ts';
import { CONNECTIONS_MAX } from '../wire/limits.ts';
import { type OperationHeader, type OperationReply, parseOperationHeader } from '../wire/operation-header.ts';
import { createSecureListener } from './secure-listener.ts';

/** How one operation is served. */
export interface TcpOperation {
  /** Versions we speak, highest first. */
  readonly versions: readonly number[];
  /** Why this header is not welcome, or null. */
  refuse?(header: OperationHeader): string | null;
  /** The handshake is done; the connection is the operation's now, `leftover` included. */
  connected(socket: Socket, leftover: Buffer, header: OperationHeader): void;
}

export interface TcpListenerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Told of connections that were refused or broke in the handshake; for logs and metrics. */
  readonly onRejected?: (remote: string, reason: string) => void;
  /** Mutual TLS; absent: plain TCP, where everybody is welcome. */
  readonly secure?: SecurePort;
}

/** A connection whose peer was found to be entitled to its operation. */
interface Entitled {
  readonly peer: Peer;
  readonly header: OperationHeader;
}

/**
 * The node's TCP port. Every connection starts with RavenDB's JSON header, which names the operation and its version;
 * the rest of the connection belongs to that operation.
 */
export class TcpListener {
  readonly #options: TcpListenerOptions;
  readonly #server: Server;
  readonly #operations = new Map<string, TcpOperation>();
  readonly #sockets = new Set<Socket>();
  readonly #entitled = new Map<Socket, Entitled>();

  constructor(options: TcpListenerOptions) {
    this.#options = options;
    const { secure } = options;
    this.#server =
      secure === undefined
        ? createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#onConnection(socket, null))
        : createSecureListener(secure, (socket: TLSSocket) =>
            this.#onConnection(socket, secure.peerOf(socket)),
          );
    this.#server.maxConnections = CONNECTIONS_MAX;
    // The raw ones: with TLS, those that still shake hands are among them.
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  handle(operation: string, served: TcpOperation): void {
    this.#operations.set(operation, served);
  }

  /** As `handle`, for an operation that goes on in frames. */
  handleFrames(
    operation: string,
    served: Omit<TcpOperation, 'connected'> & {
      connected(connection: FrameConnection, header: OperationHeader): void;
    },
  ): void {
    this.handle(operation, {
      ...served,
      connected: (socket, leftover, header) =>
        served.connected(new FrameConnection(socket, leftover), header),
    });
  }

  /** Resolves with the port that is listened on. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : this.#options.port);
      });
    });
  }

  /** Ends the connections whose peer would be refused now: it was removed, or its authority was. */
  reauthorize(): void {
    for (const [socket, { peer, header }] of this.#entitled) {
      const reason = refusalOf(peer, header);
      if (reason === null) continue;
      this.#options.onRejected?.(remoteOf(socket), reason);
      socket.destroy();
    }
  }

  /** Stops listening and ends every connection. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #onConnection(socket: Socket, peer: Peer | null): void {
    // A connection that resets must not end the process, whoever owns it at that moment.
    socket.on('error', () => {});
    void this.#handshake(socket, Buffer.alloc(0), peer);
  }

  async #handshake(socket: Socket, received: Buffer, peer: Peer | null): Promise<void> {
    const remote = remoteOf(socket);
    try {
      const { header: raw, leftover } = await readJsonHeader(socket, received);
      const header = parseOperationHeader(raw);
      const forbidden = peer === null ? null : refusalOf(peer, header);
      if (forbidden !== null) return this.#refuse(socket, remote, 'AuthorizationFailed', header, forbidden);
      const served = this.#operations.get(header.Operation);
      if (served === undefined) {
        return this.#fail(socket, remote, `Unknown operation for TCP ${header.Operation}`);
      }
      const version = served.versions.find((ours) => ours <= header.OperationVersion) ?? -1;
      if (version !== header.OperationVersion) {
        this.#options.onRejected?.(remote, `version ${header.OperationVersion} of ${header.Operation}`);
        const message = `Not supporting version ${header.OperationVersion} for ${header.Operation}`;
        this.#reply(socket, {
          Status: 'TcpVersionMismatch',
          Version: version,
          LicensedFeatures: null,
          Message: message,
        });
        // The peer may choose another version on the same connection.
        return void this.#handshake(socket, leftover, peer);
      }
      const unwelcome = served.refuse?.(header) ?? null;
      if (unwelcome !== null)
        return this.#refuse(socket, remote, 'InvalidNetworkTopology', header, unwelcome);
      if (peer !== null) this.#entitle(socket, { peer, header });
      this.#reply(socket, { Status: 'Ok', Version: version, LicensedFeatures: { DataCompression: false } });
      served.connected(socket, leftover, header);
    } catch (error) {
      this.#fail(socket, remote, error instanceof Error ? error.message : String(error));
    }
  }

  #entitle(socket: Socket, entitled: Entitled): void {
    this.#entitled.set(socket, entitled);
    socket.once('close', () => this.#entitled.delete(socket));
  }

  #refuse(
    socket: Socket,
    remote: string,
    status: OperationReply['Status'],
    { OperationVersion }: OperationHeader,
    reason: string,
  ): void {
    this.#options.onRejected?.(remote, reason);
    const reply: OperationReply = {
      Status: status,
      Version: OperationVersion,
      LicensedFeatures: null,
      Message: reason,
    };
    socket.end(JSON.stringify(reply));
  }

  #reply(socket: Socket, reply: OperationReply): void {
    socket.write(JSON.stringify(reply));
  }

  #fail(socket: Socket, remote: string, reason: string): void {
    this.#options.onRejected?.(remote, reason);
    if (!socket.destroyed) {
      const type = 'System.IO.InvalidDataException';
      socket.end(JSON.stringify({ Type: 'Error', Exception: `${type}: ${reason}`, Message: reason }));
    }
  }
}

function remoteOf(socket: Socket): string {
  return `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
}

function refusalOf(peer: Peer, { Operation, DatabaseName }: OperationHeader): string | null {
  return refusal(peer.identity(), requirementOfTcp(Operation), DatabaseName);
}
