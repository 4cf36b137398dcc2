import { STATUS_CODES } from 'node:http';
import type { RequestHead } from './request-head.ts';

/** An answer that is wholly there. */
export interface WholeResponse {
  readonly status: number;
  /** Name, value, name, value …; without Content-Length, Date, Connection and Keep-Alive, which are added here. */
  readonly headers: readonly string[];
  /** Absent: no body. */
  readonly body?: Buffer;
}

const NO_BODY_STATUSES: ReadonlySet<number> = new Set([204, 304]);

let dateLine = '';
let dateLineSecond = 0;

/** `Date:` costs a format a second, not one a response. */
function currentDateLine(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateLineSecond) {
    dateLineSecond = second;
    dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  return dateLine;
}

/** The response as it goes over the wire, in one buffer, so that it is one write. */
export function responseBytes(
  response: WholeResponse,
  request: Pick<RequestHead, 'method' | 'keepAlive'>,
): Buffer {
  let head = `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}\r\n`;
  for (let i = 0; i + 1 < response.headers.length; i += 2) {
    head += `${response.headers[i]}: ${response.headers[i + 1]}\r\n`;
  }
  head += currentDateLine();
  const length = response.body?.byteLength ?? 0;
  if (!NO_BODY_STATUSES.has(response.status)) head += `Content-Length: ${length}\r\n`;
  head += request.keepAlive ? '\r\n' : 'Connection: close\r\n\r\n';
  if (response.body === undefined || length === 0 || request.method === 'HEAD')
    return Buffer.from(head, 'latin1');
  const bytes = Buffer.allocUnsafe(head.length + length);
  bytes.write(head, 0, 'latin1');
  response.body.copy(bytes, head.length);
  return bytes;
}
