import type { KeyValueView } from '../../documents/key-value-view.ts';
import { afterPrefix } from '../../documents/storage-keys.ts';
import {
  CHANGED_SINCE_DROPPED_MAX,
  TABLE_BLOCKS_AT_ONCE,
  TABLE_BLOCKS_MIN,
  TABLE_PART_OF_MEMORY,
  TERM_TABLE_BYTES_MAX,
} from '../limits.ts';
import { POSTINGS } from './index-columns.ts';
import { KnownTerms, TermChanges } from './known-terms.ts';
import { joinedBlocks } from './posting-block.ts';
import { kindPrefix, prefixOfBlock, termOfPrefix, termPrefix } from './posting-key.ts';
import type { IndexChange } from './recent-reads.ts';
import { entriesOfTerm } from './term-blocks.ts';
import { TermTableBuilder, withTerms } from './term-table-builder.ts';

/** Terms of one kind of a field of an index. */
export interface TermsOf {
  readonly index: number;
  readonly field: number;
  readonly kind: number;
}

/** A table that is being made: what it has so far, and the prefix of the term to go on from. */
interface Unfinished {
  readonly builder: TermTableBuilder;
  next: Buffer | undefined;
}

/** What there is of the terms of one kind of a field. */
interface Slot {
  /** Blocks that were scanned for want of a table, and are not made up for yet. */
  spent: number;
  unfinished: Unfinished | undefined;
  known: KnownTerms | undefined;
  /** Since the making of the table began. */
  changes: TermChanges;
  /** It would take too much memory. */
  isTooLarge: boolean;
}

/**
 * Tables of terms that queries go through over and over. Who scans a field pays as much again for its table, so that
 * what is asked once costs twice at most, and no query waits for a whole table. Who writes an index says what changes.
 */
export class TermTables {
  readonly #indexes = new Map<number, Map<number, Slot>>();

  /** The terms, if their table is there. */
  known(view: KeyValueView, of: TermsOf): KnownTerms | undefined {
    const slot = this.#indexes.get(of.index)?.get(numberOf(of));
    if (slot?.known === undefined) return undefined;
    if (slot.known.isOutdated) this.#renew(view, of, slot, slot.known);
    else MEMORY.touch(slot);
    return slot.known;
  }

  /** `blocks`: that were scanned for want of the table. */
  want(view: KeyValueView, of: TermsOf, blocks: number): void {
    if (blocks === 0) return;
    const slot = this.#slot(of);
    if (slot.known !== undefined || slot.isTooLarge) return;
    slot.spent += blocks;
    if (slot.spent < TABLE_BLOCKS_MIN) return;
    const most = Math.min(slot.spent, TABLE_BLOCKS_AT_ONCE);
    slot.spent -= most;
    slot.unfinished ??= { builder: new TermTableBuilder(), next: undefined };
    const isWhole = readSome(view, of, slot.unfinished, most);
    const { builder } = slot.unfinished;
    if (isWhole) {
      this.#keep(slot, new KnownTerms(builder.finish(), slot.changes));
    } else if (builder.byteLength > TERM_TABLE_BYTES_MAX / TABLE_PART_OF_MEMORY) {
      slot.isTooLarge = true;
      MEMORY.release(slot);
    } else MEMORY.keep(slot, builder.byteLength);
  }

  /** A batch of the index is written. */
  forget(index: number, change: IndexChange): void {
    const slots = this.#indexes.get(index);
    if (slots === undefined) return;
    for (const prefix of change.terms()) {
      slots.get(numberOfPrefix(prefix))?.changes.addTerm(termOfPrefix(prefix));
    }
    for (const [number, slot] of slots) {
      slot.changes.addEntries(change.entries, change.nextEntry);
      if (slot.changes.size <= CHANGED_SINCE_DROPPED_MAX) continue;
      slots.delete(number);
      MEMORY.release(slot);
    }
  }

