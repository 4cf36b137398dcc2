import { Histogram, type Registry } from 'prom-client';
import type { LimitMetrics } from './limit-metrics.ts';

type Series = Histogram.Internal<'route' | 'status'>;

/** Requests by route and status: how many, and how long. */
export class RequestMetrics {
  readonly #durations: Histogram<'route' | 'status'>;
  readonly #limits: LimitMetrics;
  /** A hot route is looked up by two map reads instead of hashing its labels. */
  readonly #series = new Map<string, Map<number, Series>>();

  constructor(registry: Registry, limits: LimitMetrics) {
    this.#limits = limits;
    this.#durations = new Histogram({
      name: 'ravencluster_http_request_duration_seconds',
      help: 'Time from the request head to the end of the answer, by route and status.',
      labelNames: ['route', 'status'],
      buckets: [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
      registers: [registry],
    });
  }

  /** `route` is one of the route table, never text of a client. */
  answered(route: string, status: number, durationMs: number): void {
    this.#seriesOf(route, status).observe(durationMs / 1000);
  }

  /** A limit of the edge bit. */
  limited(limit: string): void {
    this.#limits.hit(limit);
  }

  #seriesOf(route: string, status: number): Series {
    let byStatus = this.#series.get(route);
    if (byStatus === undefined) {
      byStatus = new Map();
      this.#series.set(route, byStatus);
    }
    let series = byStatus.get(status);
    if (series === undefined) {
      series = this.#durations.labels(route, String(status));
      byStatus.set(status, series);
    }
    return series;
  }
}
