import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { KubeConfig } from '@kubernetes/client-node';
import { controlPlane } from './api-test.ts';

/** A request that a client sends. */
export interface ProxiedRequest {
  readonly method: string;
  readonly url: URL;
}

/** An answer that the proxy gives instead of the API server. */
export interface Fault {
  /** Which requests get it; all of them when absent. */
  readonly of?: (request: ProxiedRequest) => boolean;
  /** How many of them. */
  readonly times: number;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const isWatch = ({ url }: ProxiedRequest): boolean => url.searchParams.get('watch') === '1';
export const isList = ({ method, url }: ProxiedRequest): boolean =>
  method === 'GET' && url.searchParams.has('limit');
export const isWrite = ({ method }: ProxiedRequest): boolean => method !== 'GET';

/** Body of the API server's answer when a resource version is forgotten. */
export const EXPIRED = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Status',
  status: 'Failure',
  reason: 'Expired',
  code: 410,
  message: 'too old resource version (a fault of the test)',
});

/**
 * Stands between a client and the API server, and does to the connection what networks, load balancers and restarting
 * API servers do. Whoever comes without a token may do everything.
 */
export class FaultProxy {
  readonly #server: Server;
  readonly #upstream: URL;
  readonly #asAdmin: Agent;
  readonly #asCaller: Agent;
  readonly #sockets = new Set<Socket>();
  /** What has no whole answer yet, by its connection. */
  readonly #asked = new WeakMap<Socket, ProxiedRequest>();
  readonly #watches = new Set<ServerResponse>();
  readonly #faults: { readonly fault: Fault; left: number }[] = [];
  #open = 0;
  #requests = 0;
  #thawed: PromiseWithResolvers<void> | undefined;
  #tearsNextEvent = false;
  #isDown = false;
  #onAnswer: (request: ProxiedRequest) => void = () => undefined;

  private constructor() {
    const { server, authorityFolder: folder } = controlPlane();
    const file = (name: string) => readFileSync(join(folder, name));
    this.#upstream = new URL(server);
    this.#asAdmin = new Agent({ ca: file('ca.crt'), cert: file('admin.crt'), key: file('admin.key') });
    this.#asCaller = new Agent({ ca: file('ca.crt') });
    // The API server's own certificate is for every port of this address.
    this.#server = createServer({ cert: file('apiserver.crt'), key: file('apiserver.key') });
    this.#server.on('connection', (socket: Socket) => {
      if (this.#isDown) socket.destroy();
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // Whoever cuts a connection is not surprised by it.
      socket.on('error', () => undefined);
    });
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('request', (incoming, response) => void this.#serve(incoming, response));
  }

  static async start(): Promise<FaultProxy> {
    const proxy = new FaultProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How to reach the API server through this proxy, as somebody who may do everything. */
  config(): KubeConfig {
    const config = new KubeConfig();
    const ca = readFileSync(join(controlPlane().authorityFolder, 'ca.crt'));
    const cluster = { name: 'proxy', server: this.url, caData: ca.toString('base64'), skipTLSVerify: false };
    config.loadFromClusterAndUser(cluster, { name: 'anybody' });
    return config;
  }

  /** Connections of clients. */
  get sockets(): number {
    return this.#sockets.size;
  }

  /** Requests that have no whole answer yet; watches are among them. */
  get openRequests(): number {
    return this.#open;
  }

  /** Watches that the API server has taken on. */
  get openWatches(): number {
    return this.#watches.size;
  }

  /** Requests so far. */
  get requests(): number {
    return this.#requests;
  }

  answer(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times });
  }

  /** Calls `listener` when the API server has carried a request out, before the client hears of it. */
  onAnswer(listener: (request: ProxiedRequest) => void): void {
    this.#onAnswer = listener;
  }

  /** Breaks every connection, but for those with an open request that is spared. */
  cut(isSpared: (request: ProxiedRequest) => boolean = () => false): void {
    for (const socket of this.#sockets) {
      const asked = this.#asked.get(socket);
      if (asked === undefined || !isSpared(asked)) socket.destroy();
    }
  }

  /** Breaks every connection and refuses new ones, until `up`. */
  down(): void {
    this.#isDown = true;
    this.cut();
  }

  up(): void {
    this.#isDown = false;
  }

  /** Breaks the next connection that an event comes through, in the middle of the event. */
  tearNextEvent(): void {
    this.#tearsNextEvent = true;
  }

  /** Ends every watch, in good order or with an ERROR event. */
  endWatches(status?: string): void {
    for (const response of this.#watches) {
      response.end(status === undefined ? undefined : `{"type":"ERROR","object":${status}}\n`);
    }
  }

  /** Nothing goes through any more, in either direction, and nothing is broken off, until `thaw`. */
  freeze(): void {
    this.#thawed ??= Promise.withResolvers<void>();
  }

  thaw(): void {
    this.#thawed?.resolve();
    this.#thawed = undefined;
  }

  async stop(): Promise<void> {
    this.thaw();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    this.#asAdmin.destroy();
    this.#asCaller.destroy();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests += 1;
    this.#open += 1;
    const asked = { method: incoming.method ?? 'GET', url: new URL(incoming.url ?? '/', this.#upstream) };
    this.#asked.set(incoming.socket, asked);
    response.once('close', () => {
      this.#open -= 1;
      this.#asked.delete(incoming.socket);
      this.#watches.delete(response);
    });
    await this.#thawed?.promise;
    const rule = this.#faults.find(({ fault, left }) => left > 0 && (fault.of?.(asked) ?? true));
    if (rule !== undefined) {
      rule.left -= 1;
      incoming.resume();
      response.writeHead(rule.fault.status, { ...rule.fault.headers }).end(rule.fault.body ?? '');
      return;
    }
    this.#forward(incoming, response, asked);
  }

  #forward(
    incoming: IncomingMessage,
    response: ServerResponse,
    asked: { readonly method: string; readonly url: URL },
  ): void {
    const { host: _, connection: __, ...headers } = incoming.headers;
    const agent = headers.authorization === undefined ? this.#asAdmin : this.#asCaller;
    const outgoing = request(asked.url, { method: asked.method, headers, agent });
    outgoing.on('response', (answer) => {
      this.#onAnswer(asked);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      if (isWatch(asked)) this.#watches.add(response);
      answer.pipe(this.#gate(response, isWatch(asked))).pipe(response);
      // A stream that breaks here breaks there.
      answer.on('error', () => response.destroy());
    });
    outgoing.on('error', () => response.destroy());
    response.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  /** Holds what goes through while the proxy is frozen, and tears events when it should. */
  #gate(response: ServerResponse, isEvents: boolean): Transform {
    return new Transform({
      transform: (part: Buffer, _encoding, done) => {
        const pass = async () => {
          await this.#thawed?.promise;
          // Ended by `endWatches`: what the API server still says is not heard.
          if (response.writableEnded) return done();
          if (!isEvents || !this.#tearsNextEvent) return done(null, part);
          this.#tearsNextEvent = false;
          response.write(part.subarray(0, Math.ceil(part.length / 2)), () => response.destroy());
          done();
        };
        void pass();
      },
    });
  }
}
