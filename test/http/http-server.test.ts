import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpServer } from '../../node/http/http-server.ts';
import { COMPRESS_BYTES_MIN } from '../../node/http/limits.ts';
import type { NodeServices } from '../../node/http/node-services.ts';
import { jsonBytes, NO_CONTENT } from '../../node/http/response.ts';
import { routes } from '../../node/http/routes.ts';
import { type Route, serverRoute } from '../../node/http/routing/route.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { emptyNode, passiveNode } from './support/passive-node.ts';
import { send } from './support/raw-http.ts';

let server: HttpServer;
let port: number;

async function start(
  node: NodeServices,
  more: readonly Route[] = [],
  concurrentRequestsMax?: number,
): Promise<void> {
  server = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    node,
    routes: [...more, ...routes],
    logger: silentLogger,
    ...(concurrentRequestsMax === undefined ? {} : { concurrentRequestsMax }),
  });
  ({ port } = await server.listen());
}

beforeEach(() => start(emptyNode()));
afterEach(() => server.close());

const errorOf = (body: string) => JSON.parse(body) as Record<string, unknown>;

describe('routing', () => {
  it('answers an unknown path, and a wrong method on a known one, with RouteNotFoundException and no version', async () => {
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['POST', '/build/version'],
      ['OPTIONS', '/topology'],
      ['GET', '/databases/shop/nothing-here?x=1'],
      ['GET', '/databases/shop/docs/?id=1'],
      ['GET', '/databases//docs?id=1'],
      ['GET', '/Databases/shop/docs?id=1'],
      ['GET', '/build//version'],
    ] as const) {
      const response = await send(port, path, { method });
      expect([response.status, path]).toEqual([400, path]);
      expect(response.headers.has('raven-server-version')).toBe(false);
      const message = `There is no handler for path: ${method} ${path}`;
      expect(errorOf(response.body)).toEqual({
        Url: path,
        Type: 'Raven.Client.Exceptions.Routing.RouteNotFoundException',
        Message: message,
        Error: `Raven.Client.Exceptions.Routing.RouteNotFoundException: ${message}`,
      });
    }
  });

  it('says of what RavenDB has and this server has not yet that it is not built', async () => {
    const response = await send(port, '/license/status');
    expect(response.status).toBe(501);
    expect(errorOf(response.body)).toMatchObject({
      Type: 'System.NotImplementedException',
      Message: 'Licensing: GET /license/status is not built yet in this server.',
    });
  });

  it('lists no route twice, and none as unbuilt that is built', () => {
    const keys = routes.map((route) => `${route.scope} ${route.method} ${route.path}`);
    const twice = keys.filter((key, at) => keys.indexOf(key) !== at);
    expect(twice).toEqual([]);
    expect(routes.length).toBeGreaterThan(300);
  });

  it('serves RESET, which node:http does not know, over a connection that was given to node:http', async () => {
    await server.close();
    const again = serverRoute('RESET /again', 'ValidUser', () => jsonBytes(200, Buffer.from('"reset"')), {
      isHot: true,
    });
    await start(emptyNode(), [again]);
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    const answerTo = async (line: string): Promise<string> => {
      socket.write(`${line} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const [answer] = (await once(socket, 'data')) as [string];
      return answer;
    };
    expect(await answerTo('GET /license/status')).toContain('HTTP/1.1 501');
    const answer = await answerTo('RESET /again');
    expect(answer).toContain('HTTP/1.1 200 OK');
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(answer).toContain('"reset"');
    await once(socket, 'close');
  });

  it('refuses a method that nobody knows, and RESET of what has none', async () => {
    for (const line of ['BREW /again', 'RESET /build/version', 'RESET /again/nothing']) {
      const bytes = Buffer.from(`GET /license/status HTTP/1.1\r\nHost: a\r\n\r\n`);
      const socket = connect(port, '127.0.0.1').setEncoding('latin1');
      socket.write(bytes);
      await once(socket, 'data');
      socket.write(`${line} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const [answer] = (await once(socket, 'data')) as [string];
      expect(answer).toContain('HTTP/1.1 400');
      await once(socket, 'close');
    }
  });

  it('finds a route without regard to case below the database name', async () => {
    const response = await send(port, '/databases/Shop/DOCS?id=1');
    expect(errorOf(response.body).Type).toBe(
      'Raven.Client.Exceptions.Database.DatabaseDoesNotExistException',
    );
    expect(errorOf(response.body).Message).toBe("Database 'Shop' does not exist.");
    expect(response.status).toBe(500);
    expect(response.headers.has('raven-server-version')).toBe(false);
    expect(response.headers.has('database-missing')).toBe(false);
  });
});

describe('a node that is in no cluster', () => {
  beforeEach(async () => {
    await server.close();
    await start(passiveNode());
  });

  it('tells that it is passive, under the tag ? and the URL the client used', async () => {
    const { status, body } = await send(port, '/cluster/topology?first-topology-update');
    const self = { '?': `http://127.0.0.1:${port}` };
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      Topology: {
        TopologyId: 'dummy',
        AllNodes: self,
        Members: self,
        Promotables: {},
        Watchers: {},
        LastNodeId: '?',
        Etag: -1,
      },
      Leader: null,
      LeaderShipDuration: null,
      CurrentState: 'Passive',
      NodeTag: '?',
      Status: {},
    });
  });

  it('refuses database requests with NodeIsPassiveException', async () => {
    const { status, body } = await send(port, '/databases/nope/docs?id=x');
    expect(status).toBe(503);
    expect(errorOf(body).Type).toBe('Raven.Client.Exceptions.Cluster.NodeIsPassiveException');
  });
});

