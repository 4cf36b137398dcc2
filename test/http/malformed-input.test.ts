import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../../node/observability/logger.ts';
import { malformedRequest } from './support/malformed-http.ts';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { exchangeBytes, send } from './support/raw-http.ts';

const REQUESTS = 3000;
const AT_ONCE = 50;
/** In the test's name, so that a failure can be repeated: `SEED=… npx vitest run test/http/malformed-input`. */
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);

let node: OneNode;
const failures: unknown[] = [];
const statuses = new Set<string>();
const note = (error: unknown) => void failures.push(error);

beforeAll(async () => {
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  // The dispatcher logs as an error only what nobody foresaw.
  node = await startOneNode({
    ...silentLogger,
    error: (message, fields) => note({ message, ...fields }),
    child: () => silentLogger,
  });
  await node.createDatabase('shop');
});

afterAll(async () => {
  await node.close();
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
});

it(`goes on serving after ${REQUESTS} malformed requests, leaks none of them, and answers only in HTTP (seed ${SEED})`, async () => {
  const requests = fc.sample(malformedRequest, { numRuns: REQUESTS, seed: SEED });
  for (let at = 0; at < requests.length; at += AT_ONCE) {
    const answers = await Promise.all(
      requests.slice(at, at + AT_ONCE).map((bytes) => exchangeBytes(node.port, bytes, 20)),
    );
    for (const answer of answers) {
      expect(answer).toMatch(/^(HTTP\/1\.1 \d{3} |$)/);
      statuses.add(answer.slice(9, 12));
    }
    expect((await send(node.port, '/setup/alive')).status).toBe(204);
  }
  await expect.poll(() => node.server.concurrentRequests).toBe(0);
  expect(failures).toEqual([]);
  // Not all of it may stop at the parser.
  for (const status of ['200', '400', '404', '500', '501']) expect(statuses).toContain(status);
  const put = await send(node.port, '/databases/shop/docs?id=after', { method: 'PUT', body: '{"a":1}' });
  expect(put.status).toBe(201);
}, 60_000);
