import type { Metric, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

export interface DurationHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds in seconds, growing. */
  readonly bounds: readonly number[];
}

/** The durations of one combination of labels. */
export class DurationSeries {
  readonly labels: Labels;
  readonly bounds: readonly number[];
  /** Durations of each bucket alone; the last is for those above all bounds. */
  readonly counts: number[];
  sumSeconds = 0;

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels;
    this.bounds = bounds;
    this.counts = new Array(bounds.length + 1).fill(0);
  }

  observe(seconds: number): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && seconds > (bounds[bucket] as number)) bucket++;
    counts[bucket] = (counts[bucket] as number) + 1;
    this.sumSeconds += seconds;
  }
}

/**
 * A Prometheus histogram whose series are kept by those who observe: that of prom-client checks and hashes the labels
 * at each observation, which costs as much as a twentieth of a request.
 */
export class DurationHistogram {
  readonly #options: DurationHistogramOptions;
  readonly #series: DurationSeries[] = [];

  constructor(registry: Registry, options: DurationHistogramOptions) {
    this.#options = options;
    const metric = { name: options.name, get: async () => this.#values() };
    // All that a registry asks of a metric.
    registry.registerMetric(metric as unknown as Metric);
  }

  /** A new series; each combination of labels once. */
  series(labels: Labels): DurationSeries {
    const added = new DurationSeries(labels, this.#options.bounds);
    this.#series.push(added);
    return added;
  }

  #values() {
    const { name, help } = this.#options;
    const values = this.#series.flatMap((series) => valuesOf(name, series));
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }
}

function valuesOf(name: string, { labels, bounds, counts, sumSeconds }: DurationSeries) {
  let count = 0;
  const buckets = counts.map((own, bucket) => {
    count += own;
    return {
      metricName: `${name}_bucket`,
      labels: { le: bounds[bucket] ?? '+Inf', ...labels },
      value: count,
    };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sumSeconds },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
