import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What befalls the bytes that clients send, once each, when so many have passed. */
export interface Faults {
  readonly cutAfterBytes?: number;
  readonly damageAfterBytes?: number;
  /** Bytes are passed on at this rate at most. */
  readonly bytesPerSecond?: number;
}

/** Stands before the port of a node, and breaks, damages or slows down what is sent to it. */
export class FaultyProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #targetPort: number;
  readonly #bytesPerSecond: number;
  #cutAt: number;
  #damageAt: number;
  /** Bytes that clients have sent. */
  bytes = 0;
  connections = 0;

  private constructor(targetPort: number, faults: Faults) {
    this.#targetPort = targetPort;
    this.#cutAt = faults.cutAfterBytes ?? Infinity;
    this.#damageAt = faults.damageAfterBytes ?? Infinity;
    this.#bytesPerSecond = faults.bytesPerSecond ?? Infinity;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async to(targetPort: number, faults: Faults): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(targetPort, faults);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client: Socket): void {
    this.connections++;
    const target = connect(this.#targetPort, '127.0.0.1');
    const end = () => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    target.pipe(client);
    void this.#forward(client, target);
  }

  async #forward(client: Socket, target: Socket): Promise<void> {
    try {
      for await (const chunk of client as AsyncIterable<Buffer>) {
        const from = this.bytes;
        this.bytes += chunk.byteLength;
        if (this.bytes > this.#cutAt) {
          this.#cutAt = Infinity;
          target.write(chunk.subarray(0, chunk.byteLength / 2));
          target.end();
          client.destroy();
          return;
        }
        if (this.bytes > this.#damageAt) {
          const at = Math.max(0, this.#damageAt - from);
          this.#damageAt = Infinity;
          chunk.writeUInt8(chunk.readUInt8(at) ^ 0x10, at);
        }
        if (!target.write(chunk)) await once(target, 'drain');
        const pauseMs = (chunk.byteLength / this.#bytesPerSecond) * 1000;
        if (pauseMs >= 1) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    } catch {
      // The connection broke, on one side or the other; both ends see that for themselves.
    }
  }
}
