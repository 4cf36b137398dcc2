import type { KeyValueView } from '../../documents/key-value-view.ts';
import { afterPrefix } from '../../documents/storage-keys.ts';
import { ALL_ENTRIES_FIELD } from '../definitions/index-field.ts';
import { groupPrefix } from '../reduce/group-keys.ts';
import { GroupReader } from '../reduce/group-reader.ts';
import { type EntrySet, NO_ENTRIES, union } from './entry-set.ts';
import {
  DOCUMENT_ENTRIES,
  documentKey,
  ENTRIES,
  entryKey,
  GROUPS,
  MAPPED_DOCUMENTS,
  POSTINGS,
  VECTORS,
} from './index-columns.ts';
import { decodeEntry, decodeNumbers, type IndexEntry, type ShownEntry } from './index-entry.ts';
import type { KnownTerms, TermEntries } from './known-terms.ts';
import {
  blockCount,
  decodeBlock,
  joinedBlocks,
  type PostingBlock,
  type TermPostings,
} from './posting-block.ts';
import { kindPrefix, prefixOfBlock, termOfPrefix, termPrefix } from './posting-key.ts';
import type { RecentReads } from './recent-reads.ts';
import { EXISTS, type Term } from './term.ts';
import { postingsOfTerm, termBlocks } from './term-blocks.ts';
import type { TermRange } from './term-range.ts';
import { decodeVectors, entryOfVectorKey, vectorKey, vectorRange } from './vector-rows.ts';

/** Terms that are read between two looks at whether to go on. */
const TERMS_BETWEEN_CHECKS = 64;

/** Reads of one index over one view. Synchronous; generators are read to their end or left. */
export class IndexReader {
  readonly #view: KeyValueView;
  readonly #index: number;
  readonly #recent: RecentReads | undefined;
  readonly #check: () => void;

  /**
   * `recent`: what is kept of reads; whoever writes the index tells it of changes. `check`: called over and over while
   * much is read; throws when that is to end.
   */
  constructor(view: KeyValueView, index: number, recent?: RecentReads, check: () => void = () => {}) {
    this.#view = view;
    this.#index = index;
    this.#recent = recent;
    this.#check = check;
  }

