import { createServer, type Server, type Socket } from 'node:net';
import { FrameConnection } from '../wire/frame-connection.ts';
import { readJsonHeader } from '../wire/json-header.ts';
import { CONNECTIONS_MAX } from '../wire/limits.ts';
import { type OperationHeader, type OperationReply, parseOperationHeader } from '../wire/operation-header.ts';

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

  constructor(options: TcpListenerOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) =>
      this.#onConnection(socket),
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
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

  /** Stops listening and ends every connection. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // A connection that resets must not end the process, whoever owns it at that moment.
    socket.on('error', () => {});
    void this.#handshake(socket, Buffer.alloc(0));
  }

  async #handshake(socket: Socket, received: Buffer): Promise<void> {
    const remote = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
    try {
      const { header: raw, leftover } = await readJsonHeader(socket, received);
      const header = parseOperationHeader(raw);
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
        return void this.#handshake(socket, leftover);
      }
      const refusal = served.refuse?.(header) ?? null;
      if (refusal !== null) {
        this.#options.onRejected?.(remote, refusal);
        const status = 'InvalidNetworkTopology';
        socket.end(
          JSON.stringify({ Status: status, Version: version, LicensedFeatures: null, Message: refusal }),
        );
        return;
      }
      this.#reply(socket, { Status: 'Ok', Version: version, LicensedFeatures: { DataCompression: false } });
      served.connected(socket, leftover, header);
    } catch (error) {
      this.#fail(socket, remote, error instanceof Error ? error.message : String(error));
    }
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
