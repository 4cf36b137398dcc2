import { type EntrySet, NO_ENTRIES } from './entry-set.ts';

/**
 * A block of postings: the entries that hold a term, ascending, and for text that was analysed the positions of the
 * term in each. Bytes: flags u8 (1: positions), count varint, then for each entry the difference to the one before
 * (varint) and, with positions, their number and differences (varints).
 */
export interface PostingBlock {
  readonly entries: Uint32Array;
  /** Parallel to `entries`; absent when the term has none. */
  readonly positions?: readonly Uint32Array[];
}

const WITH_POSITIONS = 1;

/** What can be written as a block: the same as numbers of any kind of list. */
export interface BlockNumbers {
  readonly entries: ArrayLike<number>;
  readonly positions?: readonly ArrayLike<number>[] | undefined;
}

export function encodeBlock({ entries, positions }: BlockNumbers): Buffer {
  const bytes = Buffer.allocUnsafe(1 + encodedBytes(entries, positions));
  bytes[0] = positions === undefined ? 0 : WITH_POSITIONS;
  let at = writeVarint(bytes, entries.length, 1);
  let previous = 0;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as number;
    at = writeVarint(bytes, entry - previous, at);
    previous = entry;
    if (positions !== undefined) at = writeList(bytes, positions[i] ?? NO_PLACES, at);
  }
  return bytes;
}

const NO_PLACES: ArrayLike<number> = [];

function writeList(bytes: Buffer, numbers: ArrayLike<number>, from: number): number {
  let at = writeVarint(bytes, numbers.length, from);
  let previous = 0;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number;
    at = writeVarint(bytes, number - previous, at);
    previous = number;
  }
  return at;
}

function encodedBytes(entries: ArrayLike<number>, positions: BlockNumbers['positions']): number {
  let bytes = listBytes(entries);
  if (positions === undefined) return bytes;
  for (let i = 0; i < entries.length; i++) bytes += listBytes(positions[i] ?? NO_PLACES);
  return bytes;
}

/** Of their number, and of the differences between them. */
function listBytes(numbers: ArrayLike<number>): number {
  let bytes = varintBytes(numbers.length);
  let previous = 0;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number;
    bytes += varintBytes(number - previous);
    previous = number;
  }
  return bytes;
}

export function decodeBlock(bytes: Buffer): PostingBlock {
  const cursor = new VarintReader(bytes, 1);
  const count = cursor.next();
  const entries = new Uint32Array(count);
  const hasPositions = bytes[0] === WITH_POSITIONS;
  const positions: Uint32Array[] = [];
  let previous = 0;
  for (let i = 0; i < count; i++) {
    previous += cursor.next();
    entries[i] = previous;
    if (!hasPositions) continue;
    const places = new Uint32Array(cursor.next());
    let last = 0;
    for (let n = 0; n < places.length; n++) {
      last += cursor.next();
      places[n] = last;
    }
    positions.push(places);
  }
  return hasPositions ? { entries, positions } : { entries };
}

/** How many entries a block has, without reading them. */
export function blockCount(bytes: Buffer): number {
  return new VarintReader(bytes, 1).next();
}

/** The entries that hold a term, and parallel to them how often each does; absent `times`: once. */
export interface TermPostings {
  readonly entries: EntrySet;
  readonly times?: Uint32Array;
}

const NO_POSTINGS: TermPostings = { entries: NO_ENTRIES };

/** What the blocks of one term hold; they come in order and don't overlap. */
export function joinedPostings(blocks: readonly Buffer[]): TermPostings {
  if (blocks.length === 0) return NO_POSTINGS;
  const count = blocks.reduce((sum, bytes) => sum + blockCount(bytes), 0);
  const entries = new Uint32Array(count);
  const times = new Uint32Array(blocks.some((bytes) => bytes[0] === WITH_POSITIONS) ? count : 0);
  let at = 0;
  for (const bytes of blocks) at = copyEntries(bytes, entries, times, at);
  return times.some((one) => one > 1) ? { entries, times } : { entries };
}

export function joinedBlocks(blocks: readonly Buffer[]): EntrySet {
  return joinedPostings(blocks).entries;
}

/** Adds the entries of a block from `at` on, and how often they hold the term; gives the position after the last. */
function copyEntries(bytes: Buffer, entries: Uint32Array, times: Uint32Array, at: number): number {
  const cursor = new VarintReader(bytes, 1);
  const hasPositions = bytes[0] === WITH_POSITIONS;
  const end = at + cursor.next();
  let previous = 0;
  for (let to = at; to < end; to++) {
    previous += cursor.next();
    entries[to] = previous;
    const places = hasPositions ? cursor.next() : 1;
    if (times.length > 0) times[to] = places;
    if (hasPositions) cursor.skip(places);
  }
  return end;
}

class VarintReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  next(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  skip(count: number): void {
    for (let n = 0; n < count; n++) while ((this.#bytes[this.#at++] as number) >= 0x80);
  }
}

function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

function writeVarint(bytes: Buffer, value: number, at: number): number {
  let rest = value;
  let position = at;
  while (rest >= 0x80) {
    bytes[position++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[position++] = rest;
  return position;
}
