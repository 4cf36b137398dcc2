import { once } from 'node:events';
import { createConnection } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TcpListener } from '../../node/tcp/tcp-listener.ts';
import { connectWire, parseTcpAddress } from '../../node/wire/connect.ts';
import { FrameDecoder, frameHeader } from '../../node/wire/frame.ts';
import type { FrameConnection } from '../../node/wire/frame-connection.ts';
import { WireError, WireRefusedError } from '../../node/wire/wire-error.ts';

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 })),
        fc.integer({ min: 1, max: 97 }),
        (payloads, cut) => {
          const stream = Buffer.concat(payloads.flatMap((payload) => [frameHeader(payload), payload]));
          const seen: Buffer[] = [];
          const decoder = new FrameDecoder((payload) => seen.push(Buffer.from(payload)));
          for (let at = 0; at < stream.byteLength; at += cut) decoder.push(stream.subarray(at, at + cut));
          expect(seen.map((b) => [...b])).toEqual(payloads.map((p) => [...p]));
        },
      ),
    );
  });

  it('are refused when a bit has flipped', () => {
    const payload = Buffer.from('hello');
    const stream = Buffer.concat([frameHeader(payload), Buffer.from('hellp')]);
    expect(() => new FrameDecoder(() => {}).push(stream)).toThrow(WireError);
  });

  it('are refused when they announce more than the limit', () => {
    const stream = Buffer.alloc(8, 0xff);
    expect(() => new FrameDecoder(() => {}).push(stream)).toThrow(/limit/);
  });
});

describe('a TCP listener', () => {
  let listener: TcpListener;
  let port: number;
  let served: FrameConnection[];

  beforeEach(async () => {
    served = [];
    listener = new TcpListener({ host: '127.0.0.1', port: 0 });
    listener.handleFrames('Replication', {
      versions: [2],
      refuse: (header) => (header.DatabaseName === 'nope' ? 'no such database' : null),
      connected: (connection) => {
        served.push(connection);
        connection.onFrame((payload) => connection.send(payload));
      },
    });
    port = await listener.listen();
  });

  afterEach(() => listener.close());

  const connect = (databaseName: string, version = 2) =>
    connectWire({ address: `tcp://127.0.0.1:${port}`, operation: 'Replication', version, databaseName });

  it('hands a connection to its operation and carries frames both ways', async () => {
    const connection = await connect('shop');
    const echoed = new Promise<Buffer>((resolve) => connection.onFrame(resolve));
    const large = Buffer.alloc(3_000_000, 7);
    connection.send(large);
    expect((await echoed).equals(large)).toBe(true);
    connection.close();
  });

  it('says why it refuses', async () => {
    await expect(connect('nope')).rejects.toThrow(/no such database/);
    await expect(connect('shop', 1)).rejects.toThrow(WireRefusedError);
  });

  it('tells both sides when the connection ends', async () => {
    const connection = await connect('shop');
    const closed = new Promise((resolve) => connection.onClose(resolve));
    connection.onFrame(() => {});
    while (served.length === 0) await new Promise(setImmediate);
    served[0]?.close();
    await closed;
    expect(connection.isClosed).toBe(true);
    expect(connection.send(Buffer.from('x'))).toBe(false);
  });

  it('survives whatever is sent to it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const socket = createConnection({ host: '127.0.0.1', port });
        socket.on('error', () => {});
        socket.end(bytes);
        socket.resume();
        await once(socket, 'close');
      }),
      { numRuns: 200 },
    );
    (await connect('shop')).close();
  });
});

describe('a TCP address', () => {
  it('is host and port, with or without its scheme', () => {
    expect(parseTcpAddress('tcp://n1:38888')).toEqual({ host: 'n1', port: 38888 });
    expect(parseTcpAddress('[::1]:1')).toEqual({ host: '::1', port: 1 });
    expect(() => parseTcpAddress('n1')).toThrow(/host:port/);
  });
});
