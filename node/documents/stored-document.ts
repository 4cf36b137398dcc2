import { CommandTooLargeError } from './document-errors.ts';

/** What is stored about an id: a document (or a revision of one, or a version in a conflict), or its deletion. */
export interface StoredItem {
  readonly id: string;
  readonly lowerId: string;
  readonly etag: number;
  readonly changeVector: string;
  readonly collection: string;
  readonly flags: number;
  /** Hybrid logical time of the write, in ticks of 100 ns since 1970. */
  readonly lastModified: bigint;
}

export interface StoredDocument extends StoredItem {
  readonly kind: 'document';
  /** JSON object text of the client's metadata. */
  readonly metadata: Buffer;
  /** JSON object text without `@metadata`. */
  readonly body: Buffer;
}

export interface Tombstone extends StoredItem {
  readonly kind: 'tombstone';
}

export type StoredVersion = StoredDocument | Tombstone;

/**
 * Value of a stored item. Little-endian: format u8, kind u8, id length u16, change vector length u16, collection
 * length u16, metadata length u32, flags u32, etag f64, last modified i64; then id, change vector, collection,
 * metadata, body.
 */
const FORMAT = 1;
const KIND_DOCUMENT = 1;
const KIND_TOMBSTONE = 2;
export const HEADER_BYTES = 32;
const NOTHING = Buffer.alloc(0);

export function encodeVersion(version: StoredVersion): Buffer {
  const { id, changeVector, collection } = version;
  const isDocument = version.kind === 'document';
  const metadata = isDocument ? version.metadata : NOTHING;
  const body = isDocument ? version.body : NOTHING;
  const idBytes = Buffer.byteLength(id);
  const collectionBytes = Buffer.byteLength(collection);
  if (idBytes > 0xffff || changeVector.length > 0xffff || collectionBytes > 0xffff) {
    throw new CommandTooLargeError(
      `The id, collection or change vector of '${id.slice(0, 64)}…' is too long.`,
    );
  }
  const variable = idBytes + changeVector.length + collectionBytes;
  const out = Buffer.allocUnsafe(HEADER_BYTES + variable + metadata.length + body.length);
  out[0] = FORMAT;
  out[1] = isDocument ? KIND_DOCUMENT : KIND_TOMBSTONE;
  out.writeUInt16LE(idBytes, 2);
  out.writeUInt16LE(changeVector.length, 4);
  out.writeUInt16LE(collectionBytes, 6);
  out.writeUInt32LE(metadata.length, 8);
  out.writeUInt32LE(version.flags, 12);
  out.writeDoubleLE(version.etag, 16);
  out.writeBigInt64LE(version.lastModified, 24);
  let at = HEADER_BYTES;
  at += out.write(id, at);
  at += out.write(changeVector, at, 'latin1');
  at += out.write(collection, at);
  at += metadata.copy(out, at);
  body.copy(out, at);
  return out;
}

export function decodeVersion(value: Buffer): StoredVersion {
  const idEnd = HEADER_BYTES + value.readUInt16LE(2);
  const vectorEnd = idEnd + value.readUInt16LE(4);
  const collectionEnd = vectorEnd + value.readUInt16LE(6);
  const id = value.toString('utf8', HEADER_BYTES, idEnd);
  const item = {
    id,
    lowerId: id.toLowerCase(),
    etag: value.readDoubleLE(16),
    changeVector: value.toString('latin1', idEnd, vectorEnd),
    collection: value.toString('utf8', vectorEnd, collectionEnd),
    flags: value.readUInt32LE(12),
    lastModified: value.readBigInt64LE(24),
  };
  if (value[1] === KIND_TOMBSTONE) return { kind: 'tombstone', ...item };
  const metadataEnd = collectionEnd + value.readUInt32LE(8);
  return {
    kind: 'document',
    ...item,
    metadata: value.subarray(collectionEnd, metadataEnd),
    body: value.subarray(metadataEnd),
  };
}

/** The collection of what `encodeVersion` gave. */
export function collectionOf(value: Buffer): string {
  const at = HEADER_BYTES + value.readUInt16LE(2) + value.readUInt16LE(4);
  return value.toString('utf8', at, at + value.readUInt16LE(6));
}

export function decodeDocument(value: Buffer): StoredDocument {
  const version = decodeVersion(value);
  if (version.kind !== 'document')
    throw new TypeError(`'${version.id}' is stored as a tombstone among documents.`);
  return version;
}

export function decodeTombstone(value: Buffer): Tombstone {
  const version = decodeVersion(value);
  if (version.kind !== 'tombstone')
    throw new TypeError(`'${version.id}' is stored as a document among tombstones.`);
  return version;
}
