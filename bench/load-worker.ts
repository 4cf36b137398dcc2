import { connect } from 'node:net';
import { percentile } from './statistics.ts';

/**
 * The load generator, a process of its own so that its CPU is not counted as the server's. It speaks HTTP/1.1 over raw
 * keep-alive sockets, one request in flight each: far cheaper than any client library, so it bends the figures least.
 */
export interface LoadRequest {
  readonly url: string;
  readonly connections: number;
  readonly durationMs: number;
  /** `{n}` in path and body becomes a running number, or a random one below `keys` when that is given. */
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly keys?: number;
  /** `{v}` in the body becomes one of these after the other. */
  readonly values?: readonly string[];
  /** First running number. */
  readonly from?: number;
}

export interface LoadResult {
  readonly operations: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** First unexpected answer, for the person who wonders. */
  readonly firstError: string | null;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');

/** Index after the first whole response, or -1. Understands Content-Length and chunked bodies. */
export function endOfResponse(bytes: Buffer): number {
  const headEnd = bytes.indexOf(END_OF_HEAD);
  if (headEnd < 0) return -1;
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head);
  if (length !== null) {
    const end = headEnd + 4 + Number(length[1]);
    return bytes.byteLength >= end ? end : -1;
  }
  if (head.includes('\r\ntransfer-encoding: chunked')) {
    const last = bytes.indexOf(LAST_CHUNK, headEnd + 2);
    return last < 0 ? -1 : last + LAST_CHUNK.byteLength;
  }
  return headEnd + 4;
}

export function generateLoad(request: LoadRequest): Promise<LoadResult> {
  const { hostname, port, host } = new URL(request.url);
  const latencies: number[] = [];
  const started = performance.now();
  const deadline = started + request.durationMs;
  let next = request.from ?? 1;
  let nextValue = 0;
  let errors = 0;
  let firstError: string | null = null;

  const bytesOfNext = (): string => {
    const n = String(request.keys === undefined ? next++ : 1 + Math.floor(Math.random() * request.keys));
    const path = request.path.replaceAll('{n}', n);
    const { values } = request;
    const value = values === undefined ? '' : (values[nextValue++ % values.length] ?? '');
    const body = request.body?.replaceAll('{n}', n).replaceAll('{v}', () => value);
    const length =
      body === undefined
        ? ''
        : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
    return `${request.method} ${path} HTTP/1.1\r\nHost: ${host}\r\nRaven-Client-Version: 7.2.3\r\n${length}\r\n${body ?? ''}`;
  };

  const runConnection = () =>
    new Promise<void>((resolve) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      let pending: Buffer = Buffer.alloc(0);
      let sentAt = 0;
      const send = () => {
        if (performance.now() >= deadline) return socket.end();
        sentAt = performance.now();
        socket.write(bytesOfNext());
      };
      socket.once('connect', send);
      socket.on('data', (chunk) => {
        pending = pending.byteLength === 0 ? chunk : Buffer.concat([pending, chunk]);
        const end = endOfResponse(pending);
        if (end < 0) return;
        const status = Number(pending.toString('latin1', 9, 12));
        if (status >= 400) {
          errors++;
          firstError ??= pending.toString('utf8', 0, Math.min(end, 500));
        }
        latencies.push(performance.now() - sentAt);
        pending = pending.subarray(end);
        send();
      });
      socket.once('error', (error) => {
        errors++;
        firstError ??= error.message;
      });
      socket.once('close', () => resolve());
    });

  return Promise.all(Array.from({ length: request.connections }, runConnection)).then(() => {
    latencies.sort((a, b) => a - b);
    return {
      operations: latencies.length,
      seconds: (performance.now() - started) / 1000,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      errors,
      firstError,
    };
  });
}

process.on('message', (request: LoadRequest) => {
  void generateLoad(request).then((result) => process.send?.(result));
});
