import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FastConnection } from '../../../node/http/fast/fast-connection.ts';
import { headerOf, parseRequestHead, type RequestHead } from '../../../node/http/fast/request-head.ts';
import { responseBytes } from '../../../node/http/fast/response-bytes.ts';
import { PLAIN_CHANNEL } from '../../../node/http/transport/channel.ts';

const head = (text: string) => parseRequestHead(Buffer.from(text, 'latin1'), 0);

describe('parseRequestHead', () => {
  it('reads method, target, headers and body length', () => {
    const parsed = head(
      'PUT /databases/a/docs?id=x HTTP/1.1\r\nHost: h\r\nIf-Match:  "A:1" \r\nContent-Length: 12\r\n\r\n{',
    );
    if (typeof parsed === 'string') throw new Error(parsed);
    expect(parsed).toMatchObject({
      method: 'PUT',
      target: '/databases/a/docs?id=x',
      contentLength: 12,
      keepAlive: true,
    });
    expect(headerOf(parsed.headers, 'if-match')).toBe('"A:1"');
    expect(headerOf(parsed.headers, 'etag')).toBeUndefined();
  });

  it.each([
    ['HTTP/1.0', 'GET / HTTP/1.0\r\nHost: h\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['chunked body', 'PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['two lengths', 'PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['odd length', 'PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n'],
    ['folded header', 'GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n'],
    ['space before colon', 'GET / HTTP/1.1\r\nHost : h\r\n\r\n'],
    ['bare line feed', 'GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n'],
    ['upgrade', 'GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['expect', 'PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n'],
    ['absolute target', 'GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['unknown method', 'BREW / HTTP/1.1\r\nHost: h\r\n\r\n'],
  ])('leaves a request with %s to node:http', (_what, text) => {
    expect(head(text)).toBe('other');
  });

  it('reads each head as it stands, whatever the one before it said', () => {
    const line = fc.constantFrom(
      'Host: h',
      'Host: i',
      'Content-Length: 1',
      'Content-Length: 2',
      'Connection: close',
      'Connection: keep-alive',
      'X: y',
      'TE: trailers',
    );
    const request = fc
      .record({ target: fc.constantFrom('/a', '/b'), lines: fc.array(line, { maxLength: 3 }) })
      .map(
        ({ target, lines }) => `GET ${target} HTTP/1.1${lines.map((text) => `\r\n${text}`).join('')}\r\n\r\n`,
      );
    fc.assert(
      fc.property(fc.array(request, { maxLength: 6 }), (requests) => {
        let last: RequestHead | null = null;
        for (const text of requests) {
          const read = parseRequestHead(Buffer.from(text), 0, last);
          expect(read).toEqual(head(text));
          if (typeof read !== 'string') last = read;
        }
      }),
    );
  });

  it('does not read the lines again that are those of the head before', () => {
    const first = head('GET /a HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n') as RequestHead;
    const next = parseRequestHead(Buffer.from('GET /b HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n'), 0, first);
    expect(next).toMatchObject({ target: '/b' });
    expect((next as RequestHead).headers).toBe(first.headers);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n'), bytes, Buffer.from('\r\n\r\n')]);
        expect(() => parseRequestHead(text, 0)).not.toThrow();
      }),
    );
  });
});

describe('a fast connection', () => {
  let server: Server;
  let port: number;
  const fallback = createHttpServer((request, response) => response.end(`slow ${request.url}`));

  beforeEach(async () => {
    server = createServer((socket) => {
      socket.on('error', () => {});
      new FastConnection<true>(socket, PLAIN_CHANNEL, {
        accept: (request) => (request.target.startsWith('/fast') ? true : null),
        serve: (request, body, _accepted, connection) => {
          const answer = () => {
            const text = Buffer.from(`${request.target} ${body}`);
            connection.write(responseBytes(200, ['X-Fast', 'yes'], text, request));
            connection.finish(request.keepAlive);
          };
          if (request.target === '/fast/later') setImmediate(answer);
          else answer();
        },
        handOver: (given) => fallback.emit('connection', given),
        ended: () => {},
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterEach(() => {
    fallback.closeAllConnections();
    server.close();
  });

  async function exchange(text: string, cut = 10_000): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    for (let at = 0; at < text.length; at += cut) {
      socket.write(text.slice(at, at + cut));
      if (cut < 10_000) await new Promise(setImmediate);
    }
    await once(socket, 'close');
    return received.replaceAll(/Date: [^\r]*\r\n/g, '');
  }

  const get = (target: string, more = '') => `GET ${target} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;
  const close = 'Connection: close\r\n';

  it('answers pipelined requests in order, whether the answer is there at once or later, however they are cut', async () => {
    const text = get('/fast/later') + get('/fast/1') + get('/fast/later') + get('/fast/2', close);
    for (const cut of [1, 7, 10_000]) {
      const bodies = [...(await exchange(text, cut)).matchAll(/\r\n\r\n(\S+)/g)].map((match) => match[1]);
      expect(bodies).toEqual(['/fast/later', '/fast/1', '/fast/later', '/fast/2']);
    }
  });

  it('gathers a body', async () => {
    const text = `PUT /fast HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n${close}\r\nhello`;
    expect(await exchange(text, 3)).toContain('/fast hello');
  });

  it('hands a request that is not its own to node:http, with those that follow', async () => {
    const answer = await exchange(get('/fast/1') + get('/slow') + get('/fast/2', close));
    expect(answer).toMatch(/X-Fast: yes[\s\S]*slow \/slow[\s\S]*slow \/fast\/2/);
  });

  it('leaves it to node:http to refuse what is not HTTP', async () => {
    expect(await exchange('nonsense\r\n\r\n')).toContain('400 Bad Request');
  });
});
