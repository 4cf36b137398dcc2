import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Link {
  readonly client: Socket;
  readonly target: Socket;
  /** The node at the client's end, as its wire header says; '' for anybody else. */
  readonly source: string;
}

/** Bytes in which the wire header of a node must name its sender. */
const HEADER_BYTES_MAX = 4096;

/**
 * Stands before one port of one node. While the way from a source is cut, its bytes neither pass nor bounce, in both
 * directions, as in a network that drops packets: the ends notice by silence alone. Sources are told apart by the
 * `SourceNodeTag` of the wire header; HTTP has none, so all of it counts as source ''.
 */
export class PartitionProxy {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #held = new Set<Socket>();
  readonly #stalled = new Set<Link>();
  readonly #cut = new Set<string>();
  readonly #targetPort: number;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => {
      client.on('error', () => client.destroy());
      void this.#accept(client);
    });
  }

  /** Listens on a free port and passes on to the given one. */
  static async to(targetPort: number): Promise<PartitionProxy> {
    const proxy = new PartitionProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Drops everything to and from these sources from now on. */
  cut(sources: readonly string[]): void {
    for (const source of sources) this.#cut.add(source);
    for (const link of this.#links) {
      if (!this.#cut.has(link.source) || this.#stalled.has(link)) continue;
      this.#stalled.add(link);
      stall(link);
    }
  }

  /** Lets everything pass again; what stood still goes on, as packets that are sent again do. */
  heal(): void {
    this.#cut.clear();
    // Only those: a link that never stood still would pass everything twice.
    for (const link of this.#stalled) resume(link);
    this.#stalled.clear();
    for (const socket of this.#held) socket.destroy();
    this.#held.clear();
  }

  close(): void {
    this.#server.close();
    for (const { client, target } of this.#links) {
      client.destroy();
      target.destroy();
    }
    for (const socket of this.#held) socket.destroy();
  }

  async #accept(client: Socket): Promise<void> {
    const first = await firstBytes(client);
    if (first === undefined) return void client.destroy();
    const source = /"SourceNodeTag"\s*:\s*"([A-Z]{1,4})"/.exec(first.toString('latin1'))?.[1] ?? '';
    if (this.#cut.has(source)) return void this.#held.add(client);
    const target = connect(this.#targetPort, '127.0.0.1');
    const link: Link = { client, target, source };
    this.#links.add(link);
    const end = () => {
      this.#links.delete(link);
      this.#stalled.delete(link);
      client.destroy();
      target.destroy();
    };
    client.once('close', end);
    target.once('close', end);
    target.on('error', end);
    target.write(first);
    client.pipe(target);
    target.pipe(client);
  }
}

function stall({ client, target }: Link): void {
  client.unpipe(target);
  target.unpipe(client);
  client.pause();
  target.pause();
}

function resume({ client, target }: Link): void {
  client.pipe(target);
  target.pipe(client);
}

/** Waits for the client to speak first, which both HTTP and the wire's handshake do. */
function firstBytes(client: Socket): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let collected = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      collected = Buffer.concat([collected, chunk]);
      const isJson = collected[0] === 0x7b;
      const isComplete = !isJson || collected.includes('"SourceNodeTag"') || collected.includes('}');
      if (!isComplete && collected.length < HEADER_BYTES_MAX) return;
      client.off('data', onData);
      client.pause();
      resolve(collected);
    };
    client.on('data', onData);
    client.once('close', () => resolve(undefined));
  });
}
