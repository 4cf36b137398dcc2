import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpServer } from '../../../node/http/http-server.ts';
import { BODY_BYTES_MAX } from '../../../node/http/limits.ts';
import { jsonBytes } from '../../../node/http/response.ts';
import { serverRoute } from '../../../node/http/routing/route.ts';
import { BodyBudget, OverloadError } from '../../../node/http/transport/body-budget.ts';
import { silentLogger } from '../../../node/observability/logger.ts';
import { emptyNode } from '../support/passive-node.ts';
import { send } from '../support/raw-http.ts';

let server: HttpServer;
let port: number;
const limited: string[] = [];

beforeEach(async () => {
  limited.length = 0;
  const observer = { answered: () => undefined, limited: (limit: string) => void limited.push(limit) };
  const echo = serverRoute('PUT /echo', 'ValidUser', async (request) => jsonBytes(200, await request.body()));
  server = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    node: { ...emptyNode(), observer },
    routes: [echo],
    logger: silentLogger,
  });
  ({ port } = await server.listen());
});
afterEach(() => server.close());

const echo = (body: Buffer, encoding: string) =>
  send(port, '/echo', { method: 'PUT', headers: { 'Content-Encoding': encoding }, body });

describe('a request body', () => {
  it('is decoded from gzip and zstd, and taken as it is under any other name', async () => {
    const body = Buffer.from('"héllo"');
    expect((await echo(gzipSync(body), 'gzip')).body).toBe('"héllo"');
    expect((await echo(zstdCompressSync(body), 'zstd')).body).toBe('"héllo"');
    expect((await echo(body, 'br')).body).toBe('"héllo"');
  });

  it('that is not what its encoding says is refused, and the next request served', async () => {
    const refused = await echo(Buffer.from('plain'), 'gzip');
    expect([refused.status, JSON.parse(refused.body).Type]).toEqual([500, 'System.IO.InvalidDataException']);
    const cut = gzipSync(Buffer.alloc(10_000, 'ab')).subarray(0, 20);
    expect((await echo(cut, 'gzip')).status).toBe(500);
    expect((await echo(Buffer.from('x'), 'identity')).status).toBe(200);
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])(
    'of a few kilobytes of %s that would become too much is refused and counted',
    async (encoding, encode) => {
      const bomb = encode(Buffer.alloc(BODY_BYTES_MAX + 1024 * 1024));
      expect(bomb.byteLength).toBeLessThan(BODY_BYTES_MAX / 500);
      const refused = await echo(bomb, encoding);
      expect([refused.status, refused.headers.get('connection')]).toEqual([413, 'close']);
      expect(JSON.parse(refused.body).Message).toContain(String(BODY_BYTES_MAX));
      expect(limited).toEqual(['body_bytes']);
      await expect.poll(() => server.concurrentRequests).toBe(0);
    },
  );
});

describe('the budget of all bodies', () => {
  it('refuses what it does not hold, and takes it once others are done', () => {
    const budget = new BodyBudget(100);
    budget.take(60);
    expect(() => budget.take(60)).toThrow(OverloadError);
    budget.give(60);
    budget.take(60);
    expect(budget.heldBytes).toBe(60);
  });
});