describe('headers', () => {
  it('asks a client with an old cluster topology to refresh it, and no other', async () => {
    const refresh = async (etag: string) =>
      (await send(port, '/databases', { headers: { 'Cluster-Topology-Etag': etag } })).headers.get(
        'refresh-topology',
      );
    expect(await refresh('"3"')).toBe('true');
    expect(await refresh('3')).toBe('true');
    expect(await refresh('"4"')).toBeUndefined();
    expect(await refresh('"5"')).toBeUndefined();
    expect(await refresh('soon')).toBeUndefined();
  });

  it('sends pages of other sites away with an empty 403, and lets those of the cluster in', async () => {
    const from = (origin: string) => send(port, '/databases', { headers: { Origin: origin } });
    const foreign = await from('http://evil.example');
    expect([foreign.status, foreign.body, foreign.headers.get('content-length')]).toEqual([403, '', '0']);
    expect((await from(`http://127.0.0.1:${port}`)).status).toBe(200);
    expect((await from('http://node-a:8080')).status).toBe(200);
  });

  it('answers a header block that is too large with 431 and goes on', async () => {
    const { status } = await send(port, '/databases', { headers: { 'X-Long': 'a'.repeat(40_000) } });
    expect(status).toBe(431);
    expect((await send(port, '/databases')).status).toBe(200);
  });

  it('says Content-Length: 0 where there is no body, and nothing on 204', async () => {
    expect((await send(port, '/operations/state?id=9')).headers.get('content-length')).toBe('0');
    const alive = await send(port, '/setup/alive');
    expect([alive.status, alive.headers.has('content-length')]).toEqual([204, false]);
  });
});

describe('bodies', () => {
  it('refuses an empty, cut, malformed or wrong one with the words of the protocol', async () => {
    const typeOf = async (body: string) =>
      errorOf((await send(port, '/admin/databases?name=a', { method: 'PUT', body })).body).Type;
    expect(await typeOf('')).toBe('System.IO.EndOfStreamException');
    expect(await typeOf('{"a":')).toBe('System.IO.EndOfStreamException');
    expect(await typeOf('{"a":"b')).toBe('System.IO.EndOfStreamException');
    expect(await typeOf('{a}')).toBe('System.IO.InvalidDataException');
    expect(await typeOf('[]')).toBe('Sparrow.Exceptions.InvalidStartOfObjectException');
    expect(await typeOf('{"DatabaseName":"a*b"}')).toBe('Raven.Client.Exceptions.BadRequestException');
    expect(await typeOf('{"DatabaseName":5}')).toBe('System.FormatException');
  });
});

describe('compression', () => {
  const large = Buffer.from(JSON.stringify({ Text: 'lorem ipsum '.repeat(COMPRESS_BYTES_MIN / 4) }));
  async function* chunks() {
    for (let at = 0; at < large.byteLength; at += 1000) yield large.subarray(at, at + 1000);
  }

  beforeEach(async () => {
    await server.close();
    await start(emptyNode(), [
      serverRoute('GET /large', 'ValidUser', () => jsonBytes(200, large)),
      serverRoute('GET /streamed', 'ValidUser', () => jsonBytes(200, chunks())),
    ]);
  });

  it.each([
    ['gzip, deflate', 'gzip', gunzipSync],
    ['deflate', 'deflate', inflateRawSync],
    ['zstd, gzip', 'zstd', zstdDecompressSync],
    ['br, gzip;q=0.5', 'gzip', gunzipSync],
  ])('of %s chooses %s, for whole and for streamed answers', async (accepted, encoding, decode) => {
    for (const path of ['/large', '/streamed']) {
      const response = await fetchRaw(path, accepted);
      expect(response.encoding).toBe(encoding);
      expect(decode(response.bytes)).toEqual(large);
    }
  });

  it('leaves small answers, and those nobody wants encoded, as they are', async () => {
    const small = await send(port, '/databases', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(small.headers.get('content-encoding')).toBeUndefined();
    expect(small.headers.get('vary')).toBe('Accept-Encoding');
    const identity = await send(port, '/large', { headers: { 'Accept-Encoding': 'identity, gzip;q=0' } });
    expect(identity.headers.get('content-encoding')).toBeUndefined();
    expect(identity.body).toBe(large.toString());
    expect((await send(port, '/large')).headers.has('vary')).toBe(false);
  });

  async function fetchRaw(path: string, accepted: string) {
    const { request } = await import('node:http');
    return new Promise<{ encoding: string | undefined; bytes: Buffer }>((resolve, reject) => {
      request({ port, path, headers: { 'accept-encoding': accepted }, agent: false }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (chunk: Buffer) => parts.push(chunk));
        response.on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], bytes: Buffer.concat(parts) }),
        );
      })
        .on('error', reject)
        .end();
    });
  }
});

describe('overload', () => {
  it('answers 503 with a reason while too many requests are served, and serves again afterwards', async () => {
    await server.close();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const limited: string[] = [];
    const observer = { answered: () => undefined, limited: (limit: string) => void limited.push(limit) };
    const slow = serverRoute('GET /slow', 'ValidUser', async () => {
      await released;
      return NO_CONTENT;
    });
    await start({ ...emptyNode(), observer }, [slow], 2);
    const waiting = [send(port, '/slow'), send(port, '/slow')];
    await expect.poll(() => server.concurrentRequests).toBe(2);
    const refused = await send(port, '/databases');
    expect(refused.status).toBe(503);
    expect(errorOf(refused.body).Message).toContain('serves 2 requests already');
    expect(limited).toEqual(['concurrent_requests']);
    release();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([204, 204]);
    await expect.poll(() => server.concurrentRequests).toBe(0);
    expect((await send(port, '/databases')).status).toBe(200);
  });
});
