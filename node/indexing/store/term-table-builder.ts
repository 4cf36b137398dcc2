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
    this.#reserve(1, term.length, entries.length);
    this.#bytes.set(term, this.#byteCount);
    this.#entries.set(entries, this.#entryCount);
    this.#byteCount += term.length;
    this.#entryCount += entries.length;
    this.#termEnds[this.#termCount] = this.#byteCount;
    this.#entryEnds[this.#termCount++] = this.#entryCount;
  }

  /** The terms of a table from one ordinal to before another. */
  addFrom(table: TermTable, from: number, to: number): void {
    if (from >= to) return;
    const { bytes, termEnds, entries, entryEnds, byteStart, entryStart } = table.partsBetween(from, to);
    this.#reserve(to - from, bytes.length, entries.length);
    this.#bytes.set(bytes, this.#byteCount);
    this.#entries.set(entries, this.#entryCount);
    for (let at = 0; at < termEnds.length; at++) {
      this.#termEnds[this.#termCount] = (termEnds[at] as number) - byteStart + this.#byteCount;
      this.#entryEnds[this.#termCount++] = (entryEnds[at] as number) - entryStart + this.#entryCount;
    }
    this.#byteCount += bytes.length;
    this.#entryCount += entries.length;
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

  #reserve(terms: number, bytes: number, entries: number): void {
    if (this.#byteCount + bytes > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (this.#byteCount + bytes));
      this.#bytes.copy(larger, 0, 0, this.#byteCount);
      this.#bytes = larger;
    }
    if (this.#entryCount + entries > this.#entries.length) {
      this.#entries = grown(this.#entries, this.#entryCount + entries);
    }
    if (this.#termCount + terms > this.#termEnds.length) {
      this.#termEnds = grown(this.#termEnds, this.#termCount + terms);
      this.#entryEnds = grown(this.#entryEnds, this.#termCount + terms);
    }
  }
}

/** The table with other entries for some terms, which come in their order. */
export function withTerms(
  table: TermTable,
  changed: Iterable<readonly [term: Buffer, entries: EntrySet]>,
): TermTable {
  const builder = new TermTableBuilder();
  let at = 0;
  for (const [term, entries] of changed) {
    const next = table.lowerBound(term);
    builder.addFrom(table, at, next);
    builder.add(term, entries);
    at = table.find(term) === next ? next + 1 : next;
  }
  builder.addFrom(table, at, table.count);
  return builder.finish();
}

function grown(array: Uint32Array<ArrayBuffer>, atLeast: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * atLeast);
  larger.set(array);
  return larger;
}
