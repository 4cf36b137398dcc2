import { Counter, Histogram, type Registry } from 'prom-client';

/** In seconds. */
const BUCKETS = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** The Raft log: how long a batch takes to be durable, and how long committed entries take to be applied. */
export class RachisLogMetrics {
  readonly #durations: Histogram;
  readonly #bytes: Counter;
  readonly #applies: Histogram;
  readonly #applied: Counter;

  constructor(registry: Registry) {
    this.#durations = new Histogram({
      name: 'ravencluster_rachis_log_write_seconds',
      help: 'Time until a batch of the Raft log was durable.',
      buckets: BUCKETS,
      registers: [registry],
    });
    this.#bytes = new Counter({
      name: 'ravencluster_rachis_log_written_bytes_total',
      help: 'Bytes written to the Raft log.',
      registers: [registry],
    });
    this.#applies = new Histogram({
      name: 'ravencluster_rachis_apply_seconds',
      help: 'Time to apply a slice of committed entries; the event loop waits for it.',
      buckets: BUCKETS,
      registers: [registry],
    });
    this.#applied = new Counter({
      name: 'ravencluster_rachis_applied_entries_total',
      help: 'Committed entries applied.',
      registers: [registry],
    });
  }

  /** What to give to the cluster layer as `observeLogWrite`. */
  readonly observe = (milliseconds: number, bytes: number): void => {
    this.#durations.observe(milliseconds / 1000);
    this.#bytes.inc(bytes);
  };

  /** What to give to it as `observeApply`. */
  readonly observeApply = (milliseconds: number, entries: number): void => {
    this.#applies.observe(milliseconds / 1000);
    this.#applied.inc(entries);
  };
}
