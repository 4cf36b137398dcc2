import type { ServerResponse } from 'node:http';
import { OPEN_BODY_LINGER_MS } from '../limits.ts';
import type { HttpResponse } from '../response.ts';
import type { NodeHttpRequest } from './node-http-request.ts';
import { chooseEncoding, encodeStream, encodeWhole, isWorthEncoding } from './response-encoding.ts';

const NO_BODY_STATUSES: ReadonlySet<number> = new Set([204, 304]);

/** Sends an answer. Never throws or rejects: a client that is gone is not an error. */
export function writeResponse(
  request: NodeHttpRequest,
  response: HttpResponse,
  target: ServerResponse,
): void {
  if (target.destroyed || target.headersSent) return;
  if (response.closesConnection === true) {
    writeThenClose(request, response, target);
    return;
  }
  const headers = [...response.headers];
  const { body } = response;
  if (body === undefined) {
    if (!NO_BODY_STATUSES.has(response.status) && request.method !== 'HEAD')
      headers.push('Content-Length', '0');
    target.writeHead(response.status, headers);
    target.end();
    return;
  }
  const accepted = request.header('accept-encoding');
  if (accepted !== undefined) headers.push('Vary', 'Accept-Encoding');
  if (!Buffer.isBuffer(body)) {
    void writeStream(response.status, headers, body, accepted, target);
    return;
  }
  if (isWorthEncoding(body.byteLength)) {
    const encoding = chooseEncoding(accepted);
    if (encoding !== undefined) {
      headers.push('Content-Encoding', encoding);
      encodeWhole(encoding, body).then(
        (encoded) => writeWhole(response.status, headers, encoded, target),
        () => target.destroy(),
      );
      return;
    }
  }
  writeWhole(response.status, headers, body, target);
}

function writeWhole(status: number, headers: string[], body: Buffer, target: ServerResponse): void {
  if (target.destroyed) return;
  headers.push('Content-Length', String(body.byteLength));
  target.writeHead(status, headers);
  target.end(body);
}

/** The first chunk decides nothing any more: an error after it can only end the connection, which clients notice. */
async function writeStream(
  status: number,
  headers: string[],
  body: AsyncIterable<Buffer>,
  accepted: string | undefined,
  target: ServerResponse,
): Promise<void> {
  const encoding = chooseEncoding(accepted);
  if (encoding !== undefined) headers.push('Content-Encoding', encoding);
  target.writeHead(status, headers);
  try {
    for await (const chunk of encoding === undefined ? body : encodeStream(encoding, body)) {
      if (target.destroyed) return;
      if (!target.write(chunk)) await drained(target);
    }
    target.end();
  } catch {
    // A truncated answer must not look like a whole one: without the last chunk the client reports a broken reply.
    target.destroy();
  }
}

function drained(target: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      target.off('drain', done);
      target.off('close', done);
      resolve();
    };
    target.on('drain', done);
    target.on('close', done);
  });
}

/**
 * The client still has its request body open, and may never end it: it gets the whole answer at once, and some time to
 * read it while its bytes are thrown away; closing a socket with unread bytes would reset it and take the answer along.
 */
function writeThenClose(request: NodeHttpRequest, response: HttpResponse, target: ServerResponse): void {
  const body = Buffer.isBuffer(response.body) ? response.body : undefined;
  target.writeHead(response.status, [
    ...response.headers,
    'Content-Length',
    String(body?.byteLength ?? 0),
    'Connection',
    'close',
  ]);
  if (body === undefined) target.flushHeaders();
  else target.write(body);
  void request.drain(OPEN_BODY_LINGER_MS).then(() => {
    target.end();
    target.socket?.destroySoon();
  });
}
