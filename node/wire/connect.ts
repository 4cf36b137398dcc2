import { createConnection, type Socket } from 'node:net';
import { FrameConnection } from './frame-connection.ts';
import { readJsonHeader } from './json-header.ts';
import { HANDSHAKE_TIMEOUT_MS } from './limits.ts';
import type { OperationHeader, OperationReply, WireOperation } from './operation-header.ts';
import { WireError, WireRefusedError } from './wire-error.ts';

export interface ConnectOptions {
  /** `host:port` or `tcp://host:port`. */
  readonly address: string;
  readonly operation: WireOperation;
  readonly version: number;
  readonly databaseName?: string;
  readonly sourceNodeTag?: string;
  readonly info?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
}

/** Dials a node's TCP listener for frames. One value passed around instead of the network, so that TLS is one place. */
export type WireConnector = (options: ConnectOptions) => Promise<FrameConnection>;

/** Opens a connection to a TCP port, by whatever is spoken there. Rejects with an Error that says why not. */
export type Dialer = (host: string, port: number, timeoutMs: number) => Promise<Socket>;

/** Splits `host:port`, with IPv6 hosts in brackets. Throws WireError. */
export function parseTcpAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:tcp:\/\/)?(\[[^\]]+\]|[^:/]+):(\d{1,5})\/?$/.exec(address);
  const host = match?.[1]?.replace(/^\[|\]$/g, '');
  const port = Number(match?.[2]);
  if (host === undefined || port > 65535) {
    throw new WireError(`'${address}' is not a TCP address; write it as host:port.`);
  }
  return { host, port };
}

/**
 * Connects, sends the operation header and waits for `Ok`. Throws WireRefusedError when the peer says no, WireError
 * when it can't be reached in time.
 */
export function wireConnector(dial: Dialer): WireConnector {
  return async (options) => {
    const { host, port } = parseTcpAddress(options.address);
    const socket = await dialled(dial, host, port, options.timeoutMs ?? HANDSHAKE_TIMEOUT_MS);
    return greet(socket, options);
  };
}

async function dialled(dial: Dialer, host: string, port: number, timeoutMs: number): Promise<Socket> {
  try {
    return await dial(host, port, timeoutMs);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WireError(`Could not connect to ${host}:${port}: ${reason}`);
  }
}

async function greet(socket: Socket, options: ConnectOptions): Promise<FrameConnection> {
  try {
    const header: OperationHeader = {
      DatabaseName: options.databaseName ?? null,
      Operation: options.operation,
      OperationVersion: options.version,
      SourceNodeTag: options.sourceNodeTag ?? null,
      Info: options.info ?? {},
    };
    socket.write(JSON.stringify(header));
    const answer = await readJsonHeader(socket);
    const reply = answer.header as unknown as Partial<OperationReply>;
    if (reply.Status !== 'Ok') {
      throw new WireRefusedError(
        String(reply.Status ?? 'Error'),
        `${options.address} refused ${options.operation}: ${reply.Message ?? JSON.stringify(answer.header)}`,
      );
    }
    return new FrameConnection(socket, answer.leftover);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function dialPlain(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`it did not accept a connection within ${timeoutMs} ms`));
    }, timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      // From here to the FrameConnection, readJsonHeader listens; in between, an error must not end the process.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

/** Over plain TCP. */
export const connectWire: WireConnector = wireConnector(dialPlain);
