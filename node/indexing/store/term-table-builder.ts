import type { EntrySet } from './entry-set.ts';
import { TermTable } from './term-table.ts';

const FIRST_TERMS = 256;

/** Puts a table together, term by term in their order. */
export class TermTableBuilder {
  #bytes = Buffer.allocUnsafeSlow(FIRST_TERMS * 8);
  #byteCount = 0;
  #termEnds = new Uint32Array(FIRST_TERMS);
  #entryEnds = new Uint32Array(FIRST_TERMS);
  #termCount = 0;
  #entries = new Uint32Array(FIRST_TERMS);
  #entryCount = 0;

  /** Memory that it takes. */
  get byteLength(): number {
    const { byteLength } = this.#termEnds;
    return this.#bytes.byteLength + this.#entries.byteLength + 2 * byteLength;
  }

  /** A term without entries is left out. */
  add(term: Buffer, entries: EntrySet): void {
    if (entries.length === 0) return;
    if (this.#byteCount + term.length > this.#bytes.length) {
      const bytes = Buffer.allocUnsafeSlow(2 * (this.#byteCount + term.length));
      this.#bytes.copy(bytes, 0, 0, this.#byteCount);
      this.#bytes = bytes;
    }
    this.#bytes.set(term, this.#byteCount);
    this.#byteCount += term.length;
    if (this.#entryCount + entries.length > this.#entries.length) {
      this.#entries = grown(this.#entries, this.#entryCount + entries.length);
    }
    this.#entries.set(entries, this.#entryCount);
    this.#entryCount += entries.length;
    if (this.#termCount === this.#termEnds.length) {
      this.#termEnds = grown(this.#termEnds, this.#termCount);
      this.#entryEnds = grown(this.#entryEnds, this.#termCount);
    }
    this.#termEnds[this.#termCount] = this.#byteCount;
    this.#entryEnds[this.#termCount++] = this.#entryCount;
  }

  /** Nothing may be added afterwards. */
  finish(): TermTable {
    const bytes = Buffer.allocUnsafeSlow(this.#byteCount);
    this.#bytes.copy(bytes, 0, 0, this.#byteCount);
    return new TermTable({
      bytes,
      termEnds: this.#termEnds.slice(0, this.#termCount),
      entries: this.#entries.slice(0, this.#entryCount),
      entryEnds: this.#entryEnds.slice(0, this.#termCount),
    });
  }
}

/** The table with other entries for some terms, which come in their order. */
export function withTerms(
  table: TermTable,
  changed: Iterable<readonly [term: Buffer, entries: EntrySet]>,
): TermTable {
  const builder = new TermTableBuilder();
  let at = 0;
  const copyUpTo = (end: number): void => {
    for (; at < end; at++) builder.add(table.termAt(at), table.entriesAt(at));
  };
  for (const [term, entries] of changed) {
    copyUpTo(table.lowerBound(term));
    if (table.find(term) === at) at++;
    builder.add(term, entries);
  }
  copyUpTo(table.count);
  return builder.finish();
}

function grown(array: Uint32Array<ArrayBuffer>, atLeast: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * atLeast);
  larger.set(array);
  return larger;
}
