import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PEER_QUEUE_BYTES_MAX } from '../../../node/rachis/limits.ts';
import { OutgoingQueue } from '../../../node/rachis/transport/outgoing-queue.ts';
import { parseTcpAddress } from '../../../node/wire/connect.ts';
import { FrameConnection } from '../../../node/wire/frame-connection.ts';

let server: Server;
let connection: FrameConnection;
let receiver: FrameConnection;
const received: string[] = [];

beforeEach(async () => {
  received.length = 0;
  const accepted = new Promise<Socket>((resolve) => {
    server = createServer(resolve);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const { host, port } = parseTcpAddress(`127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
  connection = new FrameConnection(connect({ host, port }), Buffer.alloc(0));
  receiver = new FrameConnection(await accepted, Buffer.alloc(0));
});
afterEach(() => {
  connection.close();
  receiver.close();
  server.close();
});

const frame = (name: string, bytes: number) => Buffer.from(name.padEnd(bytes, ' '));

/** Reads until the named frame has come. */
function read(last: string): Promise<void> {
  return new Promise((resolve) => {
    receiver.onFrame((payload) => {
      received.push(payload.toString().trim());
      if (received.at(-1) === last) resolve();
    });
  });
}

describe('the queue of a connection', () => {
  it('lets an urgent frame overtake the bulk that waits', async () => {
    const queue = new OutgoingQueue(connection);
    for (let i = 0; i < 20; i++) queue.send(frame(`bulk ${i}`, 1024 * 1024), false);
    queue.send(frame('heartbeat', 20), true);
    await read('bulk 19');
    expect(received.filter((name) => name.startsWith('bulk'))).toEqual(
      Array.from({ length: 20 }, (_, i) => `bulk ${i}`),
    );
    // Only what was in the socket already went before it.
    expect(received.indexOf('heartbeat')).toBeLessThan(3);
  });

  it('refuses what would pass its limit, and takes more when there is room again', async () => {
    const queue = new OutgoingQueue(connection);
    let taken = 0;
    while (queue.send(frame(`${taken}`, 1024 * 1024), false)) taken++;
    expect(queue.byteLength).toBeLessThanOrEqual(PEER_QUEUE_BYTES_MAX);
    expect(queue.send(frame('too much', 1024 * 1024), true)).toBe(false);
    await read(String(taken - 1));
    expect(queue.send(frame('again', 10), false)).toBe(true);
  });
});
