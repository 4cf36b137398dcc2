import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RavenCluster } from '../processes/harness/raven-cluster.ts';

/**
 * Through it a suite in another language has nodes killed and started: `POST /kill?node={url}` ends a process as SIGKILL
 * does, `POST /start?node={url}` answers when the node serves again.
 */
export class NodeDoor {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(cluster: RavenCluster): Promise<NodeDoor> {
    const server = createServer(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://door');
      try {
        const node = cluster.nodes.find(({ url }) => url === searchParams.get('node'));
        if (node === undefined) throw new Error(`There is no node at ${searchParams.get('node')}.`);
        if (pathname === '/kill') await node.kill();
        else if (pathname === '/start') await node.start();
        else throw new Error(`The door knows /kill and /start, not ${pathname}.`);
        response.end();
      } catch (error) {
        response.statusCode = 500;
        response.end(String(error));
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new NodeDoor(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
