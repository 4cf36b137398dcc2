import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import { documentKey } from '../store/index-columns.ts';
import type { ReferenceColumns } from './reference-columns.ts';
import { referenceKey } from './reference-keys.ts';

const NOTHING = Buffer.alloc(0);

export interface ReferenceWriterOptions {
  readonly view: KeyValueView;
  readonly batch: WriteBatch;
  /** Number of the index within its environment. */
  readonly index: number;
  readonly columns: ReferenceColumns;
}

/** Which documents were mapped with which others, or with which values, in the batch of what became of that. */
export class ReferenceWriter {
  readonly #options: ReferenceWriterOptions;

  constructor(options: ReferenceWriterOptions) {
    this.#options = options;
  }

  /** Replaces the targets of a document, in lower case and each once. A document may come once a batch. */
  put(source: string, targets: readonly string[]): void {
    const {
      view,
      batch,
      index,
      columns: { byTarget, bySource },
    } = this.#options;
    const key = documentKey(index, source);
    const stored = view.get(bySource, key);
    const before = new Set(stored === undefined ? [] : (JSON.parse(stored.toString('utf8')) as string[]));
    for (const target of targets) {
      if (!before.delete(target)) batch.put(byTarget, referenceKey(index, target, source), NOTHING);
    }
    for (const target of before) batch.delete(byTarget, referenceKey(index, target, source));
    if (targets.length > 0) batch.put(bySource, key, Buffer.from(JSON.stringify(targets)));
    else if (stored !== undefined) batch.delete(bySource, key);
  }
}
