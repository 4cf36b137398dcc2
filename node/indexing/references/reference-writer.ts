import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import { DOCUMENT_REFERENCES, documentKey, REFERENCES } from '../store/index-columns.ts';
import { referenceKey } from './reference-keys.ts';

const NOTHING = Buffer.alloc(0);

export interface ReferenceWriterOptions {
  readonly view: KeyValueView;
  readonly batch: WriteBatch;
  /** Number of the index within its environment. */
  readonly index: number;
}

/** Which documents were mapped with which others, in the batch of what became of that. */
export class ReferenceWriter {
  readonly #options: ReferenceWriterOptions;

  constructor(options: ReferenceWriterOptions) {
    this.#options = options;
  }

  /** Replaces the targets of a document, lower-case ids each once. A document may come once a batch. */
  put(source: string, targets: readonly string[]): void {
    const { view, batch, index } = this.#options;
    const key = documentKey(index, source);
    const stored = view.get(DOCUMENT_REFERENCES, key);
    const before = new Set(stored === undefined ? [] : (JSON.parse(stored.toString('utf8')) as string[]));
    for (const target of targets) {
      if (!before.delete(target)) batch.put(REFERENCES, referenceKey(index, target, source), NOTHING);
    }
    for (const target of before) batch.delete(REFERENCES, referenceKey(index, target, source));
    if (targets.length > 0) batch.put(DOCUMENT_REFERENCES, key, Buffer.from(JSON.stringify(targets)));
    else if (stored !== undefined) batch.delete(DOCUMENT_REFERENCES, key);
  }
}
