import { Counter, Histogram, type Registry } from 'prom-client';

/** What one request came to. */
export interface RequestOutcome {
  readonly verb: string;
  /** Plural of the kind, or `raw`. */
  readonly resource: string;
  /** HTTP status; 0 when there was no answer. */
  readonly code: number;
  readonly elapsedMs: number;
}

/** Requests to the Kubernetes API. Watches count when they begin, and until then. */
export class ClientMetrics {
  readonly #requests: Counter<'verb' | 'resource' | 'code'>;
  readonly #seconds: Histogram<'verb'>;
  readonly #turnWait: Counter;
  readonly #connections: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'kubernetes_client_requests_total',
      help: 'Requests to the Kubernetes API by HTTP status; 0: no answer.',
      labelNames: ['verb', 'resource', 'code'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'kubernetes_client_request_seconds',
      help: 'Time until the whole answer was there.',
      labelNames: ['verb'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    this.#turnWait = new Counter({
      name: 'kubernetes_client_turn_wait_seconds_total',
      help: "Time that requests waited for their turn under the client's own rate limit.",
      registers,
    });
    this.#connections = new Counter({
      name: 'kubernetes_client_connections_total',
      help: 'Connections opened to the API server.',
      registers,
    });
  }

  request({ verb, resource, code, elapsedMs }: RequestOutcome): void {
    this.#requests.inc({ verb, resource, code: String(code) });
    this.#seconds.observe({ verb }, elapsedMs / 1_000);
  }

  turnWaited(waitMs: number): void {
    this.#turnWait.inc(waitMs / 1_000);
  }

  connected(): void {
    this.#connections.inc();
  }
}
