import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Express } from 'express';
import type { Logger } from '../observability/logger.ts';
import type { SecurePort } from '../security/secure-port.ts';
import { Dispatcher } from './dispatcher.ts';
import { errorResponse } from './errors/error-response.ts';
import { FastEdge } from './fast/fast-edge.ts';
import {
  CONNECTIONS_MAX,
  HEAD_TIMEOUT_MS,
  HEADER_BYTES_MAX,
  HEADER_COUNT_MAX,
  KEEP_ALIVE_MS,
  SILENCE_TIMEOUT_MS,
} from './limits.ts';
import type { NodeServices } from './node-services.ts';
import type { HttpResponse } from './response.ts';
import { routes } from './routes.ts';
import type { Route } from './routing/route.ts';
import { type FoundRoute, RouteTable } from './routing/route-table.ts';
import { Admission } from './transport/admission.ts';
import { BodyBudget } from './transport/body-budget.ts';
import { type Channel, PLAIN_CHANNEL } from './transport/channel.ts';
import { expressEdge, serveByExpress } from './transport/express-edge.ts';
import { NodeHttpRequest } from './transport/node-http-request.ts';
import { createSecureServer } from './transport/secure-server.ts';
import { writeResponse } from './transport/write-response.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly node: NodeServices;
  /** Default: all of routes.ts. */
  readonly routes?: readonly Route[];
  readonly logger: Logger;
  /** Requests served at once; see limits.ts. */
  readonly concurrentRequestsMax?: number;
  /** Serve HTTPS; absent: plain HTTP. */
  readonly secure?: SecurePort;
}

/** What node:http could not read. `rawPacket`: the bytes that it was reading. */
interface ClientError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

const SERVER_OPTIONS: ServerOptions = {
  maxHeaderSize: HEADER_BYTES_MAX,
  headersTimeout: HEAD_TIMEOUT_MS,
  // A bulk insert may take hours: silence is bounded, not length.
  requestTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE_MS,
  noDelay: true,
  requireHostHeader: true,
};

/**
 * The node's HTTP port. Three readers, one dispatcher: the fast reader takes plain requests of hot routes from the
 * socket, node:http the hot routes that are not so plain, express everything else.
 */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #dispatcher: Dispatcher;
  readonly #admission: Admission;
  readonly #budget = new BodyBudget();
  readonly #server: Server | HttpsServer;
  readonly #endHandshakes: () => void;
  readonly #express: Express;
  readonly #fast: FastEdge;
  /** Of the TLS connections that live. */
  readonly #channels = new WeakMap<Socket, Channel>();

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#admission = new Admission(options.concurrentRequestsMax);
    this.#dispatcher = new Dispatcher(options.node, new RouteTable(options.routes ?? routes), options.logger);
    this.#express = expressEdge(this.#dispatcher);
    const { secure } = options;
    const { server, endHandshakes } =
      secure === undefined
        ? { server: createServer(SERVER_OPTIONS), endHandshakes: () => undefined }
        : createSecureServer(SERVER_OPTIONS, secure);
    this.#server = server;
    this.#endHandshakes = endHandshakes;
    const arrival = secure === undefined ? 'connection' : 'secureConnection';
    this.#server.maxHeadersCount = HEADER_COUNT_MAX;
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.setTimeout(SILENCE_TIMEOUT_MS);
    const [takeConnection] = this.#server.listeners(arrival);
    this.#fast = new FastEdge({
      dispatcher: this.#dispatcher,
      admission: this.#admission,
      observer: options.node.observer,
      handOver: (socket) => {
        socket.allowHalfOpen = true;
        takeConnection?.call(this.#server, socket);
      },
    });
    this.#server.removeAllListeners(arrival);
    this.#server.on(arrival, (socket: Socket) => {
      // node:http opens its server half-open; the fast reader has no use for a client that only listens.
      socket.allowHalfOpen = false;
      this.#fast.connect(socket, this.#channelOf(socket));
    });
    this.#server.on('request', (message, response) => this.#serve(message, response));
    this.#server.on('clientError', (error: ClientError, socket: Socket) => {
      if (this.#answersMethod(error, socket)) return;
      if (error.code === 'HPE_HEADER_OVERFLOW') options.node.observer?.limited('header_bytes');
      refuseBroken(error, socket);
    });
  }

  get dispatcher(): Dispatcher {
    return this.#dispatcher;
  }

  /** Requests being answered now. */
  get concurrentRequests(): number {
    return this.#admission.count;
  }

  /** Resolves with the port that is listened on; rejects when it can't be had. */
  listen(): Promise<{ readonly port: number }> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off('error', reject);
        resolve({ port: (this.#server.address() as AddressInfo).port });
      });
    });
  }

  /** Stops taking connections, lets requests end for `graceMs`, then closes what is left. */
  async close(graceMs = 0): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#endHandshakes();
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await Promise.all([closed, this.#fast.close(graceMs)]);
    clearTimeout(timer);
  }

  #channelOf(socket: Socket): Channel {
    const { secure } = this.#options;
    if (secure === undefined) return PLAIN_CHANNEL;
    const known = this.#channels.get(socket);
    if (known !== undefined) return known;
    // Nothing but secure connections arrives at a server with a certificate; of any other, this would throw.
    const channel: Channel = { scheme: 'https', peer: secure.peerOf(socket as TLSSocket) };
    this.#channels.set(socket, channel);
    return channel;
  }

  /** A method that node:http does not know, over a connection that is node:http's since an earlier request. */
  #answersMethod({ code, rawPacket }: ClientError, socket: Socket): boolean {
    if (code !== 'HPE_INVALID_METHOD' || rawPacket === undefined || !socket.writable) return false;
    return this.#fast.answerLast(rawPacket, socket, this.#channelOf(socket));
  }

  #serve(message: IncomingMessage, target: ServerResponse): void {
    const request = new NodeHttpRequest(message, target, this.#channelOf(message.socket), this.#budget);
    // A socket that breaks while it is written to is the client's doing; 'close' follows.
    message.on('error', ignore);
    target.on('error', ignore);
    if (!this.#admission.enter()) {
      this.#options.node.observer?.limited('concurrent_requests');
      writeResponse(request, errorResponse(this.#admission.refusal(), request.url), target);
      return;
    }
    const found = this.#dispatcher.find(request.method, request.path);
    const startedMs = performance.now();
    target.once('close', () => {
      this.#admission.leave();
      request.done();
      const { observer } = this.#options.node;
      observer?.answered(found?.route.name ?? 'none', target.statusCode, performance.now() - startedMs);
    });
    // What isn't a path at all is refused here: express would try to make sense of it.
    if (found?.route.isHot === true || !request.url.startsWith('/'))
      this.#serveStraight(request, found, target);
    else serveByExpress(this.#express, request, message, target);
  }

  #serveStraight(request: NodeHttpRequest, found: FoundRoute | undefined, target: ServerResponse): void {
    const answer = this.#dispatcher.dispatch(request, found);
    if (answer instanceof Promise) {
      void answer.then((response: HttpResponse) => writeResponse(request, response, target));
    } else writeResponse(request, answer, target);
  }
}

function ignore(): void {}

/** Bytes that are not HTTP, or a head that is too large: node:http has no request for it, so the socket is answered. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  socket.once('error', ignore);
}
