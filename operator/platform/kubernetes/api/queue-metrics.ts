import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** How the work queue is doing. */
export class QueueMetrics {
  readonly #wait: Histogram;
  readonly #work: Histogram<'outcome'>;
  readonly #failures: Counter;
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
    const registers = [registry];
    this.#wait = new Histogram({
      name: 'kubernetes_work_queue_wait_seconds',
      help: 'Time that a key was due before work on it began.',
      buckets: [0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
      registers,
    });
    this.#work = new Histogram({
      name: 'kubernetes_work_queue_work_seconds',
      help: 'Time that work on a key took, by how it ended.',
      labelNames: ['outcome'],
      buckets: [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    });
    this.#failures = new Counter({
      name: 'kubernetes_work_queue_failures_total',
      help: 'Times that work on a key failed and will be tried again.',
      registers,
    });
  }

  /** Shows how many keys wait and run. */
  follow(figures: { readonly waiting: () => number; readonly running: () => number }): void {
    new Gauge({
      name: 'kubernetes_work_queue_waiting_keys',
      help: 'Keys that are due or will be.',
      registers: [this.#registry],
      collect() {
        this.set(figures.waiting());
      },
    });
    new Gauge({
      name: 'kubernetes_work_queue_running_keys',
      help: 'Keys that are worked on.',
      registers: [this.#registry],
      collect() {
        this.set(figures.running());
      },
    });
  }

  began(waitedMs: number): void {
    this.#wait.observe(waitedMs / 1_000);
  }

  ended(outcome: 'Done' | 'Failed', elapsedMs: number): void {
    this.#work.observe({ outcome }, elapsedMs / 1_000);
    if (outcome === 'Failed') this.#failures.inc();
  }
}
