import type { Socket } from 'node:net';
import type { Dispatcher } from '../dispatcher.ts';
import { errorResponse } from '../errors/error-response.ts';
import { HEAD_TIMEOUT_MS, KEEP_ALIVE_MS } from '../limits.ts';
import type { RequestObserver } from '../node-services.ts';
import type { HttpResponse } from '../response.ts';
import type { FoundRoute } from '../routing/route-table.ts';
import type { Admission } from '../transport/admission.ts';
import type { Channel } from '../transport/channel.ts';
import {
  chooseEncoding,
  encodeStream,
  encodeWhole,
  isWorthEncoding,
} from '../transport/response-encoding.ts';
import { FastConnection, type FastService } from './fast-connection.ts';
import { FastRequest } from './fast-request.ts';
import { FAST_SWEEP_MS } from './limits.ts';
import { headerOf, parseRequestHead, type RequestHead } from './request-head.ts';
import { chunkBytes, chunkedHead, LAST_CHUNK, responseBytes } from './response-bytes.ts';

export interface FastEdgeOptions {
  readonly dispatcher: Dispatcher;
  readonly admission: Admission;
  readonly observer: RequestObserver | undefined;
  /** Gives a connection to node:http. */
  readonly handOver: (socket: Socket) => void;
}

interface Accepted {
  readonly found: FoundRoute;
  readonly path: string;
}

/** The hot routes over connections that the fast reader reads; the same dispatcher and answers as over node:http. */
export class FastEdge implements FastService<Accepted> {
  readonly #options: FastEdgeOptions;
  readonly #connections = new Set<FastConnection<Accepted>>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: FastEdgeOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#endSilent(), FAST_SWEEP_MS);
    this.#sweep.unref();
  }

  connect(socket: Socket, channel: Channel): void {
    this.#connections.add(new FastConnection(socket, channel, this));
  }

  accept(head: RequestHead): Accepted | null {
    const queryStart = head.target.indexOf('?');
    const path = queryStart < 0 ? head.target : head.target.slice(0, queryStart);
    const found = this.#options.dispatcher.find(head.method, path);
    if (found === undefined || !found.route.isHot || found.route.streamsBody) return null;
    return headerOf(head.headers, 'content-encoding') === undefined ? { found, path } : null;
  }

  serve(
    head: RequestHead,
    body: Buffer,
    { found, path }: Accepted,
    connection: FastConnection<Accepted>,
  ): void {
    const { dispatcher, admission, observer } = this.#options;
    const startedMs = performance.now();
    const request = new FastRequest(head, path, body, connection.channel, NEVER_ABORTED);
    if (!admission.enter()) {
      observer?.limited('concurrent_requests');
      this.#write(errorResponse(admission.refusal(), request.url), head, connection, () => {});
      return;
    }
    const done = (status: number) => {
      admission.leave();
      observer?.answered(found.route.name, status, performance.now() - startedMs);
    };
    const answer = dispatcher.dispatch(request, found);
    if (answer instanceof Promise) {
      void answer.then((response) => this.#write(response, head, connection, done));
    } else {
      this.#write(answer, head, connection, done);
    }
  }

  /**
   * Answers the first request of `packet`, over a connection that is node:http's, and ends that connection. False: it is
   * no request for this reader.
   */
  answerLast(packet: Buffer, socket: Socket, channel: Channel): boolean {
    const head = parseRequestHead(packet, 0);
    if (head === 'other' || head === 'incomplete') return false;
    const accepted = this.accept(head);
    const end = head.end + head.contentLength;
    if (accepted === null || packet.byteLength < end) return false;
    const connection = new FastConnection(socket, channel, this);
    this.#connections.add(connection);
    this.serve({ ...head, keepAlive: false }, packet.subarray(head.end, end), accepted, connection);
    return true;
  }

  handOver(socket: Socket): void {
    this.#options.handOver(socket);
  }

  ended(connection: FastConnection<Accepted>): void {
    this.#connections.delete(connection);
  }

  /** Ends what is idle at once, and the rest after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#sweep);
    this.#endIdle();
    const deadline = performance.now() + graceMs;
    while (this.#connections.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(10, graceMs)));
      this.#endIdle();
    }
    for (const connection of this.#connections) connection.socket.destroy();
  }

  /** What was answered last goes out first, however slow its client reads. */
  #endIdle(): void {
    for (const connection of this.#connections) if (!connection.isServing) connection.socket.destroySoon();
  }

  #write(
    response: HttpResponse,
    head: RequestHead,
    connection: FastConnection<Accepted>,
    done: (status: number) => void,
  ): void {
    const { status, body } = response;
    const keepAlive = head.keepAlive && response.closesConnection !== true;
    const asked = keepAlive === head.keepAlive ? head : { method: head.method, keepAlive };
    if (body !== undefined && (!Buffer.isBuffer(body) || isWorthEncoding(body.byteLength))) {
      void this.#writeEncoded(response, asked, headerOf(head.headers, 'accept-encoding'), connection).then(
        () => {
          done(status);
          connection.finish(keepAlive);
        },
      );
      return;
    }
    const varies = body !== undefined && headerOf(head.headers, 'accept-encoding') !== undefined;
    const headers = varies ? [...response.headers, 'Vary', 'Accept-Encoding'] : response.headers;
    connection.write(responseBytes(status, headers, body, asked));
    done(status);
    connection.finish(keepAlive);
  }

  /** Answers that are long, or not there as a whole yet. Never rejects. */
  async #writeEncoded(
    { status, headers: given, body }: HttpResponse,
    asked: Pick<RequestHead, 'method' | 'keepAlive'>,
    accepted: string | undefined,
    connection: FastConnection<Accepted>,
  ): Promise<void> {
    const encoding = chooseEncoding(accepted);
    const headers = [...given];
    if (accepted !== undefined) headers.push('Vary', 'Accept-Encoding');
    if (encoding !== undefined) headers.push('Content-Encoding', encoding);
    try {
      if (Buffer.isBuffer(body)) {
        const bytes = encoding === undefined ? body : await encodeWhole(encoding, body);
        connection.write(responseBytes(status, headers, bytes, asked));
        return;
      }
      connection.write(chunkedHead(status, headers, asked));
      const source = body as AsyncIterable<Buffer>;
      for await (const chunk of encoding === undefined ? source : encodeStream(encoding, source)) {
        if (connection.socket.destroyed) return;
        if (chunk.byteLength > 0 && !connection.write(chunkBytes(chunk))) await connection.drained();
      }
      connection.write(LAST_CHUNK);
    } catch {
      // A truncated answer must not look like a whole one: without the last chunk the client reports a broken reply.
      connection.socket.destroy();
    }
  }

  #endSilent(): void {
    const now = performance.now();
    for (const connection of this.#connections) {
      if (connection.isServing) continue;
      const limitMs = connection.isPartial ? HEAD_TIMEOUT_MS : KEEP_ALIVE_MS;
      if (now - connection.waitingSinceMs > limitMs) connection.socket.destroy();
    }
  }
}

/** Hot requests are short: they are finished even if their client is gone. */
const NEVER_ABORTED = new AbortController().signal;
