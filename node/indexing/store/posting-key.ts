import type { Term } from './term.ts';

/**
 * Keys of the postings: index u32, field u16, kind u8, the term, first entry of the block u32. Zeros inside a term are
 * escaped and it ends with one, so that keys sort by index, field, kind, term, entry, whatever bytes terms have.
 */
const HEAD_BYTES = 7;
const ENTRY_BYTES = 4;

/** Everything before the entry: equal for all blocks of a term. */
export function termPrefix(index: number, field: number, term: Term): Buffer {
  return keyOf(index, field, term, 0);
}

/** The key of a block of a term. */
export function blockKeyOf(index: number, field: number, term: Term, firstEntry: number): Buffer {
  const key = keyOf(index, field, term, ENTRY_BYTES);
  key.writeUInt32BE(firstEntry, key.length - ENTRY_BYTES);
  return key;
}

/** `room`: bytes behind the prefix that are not written. */
function keyOf(index: number, field: number, { kind, bytes }: Term, room: number): Buffer {
  const { length } = bytes;
  const zeros = countZeros(bytes);
  const key = Buffer.allocUnsafe(HEAD_BYTES + length + zeros + 2 + room);
  writeHead(key, index, field, kind);
  let at = HEAD_BYTES;
  for (let from = 0; from < length; from++) {
    const byte = bytes[from] as number;
    key[at++] = byte;
    if (byte === 0) key[at++] = 0xff;
  }
  key[at] = 0;
  key[at + 1] = 1;
  return key;
}

/** Start of all terms of one kind of a field. */
export function kindPrefix(index: number, field: number, kind: number): Buffer {
  const prefix = Buffer.allocUnsafe(HEAD_BYTES);
  writeHead(prefix, index, field, kind);
  return prefix;
}

export function blockKey(prefix: Buffer, firstEntry: number): Buffer {
  const key = Buffer.allocUnsafe(prefix.length + ENTRY_BYTES);
  prefix.copy(key);
  key.writeUInt32BE(firstEntry, prefix.length);
  return key;
}

export function firstEntryOf(key: Buffer): number {
  return key.readUInt32BE(key.length - ENTRY_BYTES);
}

/** The prefix of the term that a block belongs to. */
export function prefixOfBlock(key: Buffer): Buffer {
  return key.subarray(0, key.length - ENTRY_BYTES);
}

/** The bytes of the term of a prefix. */
export function termOfPrefix(prefix: Buffer): Buffer {
  const escaped = prefix.subarray(HEAD_BYTES, prefix.length - 2);
  if (!escaped.includes(0)) return escaped;
  const bytes: number[] = [];
  for (let at = 0; at < escaped.length; at++) {
    bytes.push(escaped[at] as number);
    if (escaped[at] === 0) at++;
  }
  return Buffer.from(bytes);
}

function writeHead(key: Buffer, index: number, field: number, kind: number): void {
  key.writeUInt32BE(index, 0);
  key.writeUInt16BE(field, 4);
  key[6] = kind;
}

function countZeros(bytes: Buffer): number {
  let zeros = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0) zeros++;
  return zeros;
}
