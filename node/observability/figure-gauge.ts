import { Gauge, type Registry } from 'prom-client';

/** A metric whose value is read off a record of figures when Prometheus asks. */
export interface FigureMetric<Figures> {
  readonly name: string;
  readonly help: string;
  /** undefined: no value now. */
  readonly value: (figures: Figures) => number | undefined;
}

/** Registers gauges over a list of records, each told apart by labels; a record that is gone leaves no stale value. */
export function registerFigures<Figures, Label extends string>(
  registry: Registry,
  read: () => Iterable<Figures> | undefined,
  labelNames: readonly Label[],
  labelsOf: (figures: Figures) => Record<Label, string>,
  metrics: readonly FigureMetric<Figures>[],
): void {
  for (const { name, help, value } of metrics) {
    new Gauge<Label>({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        for (const figures of read() ?? []) {
          const number = value(figures);
          if (number !== undefined && Number.isFinite(number)) this.set(labelsOf(figures), number);
        }
      },
    });
  }
}
