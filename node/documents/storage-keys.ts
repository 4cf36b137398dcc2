/** Keys of the columns: numbers are big-endian, so that keys sort as numbers do. */
export const ETAG_BYTES = 8;

export type ItemKind = 'document' | 'tombstone' | 'revision' | 'conflict';
const KINDS: readonly ItemKind[] = ['document', 'tombstone', 'revision', 'conflict'];

export function idKey(lowerId: string): Buffer {
  return Buffer.from(lowerId);
}

export function etagKey(etag: number): Buffer {
  const key = Buffer.allocUnsafe(ETAG_BYTES);
  writeEtag(key, etag, 0);
  return key;
}

/** `name` is a collection in lower case or a lower-case id; its length in front keeps names apart that begin alike. */
export function namedEtagKey(name: string, etag: number): Buffer {
  const length = Buffer.byteLength(name);
  const key = Buffer.allocUnsafe(2 + length + ETAG_BYTES);
  key.writeUInt16BE(length, 0);
  key.write(name, 2);
  writeEtag(key, etag, 2 + length);
  return key;
}

/** The etag at the end of a key. */
export function etagOfKey(key: Buffer): number {
  return readEtag(key, key.length - ETAG_BYTES);
}

/** The name of a `namedEtagKey`. */
export function nameOfKey(key: Buffer): string {
  return key.toString('utf8', 2, key.length - ETAG_BYTES);
}

/** First key that does not begin with `prefix`; undefined when there is none. */
export function afterPrefix(prefix: Buffer): Buffer | undefined {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end--;
  if (end === 0) return undefined;
  const next = Buffer.from(prefix.subarray(0, end));
  next[end - 1] = (next[end - 1] as number) + 1;
  return next;
}

/** Value of an etag row: what the etag was given to, and by which transaction. */
export interface EtagRow {
  readonly kind: ItemKind;
  /** First etag of the command: items with the same one were written together and must arrive together. */
  readonly transaction: number;
  /** Key of the item in the column of its kind. */
  readonly key: Buffer;
}

export function encodeEtagRow(kind: ItemKind, transaction: number, key: Buffer): Buffer {
  const row = Buffer.allocUnsafe(1 + ETAG_BYTES + key.length);
  row[0] = KINDS.indexOf(kind);
  writeEtag(row, transaction, 1);
  key.copy(row, 1 + ETAG_BYTES);
  return row;
}

export function decodeEtagRow(row: Buffer): EtagRow {
  const kind = KINDS[row[0] as number];
  if (kind === undefined) throw new TypeError(`An etag row has the unknown kind ${row[0]}.`);
  return { kind, transaction: readEtag(row, 1), key: row.subarray(1 + ETAG_BYTES) };
}

function writeEtag(bytes: Buffer, etag: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(etag / 0x1_0000_0000), at);
  bytes.writeUInt32BE(etag % 0x1_0000_0000, at + 4);
}

function readEtag(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}
