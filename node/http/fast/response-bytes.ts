import { STATUS_CODES } from 'node:http';
import type { RequestHead } from './request-head.ts';

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

type Asked = Pick<RequestHead, 'method' | 'keepAlive'>;

/** Header values that would break the head apart; they can come from stored data, such as ids. */
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;

function headText(status: number, headers: readonly string[], asked: Asked, framing: string): string {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = headers[i + 1] as string;
    head += `${headers[i]}: ${UNSAFE.test(value) ? encodeURI(value) : value}\r\n`;
  }
  return `${head}${currentDateLine()}${framing}${asked.keepAlive ? '' : 'Connection: close\r\n'}\r\n`;
}

/**
 * A whole response in one buffer, so that it is one write. `headers`: name, value, name, value …, without
 * Content-Length, Date and Connection, which are added here.
 */
export function responseBytes(
  status: number,
  headers: readonly string[],
  body: Buffer | undefined,
  asked: Asked,
): Buffer {
  const length = body?.byteLength ?? 0;
  const isLengthless = NO_BODY_STATUSES.has(status) || (asked.method === 'HEAD' && body === undefined);
  const head = headText(status, headers, asked, isLengthless ? '' : `Content-Length: ${length}\r\n`);
  if (body === undefined || length === 0 || asked.method === 'HEAD') return Buffer.from(head, 'latin1');
  const bytes = Buffer.allocUnsafe(head.length + length);
  bytes.write(head, 0, 'latin1');
  body.copy(bytes, head.length);
  return bytes;
}

/** The head of a response whose body follows in chunks. */
export function chunkedHead(status: number, headers: readonly string[], asked: Asked): Buffer {
  return Buffer.from(headText(status, headers, asked, 'Transfer-Encoding: chunked\r\n'), 'latin1');
}

export function chunkBytes(chunk: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${chunk.byteLength.toString(16)}\r\n`, 'latin1'), chunk, CHUNK_END]);
}

const CHUNK_END = Buffer.from('\r\n');
export const LAST_CHUNK = Buffer.from('0\r\n\r\n');
