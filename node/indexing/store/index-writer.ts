import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import type { IndexField } from '../definitions/index-field.ts';
import { APPENDING_BATCH_ENTRIES_MAX } from '../limits.ts';
import type { Turns } from '../turns.ts';
import { entryTerms, type FieldTerms } from './field-terms.ts';
import { DOCUMENT_ENTRIES, documentKey, ENTRIES, entryKey, VECTORS } from './index-columns.ts';
import { decodeEntry, decodeNumbers, encodeEntry, encodeNumbers, type IndexEntry } from './index-entry.ts';
import { PostingWriter } from './posting-writer.ts';
import { RowsAhead } from './rows-ahead.ts';
import { encodeVectors, vectorKey, withoutVectors } from './vector-rows.ts';

/** What becomes an entry of a document. */
export type EntryOutput = Omit<IndexEntry, 'id'>;

export interface IndexWriterOptions {
  readonly view: KeyValueView;
  readonly batch: WriteBatch;
  /** Number of the index within its environment. */
  readonly index: number;
  /** All fields that the index has now: more may come while documents are mapped. */
  readonly fields: () => readonly IndexField[];
  /** First number that no entry of the index has had. */
  readonly nextEntry: number;
}

/**
 * Changes of one index that become one atomic batch. An entry keeps its number while its document is changed, so that
 * queries without an order give documents in the order in which they came.
 */
export class IndexWriter {
  readonly #options: IndexWriterOptions;
  readonly #postings: PostingWriter;
  /** Numbers of entries. */
  readonly #ahead: RowsAhead;
  #nextEntry: number;
  readonly #changedEntries = new Set<number>();
  #writtenEntries = 0;
  #entryCountChange = 0;

  constructor(options: IndexWriterOptions) {
    this.#options = options;
    this.#postings = new PostingWriter(options);
    this.#ahead = new RowsAhead(options.view, DOCUMENT_ENTRIES, options.index);
    this.#nextEntry = options.nextEntry;
  }

  get nextEntry(): number {
    return this.#nextEntry;
  }

  /** Entries that there are more (or fewer) than before. */
  get entryCountChange(): number {
    return this.#entryCountChange;
  }

  /** These documents will be put. `isNew`: a document was never put. */
  expect(lowerIds: readonly string[], isNew: (lowerId: string) => boolean = () => false): void {
    this.#ahead.read(lowerIds, isNew);
  }

  /** Replaces the entries of a document by these outputs; none removes them. A document may come once a batch. */
  put(id: string, lowerId: string, outputs: readonly EntryOutput[]): void {
    const { batch, index, fields } = this.#options;
    // Before anything is changed: values that make no terms throw.
    const prepared = outputs.map((output) => ({ output, terms: entryTerms(fields(), output.values) }));
    const key = documentKey(index, lowerId);
    const stored = this.#ahead.take(lowerId, key);
    const old = stored === undefined ? [] : decodeNumbers(stored);
    this.#takeBack(old);
    const entries = prepared.map(({ output, terms }, at) => {
      const entry = old[at] ?? this.#nextEntry++;
      this.#write(entry, id, output, terms);
      return entry;
    });
    for (const entry of old.slice(outputs.length)) batch.delete(ENTRIES, entryKey(index, entry));
    if (entries.length > 0) batch.put(DOCUMENT_ENTRIES, key, encodeNumbers(entries));
    else if (stored !== undefined) batch.delete(DOCUMENT_ENTRIES, key);
    this.#entryCountChange += entries.length - old.length;
  }

  /** Writes the postings. Nothing may be put afterwards. */
  finish(turns: Turns): Promise<void> {
    return this.#postings.finish(this.#writtenEntries, turns);
  }

  /** Terms whose postings change. */
  get termCount(): number {
    return this.#postings.termCount;
  }

  /** Entries whose postings went to new blocks, without a look at those that are there. */
  get scatteredEntries(): number {
    return this.#writtenEntries > APPENDING_BATCH_ENTRIES_MAX ? this.#writtenEntries : 0;
  }

  /** Prefixes of the terms that change with this batch. */
  changedTerms(): Iterable<Buffer> {
    return this.#postings.prefixes();
  }

  /** Entries that are others with this batch, or gone. */
  get changedEntries(): ReadonlySet<number> {
    return this.#changedEntries;
  }

  #takeBack(entries: readonly number[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) this.#changedEntries.add(entry);
    const { view, index, fields } = this.#options;
    const rows = view.getMany(
      ENTRIES,
      entries.map((entry) => entryKey(index, entry)),
    );
    entries.forEach((entry, at) => {
      const row = rows[at];
      if (row === undefined) return;
      const { values } = decodeEntry(row);
      for (const terms of entryTerms(fields(), values)) this.#postings.remove(entry, terms);
      for (const { id, source, vector } of fields()) {
        if (vector !== undefined && values[source]?.length) {
          this.#options.batch.delete(VECTORS, vectorKey(index, id, entry));
        }
      }
    });
  }

  #write(entry: number, id: string, { values, stored }: EntryOutput, terms: readonly FieldTerms[]): void {
    const { batch, index, fields } = this.#options;
    this.#writtenEntries++;
    const kept = withoutVectors(values, fields());
    batch.put(ENTRIES, entryKey(index, entry), encodeEntry({ id, stored, values: kept }));
    if (kept !== values) this.#writeVectors(entry, values);
    for (const one of terms) this.#postings.add(entry, one);
  }

  #writeVectors(entry: number, values: EntryOutput['values']): void {
    const { batch, index, fields } = this.#options;
    for (const { id: field, source, vector } of fields()) {
      const own = values[source] ?? [];
      if (vector === undefined || own.length === 0) continue;
      batch.put(VECTORS, vectorKey(index, field, entry), encodeVectors(own));
    }
  }
}
