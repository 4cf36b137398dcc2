import { hash } from 'node:crypto';

const INDEX_BYTES = 4;
const HASH_BYTES = 16;

/** The name of a group: a hash of its key. */
export function groupHash(key: string): Buffer {
  return (hash('sha256', key, 'buffer') as Buffer).subarray(0, HASH_BYTES);
}

/** Which part of its group a document's values belong to: parts are reduced on their own once a group is large. */
export function bucketOf(lowerId: string): number {
  return (hash('sha256', lowerId, 'buffer') as Buffer)[0] ?? 0;
}

function prefixed(index: number, group: Buffer, rest: Buffer): Buffer {
  const head = Buffer.allocUnsafe(INDEX_BYTES);
  head.writeUInt32BE(index, 0);
  return Buffer.concat([head, group, rest]);
}

/** All values of a group, or with a bucket those of that part. */
export function groupPrefix(index: number, group: Buffer, bucket?: number): Buffer {
  return prefixed(index, group, bucket === undefined ? Buffer.alloc(0) : Buffer.from([bucket]));
}

/** One value: which of the outputs of which document. */
export function mappedKey(index: number, group: Buffer, lowerId: string, output: number): Buffer {
  const idBytes = Buffer.byteLength(lowerId);
  const key = Buffer.allocUnsafe(INDEX_BYTES + group.length + 1 + idBytes + 2);
  key.writeUInt32BE(index, 0);
  group.copy(key, INDEX_BYTES);
  const at = INDEX_BYTES + group.length;
  key[at] = bucketOf(lowerId);
  key.write(lowerId, at + 1);
  key.writeUInt16BE(output, at + 1 + idBytes);
  return key;
}

/** The part of its group that the key of a value says. */
export function bucketOfKey(key: Buffer): number {
  return key[INDEX_BYTES + HASH_BYTES] ?? 0;
}
