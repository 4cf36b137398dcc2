import type { KeyValueView } from '../../documents/key-value-view.ts';
import { documentKey } from './index-columns.ts';

/**
 * Rows of a column by document, read for many documents in one call of the engine: one call for each costs several
 * times as much. Each is asked for once.
 */
export class RowsAhead {
  readonly #view: KeyValueView;
  readonly #column: number;
  readonly #index: number;
  readonly #rows = new Map<string, Buffer | undefined>();

  constructor(view: KeyValueView, column: number, index: number) {
    this.#view = view;
    this.#column = column;
    this.#index = index;
  }

  /** `isNew`: there can't be a row of the document. */
  read(lowerIds: readonly string[], isNew: (lowerId: string) => boolean): void {
    const known: string[] = [];
    for (const lowerId of lowerIds) {
      if (isNew(lowerId)) this.#rows.set(lowerId, undefined);
      else known.push(lowerId);
    }
    if (known.length === 0) return;
    const rows = this.#view.getMany(
      this.#column,
      known.map((lowerId) => documentKey(this.#index, lowerId)),
    );
    for (const [at, lowerId] of known.entries()) this.#rows.set(lowerId, rows[at]);
  }

  /** `key`: of the document. */
  take(lowerId: string, key: Buffer): Buffer | undefined {
    if (!this.#rows.has(lowerId)) return this.#view.get(this.#column, key);
    const row = this.#rows.get(lowerId);
    this.#rows.delete(lowerId);
    return row;
  }
}
