import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HttpServer } from '../../node/http/http-server.ts';
import { routes } from '../../node/http/routes.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { malformedRequest } from './support/malformed-http.ts';
import { emptyNode } from './support/passive-node.ts';
import { exchangeBytes, send } from './support/raw-http.ts';

const REQUESTS = 3000;
const AT_ONCE = 50;
/** In the test's name, so that a failure can be repeated: `SEED=… npx vitest run test/http/malformed-input`. */
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);

let server: HttpServer;
let port: number;
const failures: unknown[] = [];
const note = (error: unknown) => void failures.push(error);

beforeAll(async () => {
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  server = new HttpServer({ host: '127.0.0.1', port: 0, node: emptyNode(), routes, logger: silentLogger });
  ({ port } = await server.listen());
});

afterAll(async () => {
  await server.close();
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
});

it(`goes on serving after ${REQUESTS} malformed requests, leaks none of them, and answers only in HTTP (seed ${SEED})`, async () => {
  const requests = fc.sample(malformedRequest, { numRuns: REQUESTS, seed: SEED });
  for (let at = 0; at < requests.length; at += AT_ONCE) {
    const answers = await Promise.all(
      requests.slice(at, at + AT_ONCE).map((bytes) => exchangeBytes(port, bytes, 20)),
    );
    for (const answer of answers) expect(answer).toMatch(/^(HTTP\/1\.1 \d{3} |$)/);
    expect((await send(port, '/setup/alive')).status).toBe(204);
  }
  await expect.poll(() => server.concurrentRequests).toBe(0);
  expect(failures).toEqual([]);
}, 60_000);
