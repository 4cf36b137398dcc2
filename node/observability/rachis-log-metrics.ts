import { Counter, Histogram, type Registry } from 'prom-client';

/** The Raft log: how long a batch takes to be durable. */
export class RachisLogMetrics {
  readonly #durations: Histogram;
  readonly #bytes: Counter;

  constructor(registry: Registry) {
    this.#durations = new Histogram({
      name: 'ravencluster_rachis_log_write_seconds',
      help: 'Time until a batch of the Raft log was durable.',
      buckets: [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers: [registry],
    });
    this.#bytes = new Counter({
      name: 'ravencluster_rachis_log_written_bytes_total',
      help: 'Bytes written to the Raft log.',
      registers: [registry],
    });
  }

  /** What to give to the cluster layer as `observeLogWrite`. */
  readonly observe = (milliseconds: number, bytes: number): void => {
    this.#durations.observe(milliseconds / 1000);
    this.#bytes.inc(bytes);
  };
}
