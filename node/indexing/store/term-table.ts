import type { EntrySet } from './entry-set.ts';
import type { RangeEnd, TermRange } from './term-range.ts';

/** Terms one after the other, and the entries of each: `…Ends[n]` is where those of the n-th end. */
export interface TermTableParts {
  readonly bytes: Buffer;
  readonly termEnds: Uint32Array;
  readonly entries: Uint32Array;
  readonly entryEnds: Uint32Array;
}

/** All terms of one kind of a field in their order, each with its entries, in memory. Never changes. */
export class TermTable {
  readonly #parts: TermTableParts;
  /** 1 + the last entry that has a term. */
  readonly #entryEnd: number;
  #ranks: Uint32Array | undefined;

  constructor(parts: TermTableParts) {
    this.#parts = parts;
    let end = 0;
    for (const at of parts.entryEnds) end = Math.max(end, (parts.entries[at - 1] ?? -1) + 1);
    this.#entryEnd = end;
  }

  get count(): number {
    return this.#parts.termEnds.length;
  }

  /** Memory that it takes, with the ranks. */
  get byteLength(): number {
    const { bytes, termEnds, entries, entryEnds } = this.#parts;
    return bytes.byteLength + 4 * (termEnds.length + entries.length + entryEnds.length + this.#entryEnd);
  }

  termAt(ordinal: number): Buffer {
    const { bytes, termEnds } = this.#parts;
    return bytes.subarray(startOf(termEnds, ordinal), termEnds[ordinal]);
  }

  entriesAt(ordinal: number): EntrySet {
    return this.entriesBetween(ordinal, ordinal + 1);
  }

  /** Entries of the terms from one ordinal to before another: of each term ascending, of several in no order. */
  entriesBetween(from: number, to: number): Uint32Array {
    const { entries, entryEnds } = this.#parts;
    return entries.subarray(startOf(entryEnds, from), startOf(entryEnds, to));
  }

  /** The terms from one ordinal to before another; all ends count from where the whole table begins. */
  partsBetween(
    from: number,
    to: number,
  ): TermTableParts & { readonly byteStart: number; readonly entryStart: number } {
    const { bytes, termEnds, entryEnds } = this.#parts;
    const byteStart = startOf(termEnds, from);
    return {
      bytes: bytes.subarray(byteStart, startOf(termEnds, to)),
      termEnds: termEnds.subarray(from, to),
      entries: this.entriesBetween(from, to),
      entryEnds: entryEnds.subarray(from, to),
      byteStart,
      entryStart: startOf(entryEnds, from),
    };
  }

  /** Where the term is; -1: nowhere. */
  find(term: Buffer): number {
    const at = this.lowerBound(term);
    return at < this.count && this.#compare(at, term) === 0 ? at : -1;
  }

  /** The first ordinal whose term is not less. */
  lowerBound(term: Buffer): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, term) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Ordinals of a range of terms: from the first to before the second. */
  ordinals({ from, to }: TermRange): readonly [from: number, to: number] {
    const first = from === undefined ? 0 : this.#edge(from, !from.inclusive);
    const end = to === undefined ? this.count : this.#edge(to, to.inclusive);
    return [first, Math.max(first, end)];
  }

  /** By entry: 1 + the ordinal of its least term, 0 for one without a term, undefined beyond the last one that has any. */
  get ranks(): Uint32Array {
    if (this.#ranks !== undefined) return this.#ranks;
    const { entries, entryEnds } = this.#parts;
    const ranks = new Uint32Array(this.#entryEnd);
    let at = entries.length;
    for (let ordinal = this.count - 1; ordinal >= 0; ordinal--) {
      for (const start = startOf(entryEnds, ordinal); at > start; )
        ranks[entries[--at] as number] = ordinal + 1;
    }
    this.#ranks = ranks;
    return ranks;
  }

  #edge({ bytes }: RangeEnd, after: boolean): number {
    const at = this.lowerBound(bytes);
    return after && at < this.count && this.#compare(at, bytes) === 0 ? at + 1 : at;
  }

  #compare(ordinal: number, term: Buffer): number {
    const { bytes, termEnds } = this.#parts;
    return bytes.compare(term, 0, term.length, startOf(termEnds, ordinal), termEnds[ordinal]);
  }
}

function startOf(ends: Uint32Array, ordinal: number): number {
  return ordinal === 0 ? 0 : (ends[ordinal - 1] as number);
}
