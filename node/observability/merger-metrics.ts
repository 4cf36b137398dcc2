import { Counter, Histogram, type Registry } from 'prom-client';
import { BoundedLabels } from './bounded-labels.ts';

/** One batch of a transaction merger, as the database reports it. */
export interface MergerBatch {
  readonly commands: number;
  readonly bytes: number;
  /** How long its oldest command waited for the batch to begin, in milliseconds. */
  readonly queueMs: number;
  /** From the hand-over to the writer thread to the durable answer, in milliseconds. */
  readonly commitMs: number;
}

/** The transaction mergers: how much is grouped, and what waiting for durability costs. */
export class MergerMetrics {
  readonly #commands: Histogram<'database'>;
  readonly #bytes: Counter<'database'>;
  readonly #queue: Histogram<'database'>;
  readonly #commit: Histogram<'database'>;
  readonly #names = new BoundedLabels();

  constructor(registry: Registry) {
    const labelNames = ['database'] as const;
    const registers = [registry];
    this.#commands = new Histogram({
      name: 'ravencluster_merger_batch_commands',
      help: 'Commands that became durable with one sync.',
      labelNames,
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096],
      registers,
    });
    this.#bytes = new Counter({
      name: 'ravencluster_merger_bytes_total',
      help: 'Bytes handed to the writer thread by transaction mergers.',
      labelNames,
      registers,
    });
    const buckets = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
    this.#queue = new Histogram({
      name: 'ravencluster_merger_queue_seconds',
      help: 'Wait of the oldest command of a batch before the batch began.',
      labelNames,
      buckets,
      registers,
    });
    this.#commit = new Histogram({
      name: 'ravencluster_merger_commit_seconds',
      help: 'Time from handing a batch to the writer thread until it was durable.',
      labelNames,
      buckets,
      registers,
    });
  }

  /** What to give to a database as its `observeBatch`. */
  of(database: string): (batch: MergerBatch) => void {
    const name = this.#names.accept(database);
    const commands = this.#commands.labels(name);
    const bytes = this.#bytes.labels(name);
    const queue = this.#queue.labels(name);
    const commit = this.#commit.labels(name);
    return (batch) => {
      commands.observe(batch.commands);
      bytes.inc(batch.bytes);
      queue.observe(batch.queueMs / 1000);
      commit.observe(batch.commitMs / 1000);
    };
  }
}
