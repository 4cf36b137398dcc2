import { METRIC_LABEL_VALUES_MAX } from './limits.ts';

/** Lets a bounded number of label values through; later ones become `other`, so that no name can fill the memory. */
export class BoundedLabels {
  readonly #known = new Set<string>();

  accept(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= METRIC_LABEL_VALUES_MAX) return 'other';
    this.#known.add(value);
    return value;
  }
}
