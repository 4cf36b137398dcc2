import { Counter, Histogram, type Registry } from 'prom-client';

/** The writer thread: how long RocksDB takes to make a batch durable, over all environments of the node. */
export class WriterMetrics {
  readonly #durations: Histogram<'synced'>;
  readonly #bytes: Counter;

  constructor(registry: Registry) {
    this.#durations = new Histogram({
      name: 'ravencluster_storage_write_seconds',
      help: 'Time of one write to RocksDB in the writer thread; synced="true" includes the fsync.',
      labelNames: ['synced'],
      buckets: [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers: [registry],
    });
    this.#bytes = new Counter({
      name: 'ravencluster_storage_written_bytes_total',
      help: 'Bytes written to RocksDB, before compaction.',
      registers: [registry],
    });
  }

  /** What to give to `StorageWriter.observe`. */
  readonly observe = (microseconds: number, bytes: number, synced: boolean): void => {
    this.#durations.labels(synced ? 'true' : 'false').observe(microseconds / 1_000_000);
    this.#bytes.inc(bytes);
  };
}
