import { hash } from 'node:crypto';
import { textHash } from '../text-hash.ts';

const INDEX_BYTES = 4;
const HASH_BYTES = 16;
const OUTPUT_BYTES = 2;
const BUCKET_AT = INDEX_BYTES + HASH_BYTES;
const ID_AT = BUCKET_AT + 1;

/** In no id: half of a character, which is never read back from bytes. */
const NO_TEXT = '\ud800';

/** The name of a group: a hash of its key. */
export function groupHash(key: string): Buffer {
  return (hash('sha256', key, 'buffer') as Buffer).subarray(0, HASH_BYTES);
}

/** Names of groups in one row, one after the other. */
export function joinHashes(hashes: readonly Buffer[]): Buffer {
  const [first] = hashes;
  return first !== undefined && hashes.length === 1 ? first : Buffer.concat(hashes);
}

export function splitHashes(row: Buffer): readonly Buffer[] {
  const hashes: Buffer[] = [];
  for (let at = 0; at < row.length; at += HASH_BYTES) hashes.push(row.subarray(at, at + HASH_BYTES));
  return hashes;
}

/** Which part of its group a document's values belong to: parts are reduced on their own once a group is large. */
export function bucketOf(lowerId: string): number {
  const hash = textHash(lowerId);
  return (hash ^ (hash >>> 8)) & 0xff;
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
  const end = ID_AT + Buffer.byteLength(lowerId);
  const key = Buffer.allocUnsafe(end + OUTPUT_BYTES);
  key.writeUInt32BE(index, 0);
  group.copy(key, INDEX_BYTES);
  key[BUCKET_AT] = bucketOf(lowerId);
  key.write(lowerId, ID_AT);
  key.writeUInt16BE(output, end);
  return key;
}

/** The part of its group that the key of a value says. */
export function bucketOfKey(key: Buffer): number {
  return key[BUCKET_AT] ?? 0;
}

/** The document that gave a value, by its id in lower case, as the key of the value says. */
export function documentOfKey(key: Buffer): string {
  return key.toString('utf8', ID_AT, key.length - OUTPUT_BYTES);
}

/** Names a value within its group: which of the outputs of which document. */
export function valueName(lowerId: string, output: number): string {
  return output === 0 ? lowerId : `${NO_TEXT}${output}/${lowerId}`;
}

/** As `valueName`, of the key of a value. */
export function valueNameOfKey(key: Buffer): string {
  return valueName(documentOfKey(key), key.readUInt16BE(key.length - OUTPUT_BYTES));
}
