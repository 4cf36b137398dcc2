import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import { documentKey, VALUE_INDEXES } from '../store/index-columns.ts';
import { TO_VALUES } from './reference-columns.ts';
import { ReferenceWriter } from './reference-writer.ts';

/** In place of the Raft index of a value that documents were mapped with at several: it is that of none. */
const SEVERAL = -1;

export interface ValueWriterOptions {
  readonly view: KeyValueView;
  readonly batch: WriteBatch;
  /** Number of the index within its environment. */
  readonly index: number;
}

/**
 * Which documents were mapped with which compare-exchange values, and with which of their changes, in the batch of what
 * became of that. All documents of a value were mapped with the change that is noted for it; where they were not, what is
 * noted differs from any, so that the next comparison has all of them mapped again.
 */
export class ValueWriter {
  readonly #options: ValueWriterOptions;
  readonly #references: ReferenceWriter;
  readonly #noted = new Map<string, number>();

  constructor(options: ValueWriterOptions) {
    this.#options = options;
    this.#references = new ReferenceWriter({ ...options, columns: TO_VALUES });
  }

  /** Replaces what a document was mapped with: Raft indexes of values by their keys. */
  put(source: string, values: ReadonlyMap<string, number>): void {
    this.#references.put(source, [...values.keys()]);
    for (const [key, index] of values) this.#note(key, index);
  }

  #note(key: string, index: number): void {
    const { view, batch, index: number } = this.#options;
    const before = this.#noted.get(key) ?? readValueIndex(view, number, key);
    const now = before === undefined || before === index ? index : SEVERAL;
    this.#noted.set(key, now);
    if (before !== now) writeValueIndex(batch, number, key, now);
  }
}

/** Undefined: no document was mapped with the value. */
export function readValueIndex(view: KeyValueView, index: number, key: string): number | undefined {
  const stored = view.get(VALUE_INDEXES, documentKey(index, key));
  return stored === undefined ? undefined : Number(stored.toString());
}

export function writeValueIndex(batch: WriteBatch, index: number, key: string, raftIndex: number): void {
  batch.put(VALUE_INDEXES, documentKey(index, key), Buffer.from(String(raftIndex)));
}