  /** The same index for somebody whose reads may be ended. */
  watched(check: () => void): IndexReader {
    return new IndexReader(this.#view, this.#index, this.#recent, check);
  }

  allEntries(): EntrySet {
    return this.entries(ALL_ENTRIES_FIELD, EXISTS);
  }

  /** Entries that hold the term. */
  entries(field: number, term: Term): EntrySet {
    this.#check();
    const known = this.#known(field, term.kind);
    if (known === undefined) return this.#storedEntries(field, term);
    return known.entries(term.bytes, () => this.#storedEntries(field, term));
  }

  /** Entries that hold the term, and how often. */
  frequencies(field: number, term: Term): TermPostings {
    const prefix = termPrefix(this.#index, field, term);
    const key = prefix.toString('latin1');
    let postings = this.#recent?.postings(key);
    if (postings === undefined) {
      postings = postingsOfTerm(this.#view, prefix);
      this.#recent?.keepPostings(this.#index, key, postings);
    }
    return postings;
  }

  /** With the positions of the term in each. */
  postings(field: number, term: Term): readonly PostingBlock[] {
    this.#check();
    return [...this.#blocks(field, term)].map(([, bytes]) => decodeBlock(bytes));
  }

  /** How many entries hold the term. */
  count(field: number, term: Term): number {
    let count = 0;
    for (const [, bytes] of this.#blocks(field, term)) count += blockCount(bytes);
    return count;
  }

  /** Terms of a kind in a range, in their order. */
  *terms(field: number, kind: number, range: TermRange = {}): Generator<TermEntries> {
    let terms = 0;
    for (const term of this.#terms(field, kind, range)) {
      if (++terms % TERMS_BETWEEN_CHECKS === 0) this.#check();
      yield term;
    }
  }

  *#terms(field: number, kind: number, range: TermRange): Generator<TermEntries> {
    const known = this.#known(field, kind);
    if (known !== undefined) {
      yield* known.terms(range, (bytes) => this.#storedEntries(field, { kind, bytes }));
      return;
    }
    const { from, to, reverse = false } = range;
    const all = kindPrefix(this.#index, field, kind);
    const lower = from === undefined ? all : this.#edge(field, kind, from.bytes, !from.inclusive);
    const upper = to === undefined ? afterPrefix(all) : this.#edge(field, kind, to.bytes, to.inclusive);
    const scanned = { blocks: 0 };
    try {
      yield* this.#groups(
        { gte: lower, ...(upper === undefined ? {} : { lt: upper }), reverse },
        reverse,
        scanned,
      );
    } finally {
      this.wantTerms(field, kind, scanned.blocks);
    }
  }

  /** Entries of all terms of a kind in a range. */
  entriesIn(field: number, kind: number, range: TermRange): EntrySet {
    this.#check();
    const known = this.#known(field, kind);
    if (known === undefined) return union([...this.terms(field, kind, range)].map(({ entries }) => entries));
    return known.entriesIn(range, (bytes) => this.#storedEntries(field, { kind, bytes }));
  }

  /** The vectors of a field, entry by entry. */
  *vectors(field: number): Generator<readonly [entry: number, vectors: Iterable<Buffer>]> {
    for (const [key, row] of this.#view.scan(VECTORS, vectorRange(this.#index, field))) {
      yield [entryOfVectorKey(key), decodeVectors(row)];
    }
  }

  /** The vectors of a field that entries have. */
  vectorsOf(field: number, entries: EntrySet): readonly Buffer[] {
    const keys = Array.from(entries, (entry) => vectorKey(this.#index, field, entry));
    return this.#view
      .getMany(VECTORS, keys)
      .flatMap((row) => (row === undefined ? [] : [...decodeVectors(row)]));
  }

  /** All terms of a kind, where they are in memory by now. */
  knownTerms(field: number, kind: number): KnownTerms | undefined {
    return this.#known(field, kind);
  }

  /** Somebody has spent as much as scanning so many blocks, for want of `knownTerms`. */
  wantTerms(field: number, kind: number, blocks: number): void {
    this.#recent?.tables.want(this.#view, { index: this.#index, field, kind }, blocks);
  }

  /** Terms of a kind in their order, without their entries. */
  *distinctTerms(field: number, kind: number): Generator<Buffer> {
    const all = kindPrefix(this.#index, field, kind);
    const end = afterPrefix(all);
    let last: Buffer | undefined;
    for (const [key] of this.#view.scan(POSTINGS, { gte: all, ...(end === undefined ? {} : { lt: end }) })) {
      const prefix = prefixOfBlock(key);
      if (last?.equals(prefix) === true) continue;
      last = prefix;
      yield termOfPrefix(prefix);
    }
  }

  /** Terms that begin with these bytes. */
  termsWithPrefix(field: number, start: Term): Iterable<TermEntries> {
    return this.terms(field, start.kind, rangeOfPrefix(start.bytes));
  }

  /** Entries of all terms that begin with these bytes. */
  entriesWithPrefix(field: number, start: Term): EntrySet {
    return this.entriesIn(field, start.kind, rangeOfPrefix(start.bytes));
  }

  entry(entry: number): IndexEntry | undefined {
    return this.entryRows([entry])[0];
  }

  /** In the order of `entries`. */
  entryRows(entries: readonly number[]): (IndexEntry | undefined)[] {
    this.#check();
    const rows = entries.map((entry) => this.#recent?.row(this.#index, entry));
    this.#readMissing(
      entries,
      rows,
      (row) => row,
      (entry, row) => {
        this.#recent?.keepRow(this.#index, entry, row);
      },
    );
    return rows;
  }

  /** What entries are shown by, in their order. */
  shownEntries(entries: readonly number[]): (ShownEntry | undefined)[] {
    this.#check();
    const shown = entries.map((entry) => this.#recent?.shown(this.#index, entry));
    this.#readMissing(
      entries,
      shown,
      ({ id, stored }) => ({ id, stored }),
      (entry, one) => {
        this.#recent?.keepShown(this.#index, entry, one);
      },
    );
    return shown;
  }

  /** Reads what is not in `found`, which is parallel to the entries, and puts it there. */
  #readMissing<Part>(
    entries: readonly number[],
    found: (Part | undefined)[],
    part: (row: IndexEntry) => Part,
    keep: (entry: number, part: Part) => void,
  ): void {
    if (!found.includes(undefined)) return;
    const missing = [...found.keys()].filter((at) => found[at] === undefined);
    const keys = missing.map((at) => entryKey(this.#index, entries[at] as number));
    this.#view.getMany(ENTRIES, keys).forEach((bytes, n) => {
      if (bytes === undefined) return;
      const at = missing[n] as number;
      const read = part(decodeEntry(bytes));
      found[at] = read;
      keep(entries[at] as number, read);
    });
  }

  /** What groups were reduced to, as JSON. By the entry of a group, where that is known, its result is kept. */
  groups(groups: readonly { readonly hash: string; readonly entry?: number }[]): (Buffer | undefined)[] {
    const found = groups.map(({ entry }) =>
      entry === undefined ? undefined : this.#recent?.group(this.#index, entry),
    );
    const missing = [...groups.keys()].filter((at) => found[at] === undefined);
    const keys = missing.map((at) => groupPrefix(this.#index, Buffer.from(groups[at]?.hash ?? '', 'hex')));
    this.#view.getMany(GROUPS, keys).forEach((json, n) => {
      const at = missing[n] as number;
      found[at] = json;
      const entry = groups[at]?.entry;
      if (json !== undefined && entry !== undefined) this.#recent?.keepGroup(this.#index, entry, json);
    });
    return found;
  }

  /** Its groups, where it reduces. */
  get groupReader(): GroupReader {
    return new GroupReader(this.#view, this.#index);
  }

  /** Lower-case ids of the documents that give values to groups, in order; of those that begin so. */
  *mappedDocuments(startsWith: string): Generator<string> {
    const prefix = documentKey(this.#index, startsWith);
    const end = afterPrefix(prefix);
    const head = prefix.length - Buffer.byteLength(startsWith);
    const range = { gte: prefix, ...(end === undefined ? {} : { lt: end }) };
    for (const [key] of this.#view.scan(MAPPED_DOCUMENTS, range)) yield key.toString('utf8', head);
  }

  /** Whether there is a group whose hash begins so. */
  hasGroup(hash: Buffer): boolean {
    const prefix = groupPrefix(this.#index, hash);
    const end = afterPrefix(prefix);
    for (const _ of this.#view.scan(GROUPS, { gte: prefix, ...(end === undefined ? {} : { lt: end }) }))
      return true;
    return false;
  }

  /** Entries of a document. */
  entriesOf(lowerId: string): EntrySet {
    const row = this.#view.get(DOCUMENT_ENTRIES, documentKey(this.#index, lowerId));
    return row === undefined ? NO_ENTRIES : Uint32Array.from(decodeNumbers(row)).sort();
  }

  /** Entries of the documents whose ids begin so. */
  entriesOfPrefix(lowerPrefix: string): EntrySet {
    const prefix = documentKey(this.#index, lowerPrefix);
    const end = afterPrefix(prefix);
    const found: number[] = [];
    for (const [, row] of this.#view.scan(DOCUMENT_ENTRIES, {
      gte: prefix,
      ...(end === undefined ? {} : { lt: end }),
    })) {
      found.push(...decodeNumbers(row));
    }
    return Uint32Array.from(found).sort();
  }

  #blocks(field: number, term: Term): Iterable<readonly [Buffer, Buffer]> {
    return termBlocks(this.#view, termPrefix(this.#index, field, term));
  }

  #storedEntries(field: number, term: Term): EntrySet {
    return this.frequencies(field, term).entries;
  }

  #known(field: number, kind: number): KnownTerms | undefined {
    return this.#recent?.tables.known(this.#view, { index: this.#index, field, kind });
  }

  /** Where the blocks of a term begin, or with `after` the first key behind them. */
  #edge(field: number, kind: number, bytes: Buffer, after: boolean): Buffer {
    const prefix = termPrefix(this.#index, field, { kind, bytes });
    return after ? (afterPrefix(prefix) ?? prefix) : prefix;
  }

  *#groups(
    range: { readonly gte: Buffer; readonly lt?: Buffer; readonly reverse?: boolean },
    reverse: boolean,
    scanned: { blocks: number },
  ): Generator<TermEntries> {
    let prefix: Buffer | undefined;
    let blocks: Buffer[] = [];
    for (const [key, value] of this.#view.scan(POSTINGS, range)) {
      const own = prefixOfBlock(key);
      scanned.blocks++;
      if (prefix !== undefined && !own.equals(prefix)) {
        yield { bytes: termOfPrefix(prefix), entries: joinedBlocks(reverse ? blocks.reverse() : blocks) };
        blocks = [];
      }
      prefix = own;
      blocks.push(value);
    }
    if (prefix !== undefined) {
      yield { bytes: termOfPrefix(prefix), entries: joinedBlocks(reverse ? blocks.reverse() : blocks) };
    }
  }
}

function rangeOfPrefix(start: Buffer): TermRange {
  const end = afterPrefix(start);
  return {
    from: { bytes: start, inclusive: true },
    ...(end === undefined ? {} : { to: { bytes: end, inclusive: false } }),
  };
}
