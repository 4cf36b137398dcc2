import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports that no operating system gives to outgoing connections: a node that is down for a while must find its port
 * free again.
 */
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;
const ATTEMPTS_MAX = 200;

const given = new Set<number>();

/** A port of 127.0.0.1 that nobody listens on, and that is given once in this process. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`Found no free port from ${FIRST_PORT} to ${LAST_PORT} in ${ATTEMPTS_MAX} attempts.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    // Somebody listens there: the next attempt takes another port.
    return false;
  } finally {
    server.close();
  }
}
