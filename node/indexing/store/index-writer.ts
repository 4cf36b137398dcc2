import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import type { IndexField } from '../definitions/index-field.ts';
import { APPENDING_BATCH_ENTRIES_MAX, BLOCK_ENTRIES_MAX } from '../limits.ts';
import { entryTerms, type FieldTerm } from './field-terms.ts';
import { DOCUMENT_ENTRIES, documentKey, ENTRIES, entryKey, POSTINGS } from './index-columns.ts';
import { decodeEntry, decodeNumbers, encodeEntry, encodeNumbers, type IndexEntry } from './index-entry.ts';
import { decodeBlock, encodeBlock, type PostingBlock } from './posting-block.ts';
import { blockKey, firstEntryOf, termPrefix } from './posting-key.ts';

interface TermChange {
  readonly prefix: Buffer;
  readonly added: Map<number, readonly number[] | undefined>;
  readonly removed: Set<number>;
}

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
  readonly #changes = new Map<string, TermChange>();
  #nextEntry: number;
  #addedEntries = 0;
  #entryCountChange = 0;

  constructor(options: IndexWriterOptions) {
    this.#options = options;
    this.#nextEntry = options.nextEntry;
  }

  get nextEntry(): number {
    return this.#nextEntry;
  }

  /** Entries that there are more (or fewer) than before. */
  get entryCountChange(): number {
    return this.#entryCountChange;
  }

  /** Replaces the entries of a document by these outputs; none removes them. A document may come once a batch. */
  put(id: string, lowerId: string, outputs: readonly EntryOutput[]): void {
    const { view, batch, index, fields } = this.#options;
    // Before anything is changed: values that make no terms throw.
    const prepared = outputs.map((output) => ({ output, terms: entryTerms(fields(), output.values) }));
    const key = documentKey(index, lowerId);
    const stored = view.get(DOCUMENT_ENTRIES, key);
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
  finish(): void {
    const mayAppend = this.#addedEntries <= APPENDING_BATCH_ENTRIES_MAX;
    for (const change of this.#changes.values()) {
      for (const entry of change.removed) {
        // Taken back and given again: nothing changes, unless the positions may have.
        if (change.added.has(entry) && change.added.get(entry) === undefined) {
          change.added.delete(entry);
          change.removed.delete(entry);
        }
      }
      const touched = this.#remove(change);
      this.#add(change, touched, mayAppend);
    }
  }

  #takeBack(entries: readonly number[]): void {
    if (entries.length === 0) return;
    const { view, index, fields } = this.#options;
    const rows = view.getMany(
      ENTRIES,
      entries.map((entry) => entryKey(index, entry)),
    );
    entries.forEach((entry, at) => {
      const row = rows[at];
      if (row === undefined) return;
      for (const { field, term } of entryTerms(fields(), decodeEntry(row).values)) {
        this.#change(termPrefix(index, field, term)).removed.add(entry);
      }
    });
  }

  #write(entry: number, id: string, output: EntryOutput, terms: readonly FieldTerm[]): void {
    const { batch, index } = this.#options;
    this.#addedEntries++;
    batch.put(ENTRIES, entryKey(index, entry), encodeEntry({ id, ...output }));
    for (const { field, term, positions } of terms) {
      this.#change(termPrefix(index, field, term)).added.set(entry, positions);
    }
  }

  #change(prefix: Buffer): TermChange {
    const key = prefix.toString('latin1');
    let change = this.#changes.get(key);
    if (change === undefined) {
      change = { prefix, added: new Map(), removed: new Set() };
      this.#changes.set(key, change);
    }
    return change;
  }

  /** Takes entries out of their blocks. Gives the blocks that are left of those, still to be written. */
  #remove({ prefix, removed }: TermChange): Map<number, PostingBlock> {
    const touched = new Map<number, PostingBlock>();
    for (const entry of removed) {
      const first = this.#blockWith(prefix, entry);
      if (first === undefined) continue;
      const block = touched.get(first) ?? this.#block(prefix, first);
      if (block !== undefined) touched.set(first, withoutEntry(block, entry));
    }
    return touched;
  }

  /** First entry of the last block that does not begin after `entry`. */
  #blockWith(prefix: Buffer, entry: number): number | undefined {
    const range = { gte: blockKey(prefix, 0), lte: blockKey(prefix, entry), reverse: true };
    for (const [key] of this.#options.view.scan(POSTINGS, range)) return firstEntryOf(key);
    return undefined;
  }

  #block(prefix: Buffer, first: number): PostingBlock | undefined {
    const bytes = this.#options.view.get(POSTINGS, blockKey(prefix, first));
    return bytes === undefined ? undefined : decodeBlock(bytes);
  }

  #add({ prefix, added }: TermChange, touched: Map<number, PostingBlock>, mayAppend: boolean): void {
    const { batch } = this.#options;
    /** Before all blocks of the term, and behind them: one block of both would overlap those in between. */
    const before: [number, readonly number[] | undefined][] = [];
    const fresh: [number, readonly number[] | undefined][] = [];
    for (const [entry, positions] of [...added].sort(([a], [b]) => a - b)) {
      // An old entry goes where its block is, so that blocks of a term never overlap.
      const isOld = entry < this.#options.nextEntry;
      const first = isOld || mayAppend ? this.#blockWith(prefix, entry) : undefined;
      const block = first === undefined ? undefined : (touched.get(first) ?? this.#block(prefix, first));
      if (first === undefined || block === undefined) (isOld ? before : fresh).push([entry, positions]);
      else if (isOld || block.entries.length < BLOCK_ENTRIES_MAX) {
        touched.set(first, withEntry(block, entry, positions));
      } else fresh.push([entry, positions]);
    }
    for (const [first, block] of touched) {
      batch.delete(POSTINGS, blockKey(prefix, first));
      for (const part of split(block)) this.#put(prefix, part);
    }
    for (const part of [...split(blockOf(before)), ...split(blockOf(fresh))]) this.#put(prefix, part);
  }

  #put(prefix: Buffer, block: PostingBlock): void {
    const [first] = block.entries;
    if (first !== undefined) this.#options.batch.put(POSTINGS, blockKey(prefix, first), encodeBlock(block));
  }
}

