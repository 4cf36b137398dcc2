import { CHANGED_SINCE_MAX } from '../limits.ts';
import { type EntrySet, NO_ENTRIES, setOf, union } from './entry-set.ts';
import type { TermRange } from './term-range.ts';
import type { TermTable } from './term-table.ts';

/** A term and its entries. */
export interface TermEntries {
  readonly bytes: Buffer;
  readonly entries: EntrySet;
}

/** Reads the entries of a term of the field from storage. */
export type StoredEntries = (term: Buffer) => EntrySet;

/** What has changed in a field since its terms were read. */
export class TermChanges {
  readonly #terms = new Map<string, Buffer>();
  readonly #entries = new Set<number>();
  #firstNew = Number.POSITIVE_INFINITY;
  #nextEntry = 0;
  #sorted: readonly Buffer[] | undefined;

  /** So much has changed: the larger of terms and entries. */
  get size(): number {
    const fresh = Math.max(0, this.#nextEntry - this.#firstNew);
    return Math.max(this.#terms.size, this.#entries.size + fresh);
  }

  addTerm(term: Buffer): void {
    const key = term.toString('latin1');
    if (this.#terms.has(key)) return;
    this.#terms.set(key, Buffer.from(term));
    this.#sorted = undefined;
  }

  /** `nextEntry`: before the batch, and after it. */
  addEntries(
    entries: ReadonlySet<number>,
    nextEntry: { readonly before: number; readonly after: number },
  ): void {
    for (const entry of entries) this.#entries.add(entry);
    this.#firstNew = Math.min(this.#firstNew, nextEntry.before);
    this.#nextEntry = Math.max(this.#nextEntry, nextEntry.after);
  }

  hasTerm(term: Buffer): boolean {
    return this.#terms.size > 0 && this.#terms.has(term.toString('latin1'));
  }

  hasEntry(entry: number): boolean {
    return entry >= this.#firstNew || (this.#entries.size > 0 && this.#entries.has(entry));
  }

  /** In their order. */
  get terms(): readonly Buffer[] {
    this.#sorted ??= [...this.#terms.values()].sort(Buffer.compare);
    return this.#sorted;
  }
}

/** All terms of one kind of a field as they are: a table, and what has changed since it was made. */
export class KnownTerms {
  readonly table: TermTable;
  readonly changes: TermChanges;

  constructor(table: TermTable, changes: TermChanges) {
    this.table = table;
    this.changes = changes;
  }

  /** Looking the changes up one by one is not worth it any more. */
  get isOutdated(): boolean {
    return this.changes.size > CHANGED_SINCE_MAX;
  }

  entries(term: Buffer, stored: StoredEntries): EntrySet {
    if (this.changes.hasTerm(term)) return stored(term);
    const at = this.table.find(term);
    return at < 0 ? NO_ENTRIES : this.table.entriesAt(at);
  }

  /** Terms in a range, in their order. */
  *terms(range: TermRange, stored: StoredEntries): Generator<TermEntries> {
    const { table } = this;
    const step = range.reverse === true ? -1 : 1;
    for (const { from, to, changed } of this.#pieces(range)) {
      const [first, end] = step > 0 ? [from, to] : [to - 1, from - 1];
      for (let at = first; at !== end; at += step) {
        yield { bytes: table.termAt(at), entries: table.entriesAt(at) };
      }
      if (changed === undefined) continue;
      const entries = stored(changed);
      if (entries.length > 0) yield { bytes: changed, entries };
    }
  }

  /** Entries of all terms in a range. */
  entriesIn(range: TermRange, stored: StoredEntries): EntrySet {
    const sets: EntrySet[] = [];
    for (const { from, to, changed } of this.#pieces(range)) {
      const entries = this.table.entriesBetween(from, to);
      sets.push(to - from > 1 ? setOf(Uint32Array.from(entries)) : entries);
      if (changed !== undefined) sets.push(stored(changed));
    }
    return union(sets);
  }

  /** Runs of unchanged terms, each with the changed one that comes after it. */
  *#pieces(range: TermRange): Generator<{ from: number; to: number; changed?: Buffer }> {
    let [from, to] = this.table.ordinals(range);
    const changed = this.changes.terms.filter((term) => isWithin(term, range));
    if (range.reverse === true) {
      for (const term of changed.reverse()) {
        const at = this.table.lowerBound(term);
        yield { from: this.table.find(term) === at ? at + 1 : at, to, changed: term };
        to = at;
      }
    } else {
      for (const term of changed) {
        const at = this.table.lowerBound(term);
        yield { from, to: at, changed: term };
        from = this.table.find(term) === at ? at + 1 : at;
      }
    }
    yield { from, to };
  }
}

function isWithin(term: Buffer, { from, to }: TermRange): boolean {
  const above = from === undefined ? 1 : Buffer.compare(term, from.bytes);
  const below = to === undefined ? 1 : Buffer.compare(to.bytes, term);
  return (
    (above > 0 || (above === 0 && from?.inclusive === true)) &&
    (below > 0 || (below === 0 && to?.inclusive === true))
  );
}
