import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import { APPENDED_TOGETHER_MIN, APPENDING_BATCH_ENTRIES_MAX, BLOCK_ENTRIES_MAX } from '../limits.ts';
import type { Turns } from '../turns.ts';
import { blockOf, merged, split, without } from './block-edits.ts';
import type { FieldTerms } from './field-terms.ts';
import { POSTINGS } from './index-columns.ts';
import { decodeBlock, encodeBlock, type PostingBlock } from './posting-block.ts';
import { blockKey, blockKeyOf, firstEntryOf, termPrefix } from './posting-key.ts';
import type { EntryTerm, Term } from './term.ts';

/** What changes of one term: which entries have it from now on, and which have not any more. */
interface TermChange {
  readonly field: number;
  readonly term: Term;
  entries: number[];
  /** Parallel to `entries`; absent for a term without positions. */
  readonly positions: (readonly number[])[] | undefined;
  removed: Set<number> | undefined;
}

export interface PostingWriterOptions {
  readonly view: KeyValueView;
  readonly batch: WriteBatch;
  /** Number of the index within its environment. */
  readonly index: number;
  /** First number that no entry of the index has had before this batch. */
  readonly nextEntry: number;
}

/** Changes of the postings of one index. Blocks of a term never overlap: each change goes where its entry is. */
export class PostingWriter {
  readonly #options: PostingWriterOptions;
  /** By field and kind, then by the name of the term. */
  readonly #changes = new Map<number, Map<string, TermChange>>();
  #termCount = 0;

  constructor(options: PostingWriterOptions) {
    this.#options = options;
  }

  /** The entry has these terms. It may get a term once. */
  add(entry: number, { field, terms, positions = [] }: FieldTerms): void {
    const analysedFrom = terms.length - positions.length;
    for (let at = 0; at < terms.length; at++) {
      const term = terms[at] as EntryTerm;
      const places = positions[at - analysedFrom];
      const known = this.#known(field, term);
      if (known === undefined) this.#begin(field, term, [entry], places && [places]);
      else {
        known.entries.push(entry);
        known.positions?.push(places ?? []);
      }
    }
  }

  /** The entry had these terms. */
  remove(entry: number, { field, terms, positions = [] }: FieldTerms): void {
    const analysedFrom = terms.length - positions.length;
    terms.forEach((term, at) => {
      const change =
        this.#known(field, term) ?? this.#begin(field, term, [], at < analysedFrom ? undefined : []);
      change.removed ??= new Set();
      change.removed.add(entry);
    });
  }

  /** Terms that change. */
  get termCount(): number {
    return this.#termCount;
  }

  /** Writes all of it into the batch. `entryCount`: entries that were written in this batch. */
  async finish(entryCount: number, turns: Turns): Promise<void> {
    const isSmall = entryCount <= APPENDING_BATCH_ENTRIES_MAX;
    for (const terms of this.#changes.values()) {
      for (const change of terms.values()) {
        this.#write(change, isSmall);
        if (turns.isOver) await turns.next();
      }
    }
  }

  /** Prefixes of the terms that change. */
  *prefixes(): Generator<Buffer> {
    for (const terms of this.#changes.values())
      for (const change of terms.values()) yield this.#prefixOf(change);
  }

  #prefixOf({ field, term }: TermChange): Buffer {
    return termPrefix(this.#options.index, field, term);
  }

  #known(field: number, { kind, name }: EntryTerm): TermChange | undefined {
    return this.#changes.get(field * KINDS + kind)?.get(name);
  }

