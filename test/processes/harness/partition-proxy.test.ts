import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PartitionProxy } from './partition-proxy.ts';
import { waitUntil } from './wait-until.ts';

let echo: Server;
let proxy: PartitionProxy;
let clients: Socket[];

beforeEach(async () => {
  clients = [];
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await PartitionProxy.to((echo.address() as AddressInfo).port);
});
afterEach(() => {
  for (const client of clients) client.destroy();
  proxy.close();
  echo.close();
});

/** A connection as a node makes it, and the text that came back. */
function dial(tag: string): { readonly socket: Socket; readonly received: () => string } {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(`{"Operation":"Cluster","SourceNodeTag":"${tag}"}`);
  return { socket, received: () => text };
}

it('drops what comes from a source that is cut, lets others pass, and delivers late after healing', async () => {
  const fromA = dial('A');
  const fromB = dial('B');
  await waitUntil('both echoes', () => fromA.received().endsWith('}') && fromB.received().endsWith('}'));
  proxy.cut(['A']);
  fromA.socket.write('late');
  fromB.socket.write('at once');
  await waitUntil('the echo to B', () => fromB.received().endsWith('at once'));
  expect(fromA.received()).not.toContain('late');
  expect(fromA.socket.destroyed).toBe(false);
  proxy.heal();
  await waitUntil('the echo to A', () => fromA.received().endsWith('late'));
});

it('passes everything once, also on a link that was never cut, and after being cut twice', async () => {
  const fromA = dial('A');
  const fromB = dial('B');
  await waitUntil('both echoes', () => fromA.received().endsWith('}') && fromB.received().endsWith('}'));
  proxy.cut(['A']);
  proxy.cut(['A']);
  proxy.heal();
  proxy.heal();
  for (const { socket, received } of [fromA, fromB]) {
    const before = received();
    socket.write('once');
    socket.write('.');
    await waitUntil('the echo', () => received().endsWith('.'));
    expect(received()).toBe(`${before}once.`);
  }
});

it('accepts connections of a cut source and never answers them', async () => {
  proxy.cut(['A']);
  const fromA = dial('A');
  const fromB = dial('B');
  await waitUntil('the echo to B', () => fromB.received().endsWith('}'));
  expect([fromA.received(), fromA.socket.readyState]).toEqual(['', 'open']);
  proxy.heal();
  await waitUntil('the held connection to be hung up', () => fromA.socket.closed);
});
