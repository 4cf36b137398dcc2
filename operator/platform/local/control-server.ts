import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RavenClusterStatus } from '../../api/raven-cluster.ts';

/** What the operator tells `ravencluster status`. */
export interface OperatorReport {
  readonly pid: number;
  readonly file: string;
  readonly name: string;
  readonly status: RavenClusterStatus | null;
}

interface ControlServerOptions {
  readonly token: string;
  readonly report: () => OperatorReport;
  readonly stop: () => void;
}

/** A door for other commands of the same user: on loopback, with a token that only the state folder holds. */
export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: Server;

  private constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => this.#handle(request, response));
  }

  static async listen(options: ControlServerOptions): Promise<ControlServer> {
    const control = new ControlServer(options);
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return control;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${this.#options.token}`);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      response.writeHead(403).end();
      return;
    }
    switch (`${request.method} ${request.url}`) {
      case 'GET /status':
        answer(response, 200, this.#options.report());
        return;
      case 'POST /stop':
        answer(response, 202, {});
        this.#options.stop();
        return;
      default:
        response.writeHead(404).end();
    }
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
  response.end(JSON.stringify(body));
}