  close(): void {
    for (const slots of this.#indexes.values()) for (const slot of slots.values()) MEMORY.release(slot);
    this.#indexes.clear();
  }

  #slot(of: TermsOf): Slot {
    let slots = this.#indexes.get(of.index);
    if (slots === undefined) {
      slots = new Map();
      this.#indexes.set(of.index, slots);
    }
    let slot = slots.get(numberOf(of));
    if (slot === undefined) {
      slot = {
        spent: 0,
        unfinished: undefined,
        known: undefined,
        changes: new TermChanges(),
        isTooLarge: false,
      };
      slots.set(numberOf(of), slot);
    }
    return slot;
  }

  /** Takes into the table what has changed since. */
  #renew(view: KeyValueView, of: TermsOf, slot: Slot, { table, changes }: KnownTerms): void {
    const changed = changes.terms.map((term) => [term, entriesOfTerm(view, prefixOf(of, term))] as const);
    slot.changes = new TermChanges();
    this.#keep(slot, new KnownTerms(withTerms(table, changed), slot.changes));
  }

  #keep(slot: Slot, known: KnownTerms): void {
    slot.unfinished = undefined;
    slot.known = known;
    MEMORY.keep(slot, known.table.byteLength);
  }
}

/** Memory of the tables of all databases of a thread: those that were not used for the longest time go first. */
class TableMemory {
  readonly #bytes = new Map<Slot, number>();
  #total = 0;

  keep(slot: Slot, bytes: number): void {
    this.#forget(slot);
    this.#bytes.set(slot, bytes);
    this.#total += bytes;
    for (const [oldest] of this.#bytes) {
      if (this.#total <= TERM_TABLE_BYTES_MAX) return;
      this.release(oldest);
    }
  }

  touch(slot: Slot): void {
    const bytes = this.#bytes.get(slot);
    if (bytes === undefined) return;
    this.#bytes.delete(slot);
    this.#bytes.set(slot, bytes);
  }

  release(slot: Slot): void {
    this.#forget(slot);
    slot.known = undefined;
    slot.unfinished = undefined;
    slot.changes = new TermChanges();
  }

  #forget(slot: Slot): void {
    this.#total -= this.#bytes.get(slot) ?? 0;
    this.#bytes.delete(slot);
  }
}

const MEMORY = new TableMemory();

/** Fields of an index and their kinds: see posting-key.ts. */
function numberOf({ field, kind }: TermsOf): number {
  return field * 256 + kind;
}

function numberOfPrefix(prefix: Buffer): number {
  return prefix.readUIntBE(4, 3);
}

/** Goes on with a table, whole terms at a time. True: it has all of them. */
function readSome(view: KeyValueView, of: TermsOf, unfinished: Unfinished, most: number): boolean {
  const { builder } = unfinished;
  const all = kindPrefix(of.index, of.field, of.kind);
  const end = afterPrefix(all);
  let seen = 0;
  let prefix: Buffer | undefined;
  let blocks: Buffer[] = [];
  const range = { gte: unfinished.next ?? all, ...(end === undefined ? {} : { lt: end }) };
  for (const [key, bytes] of view.scan(POSTINGS, range)) {
    const own = prefixOfBlock(key);
    if (prefix !== undefined && !own.equals(prefix)) {
      builder.add(termOfPrefix(prefix), joinedBlocks(blocks));
      blocks = [];
      if (seen >= most) {
        // Later its blocks may be others, but it will still be there, or be one of the changes.
        unfinished.next = Buffer.from(own);
        return false;
      }
    }
    prefix = own;
    blocks.push(bytes);
    seen++;
  }
  if (prefix !== undefined) builder.add(termOfPrefix(prefix), joinedBlocks(blocks));
  return true;
}

function prefixOf({ index, field, kind }: TermsOf, bytes: Buffer): Buffer {
  return termPrefix(index, field, { kind, bytes });
}