function blockOf(entries: readonly (readonly [number, readonly number[] | undefined])[]): PostingBlock {
  const numbers = Uint32Array.from(entries, ([entry]) => entry);
  if (entries.every(([, positions]) => positions === undefined)) return { entries: numbers };
  return { entries: numbers, positions: entries.map(([, positions]) => Uint32Array.from(positions ?? [])) };
}

function pairs({ entries, positions }: PostingBlock): [number, readonly number[] | undefined][] {
  return Array.from(entries, (entry, at) => {
    const places = positions?.[at];
    return [entry, places === undefined ? undefined : Array.from(places)];
  });
}

function withoutEntry(block: PostingBlock, entry: number): PostingBlock {
  return block.entries.includes(entry) ? blockOf(pairs(block).filter(([one]) => one !== entry)) : block;
}

function withEntry(
  block: PostingBlock,
  entry: number,
  positions: readonly number[] | undefined,
): PostingBlock {
  const others = pairs(block).filter(([one]) => one !== entry);
  return blockOf([...others, [entry, positions] as const].sort(([a], [b]) => a - b));
}

function split(block: PostingBlock): readonly PostingBlock[] {
  if (block.entries.length <= BLOCK_ENTRIES_MAX) return [block];
  const all = pairs(block);
  const parts: PostingBlock[] = [];
  for (let at = 0; at < all.length; at += BLOCK_ENTRIES_MAX) {
    parts.push(blockOf(all.slice(at, at + BLOCK_ENTRIES_MAX)));
  }
  return parts;
}