  #begin(field: number, term: EntryTerm, entries: number[], positions: TermChange['positions']): TermChange {
    const change: TermChange = { field, term, entries, positions, removed: undefined };
    const key = field * KINDS + term.kind;
    const terms = this.#changes.get(key);
    if (terms === undefined) this.#changes.set(key, new Map([[term.name, change]]));
    else terms.set(term.name, change);
    this.#termCount++;
    return change;
  }

  #write(change: TermChange, isSmall: boolean): void {
    if (!isSmall && this.#isBlockOfItsOwn(change)) {
      const first = change.entries[0] ?? 0;
      const { batch, index } = this.#options;
      batch.put(POSTINGS, blockKeyOf(index, change.field, change.term, first), encodeBlock(change));
    } else this.#writeAmongOthers(change, isSmall);
  }

  /** Few new entries in their order, as most terms of a big batch have: there is nothing to look at. */
  #isBlockOfItsOwn({ entries, removed }: TermChange): boolean {
    if (removed !== undefined || entries.length >= APPENDED_TOGETHER_MIN) return false;
    let previous = this.#options.nextEntry - 1;
    for (const entry of entries) {
      if (entry <= previous) return false;
      previous = entry;
    }
    return true;
  }

  #writeAmongOthers(change: TermChange, isSmall: boolean): void {
    if (change.removed !== undefined) withoutRepetition(change);
    const { removed } = change;
    const prefix = this.#prefixOf(change);
    const added = ascending(change);
    const touched = new Map<number, PostingBlock>();
    if (removed !== undefined && removed.size > 0) this.#remove(prefix, removed, touched);
    const [old, fresh] = cut(added, this.#options.nextEntry);
    const before = old.entries.length === 0 ? old : this.#insert(prefix, old, touched);
    const behind = this.#append(prefix, fresh, touched, isSmall);
    for (const [first, block] of touched) {
      this.#options.batch.delete(POSTINGS, blockKey(prefix, first));
      for (const part of split(block)) this.#put(prefix, part);
    }
    for (const part of [...split(before), ...split(behind)]) this.#put(prefix, part);
  }

  #remove(prefix: Buffer, removed: ReadonlySet<number>, touched: Map<number, PostingBlock>): void {
    for (const entry of [...removed].sort((a, b) => a - b)) {
      const found = this.#blockWith(prefix, entry, touched);
      if (found !== undefined) touched.set(found.first, without(found.block, removed));
    }
  }

  /** Old entries go where their blocks are. Gives those that are before all blocks. */
  #insert(prefix: Buffer, old: PostingBlock, touched: Map<number, PostingBlock>): PostingBlock {
    const before: number[] = [];
    old.entries.forEach((entry, at) => {
      const found = this.#blockWith(prefix, entry, touched);
      if (found === undefined) before.push(at);
      else touched.set(found.first, merged(found.block, one(old, at)));
    });
    return before.map((at) => one(old, at)).reduce(merged, NO_BLOCK);
  }

  /**
   * New entries go to the last block while there is room, if looking for it is worth it: it costs a seek. Gives those
   * that are blocks of their own.
   */
  #append(
    prefix: Buffer,
    fresh: PostingBlock,
    touched: Map<number, PostingBlock>,
    isSmall: boolean,
  ): PostingBlock {
    const { length } = fresh.entries;
    const isWorthIt = isSmall || length >= APPENDED_TOGETHER_MIN;
    if (length === 0 || length >= BLOCK_ENTRIES_MAX || !isWorthIt) return fresh;
    const last = this.#blockWith(prefix, LAST_ENTRY, touched);
    if (last === undefined || last.block.entries.length >= BLOCK_ENTRIES_MAX) return fresh;
    touched.set(last.first, merged(last.block, fresh));
    return NO_BLOCK;
  }

  /** The last block that does not begin after `entry`, as it is by now, by the entry that it began with. */
  #blockWith(
    prefix: Buffer,
    entry: number,
    touched: ReadonlyMap<number, PostingBlock>,
  ): { readonly first: number; readonly block: PostingBlock } | undefined {
    const range = { gte: blockKey(prefix, 0), lte: blockKey(prefix, entry), reverse: true };
    for (const [key, bytes] of this.#options.view.scan(POSTINGS, range)) {
      const first = firstEntryOf(key);
      return { first, block: touched.get(first) ?? decodeBlock(bytes) };
    }
    return undefined;
  }

  #put(prefix: Buffer, block: PostingBlock): void {
    const [first] = block.entries;
    if (first !== undefined) this.#options.batch.put(POSTINGS, blockKey(prefix, first), encodeBlock(block));
  }
}

const LAST_ENTRY = 0xffff_ffff;
/** More than there are kinds of terms. */
const KINDS = 256;
const NO_BLOCK: PostingBlock = { entries: new Uint32Array(0) };

/** Taken back and given again: nothing changes, unless the positions may have. */
function withoutRepetition(change: TermChange): void {
  const { removed, positions } = change;
  if (removed === undefined || positions !== undefined) return;
  change.entries = change.entries.filter((entry) => !removed.delete(entry));
}

function ascending({ entries, positions }: TermChange): PostingBlock {
  if (entries.every((entry, at) => at === 0 || entry > (entries[at - 1] ?? 0))) {
    return blockOf(entries, positions);
  }
  const order = [...entries.keys()].sort((a, b) => (entries[a] ?? 0) - (entries[b] ?? 0));
  return blockOf(
    order.map((at) => entries[at] ?? 0),
    positions === undefined ? undefined : order.map((at) => positions[at] ?? []),
  );
}

/** The entries below a number, and the others. */
function cut(block: PostingBlock, below: number): readonly [PostingBlock, PostingBlock] {
  const { entries, positions } = block;
  if ((entries[0] ?? 0) >= below) return [NO_BLOCK, block];
  const found = entries.findIndex((entry) => entry >= below);
  const at = found < 0 ? entries.length : found;
  const half = (from: number, to: number): PostingBlock =>
    positions === undefined
      ? { entries: entries.subarray(from, to) }
      : { entries: entries.subarray(from, to), positions: positions.slice(from, to) };
  return [half(0, at), half(at, entries.length)];
}

function one(block: PostingBlock, at: number): PostingBlock {
  const { entries, positions } = block;
  const own = { entries: entries.subarray(at, at + 1) };
  return positions === undefined ? own : { ...own, positions: positions.slice(at, at + 1) };
}
