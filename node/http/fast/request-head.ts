/**
 * The head of a request that the fast reader is willing to serve: HTTP/1.1, plain headers, a body of known length or
 * none. Everything else is left to node:http, which then has the last word on what is valid.
 */
export interface RequestHead {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Lower-case name, value, name, value … in the order sent. */
  readonly headers: readonly string[];
  /** Bytes of the body; 0 when there is none. */
  readonly contentLength: number;
  readonly keepAlive: boolean;
  /** Index of the first byte after the head. */
  readonly end: number;
  /** The lines after the first, as sent. */
  readonly lines: string;
}

/** `incomplete`: more bytes are needed. `other`: not for this reader. */
export type HeadOutcome = RequestHead | 'incomplete' | 'other';

/** Largest head read here, in bytes; longer ones go to node:http, whose own limit answers 431. */
const HEAD_BYTES_MAX = 8 * 1024;

/** Digits of a Content-Length; 16 digits could exceed what a number holds exactly. */
const CONTENT_LENGTH_DIGITS_MAX = 15;

const END_OF_HEAD = Buffer.from('\r\n\r\n');
/** RESET is RavenDB's own; node:http refuses it. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'RESET']);
/** Visible ASCII without space: what a request target may hold. */
const TARGET = /^\/[\x21-\x7e]*$/;
/** A token (RFC 9110 §5.6.2). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** No control characters; obs-text is allowed, as in node:http. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What the lines after the first one say. */
type HeaderLines = Pick<RequestHead, 'headers' | 'contentLength' | 'keepAlive' | 'lines'>;

/**
 * Reads a head that starts at `start`. Never throws. `last`: the head before it on the same connection, which often has
 * the same lines but for the first, and then need not be read again.
 */
export function parseRequestHead(bytes: Buffer, start: number, last: RequestHead | null = null): HeadOutcome {
  const end = bytes.indexOf(END_OF_HEAD, start);
  if (end < 0) return bytes.byteLength - start > HEAD_BYTES_MAX ? 'other' : 'incomplete';
  if (end - start > HEAD_BYTES_MAX) return 'other';
  const text = bytes.toString('latin1', start, end);
  const found = text.indexOf('\r\n');
  const lineEnd = found < 0 ? text.length : found;
  const methodEnd = text.indexOf(' ');
  const targetEnd = text.indexOf(' ', methodEnd + 1);
  if (methodEnd < 0 || targetEnd < 0 || text.slice(targetEnd + 1, lineEnd) !== 'HTTP/1.1') return 'other';
  const method = text.slice(0, methodEnd);
  const target = text.slice(methodEnd + 1, targetEnd);
  if (!METHODS.has(method) || !TARGET.test(target)) return 'other';
  const lines = text.slice(lineEnd);
  const said = last?.lines === lines ? last : parseLines(lines);
  if (said === 'other') return 'other';
  const { headers, contentLength, keepAlive } = said;
  return { method, target, headers, contentLength, keepAlive, end: end + 4, lines: said.lines };
}

/** `lines`: each with its line end before it. */
function parseLines(lines: string): HeaderLines | 'other' {
  const headers: string[] = [];
  let contentLength = -1;
  let keepAlive = true;
  let hasHost = false;
  for (let lineEnd = 0; lineEnd >= 0 && lineEnd < lines.length; ) {
    const from = lineEnd + 2;
    lineEnd = lines.indexOf('\r\n', from);
    const to = lineEnd < 0 ? lines.length : lineEnd;
    const colon = lines.indexOf(':', from);
    if (colon < 0 || colon >= to) return 'other';
    const name = lines.slice(from, colon).toLowerCase();
    const value = lines.slice(colon + 1, to).trim();
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) return 'other';
    switch (name) {
      case 'content-length':
        if (contentLength >= 0 || value.length > CONTENT_LENGTH_DIGITS_MAX || !/^\d+$/.test(value))
          return 'other';
        contentLength = Number(value);
        break;
      case 'connection': {
        const option = value.toLowerCase();
        if (option === 'close') keepAlive = false;
        else if (option !== 'keep-alive') return 'other';
        break;
      }
      case 'host':
        if (hasHost) return 'other';
        hasHost = true;
        break;
      case 'transfer-encoding':
      case 'upgrade':
      case 'expect':
      case 'te':
      case 'trailer':
        return 'other';
    }
    headers.push(name, value);
  }
  return hasHost ? { headers, contentLength: Math.max(0, contentLength), keepAlive, lines } : 'other';
}

/** The first header of that (lower-case) name. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1];
  return undefined;
}
