import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is answered to a GET of one path. */
export interface ProbeAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export type ProbeAnswers = Readonly<Record<string, () => ProbeAnswer | Promise<ProbeAnswer>>>;

/** Longest that a probe may take to say what it wants, in milliseconds; nobody else has business here. */
const PROBE_REQUEST_TIMEOUT_MS = 10_000;

/** Connections at once: kubelet and Prometheus need one each. */
const PROBE_CONNECTIONS_MAX = 64;

/** Serves health and metrics to the kubelet and to Prometheus. */
export class ProbeServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(port: number, answers: ProbeAnswers): Promise<ProbeServer> {
    const server = createServer(
      { requestTimeout: PROBE_REQUEST_TIMEOUT_MS, headersTimeout: PROBE_REQUEST_TIMEOUT_MS },
      (request, response) => {
        const path = (request.url ?? '/').split('?')[0] ?? '/';
        const answer = request.method === 'GET' ? answers[path] : undefined;
        Promise.resolve(answer?.() ?? NOTHING_HERE)
          .catch((error: unknown) => ({ ...NOTHING_HERE, status: 500, body: String(error) }))
          .then(({ status, type, body }) => response.writeHead(status, { 'Content-Type': type }).end(body));
      },
    );
    server.maxConnections = PROBE_CONNECTIONS_MAX;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, resolve);
    });
    return new ProbeServer(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function plain(isWell: boolean, body: string): ProbeAnswer {
  return { status: isWell ? 200 : 503, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}

const NOTHING_HERE: ProbeAnswer = { status: 404, type: 'text/plain; charset=utf-8', body: 'Not found\n' };
