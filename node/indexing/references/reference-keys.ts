/**
 * Keys of references: index u32, length of the target's id u16, the target's id, the source's id. The source is the
 * document that was mapped, the target a document that it loaded, or the key of a compare-exchange value; all in lower
 * case.
 */
const HEAD_BYTES = 6;

/** Before the sources of a target. */
export function targetPrefix(index: number, target: string): Buffer {
  const bytes = Buffer.byteLength(target);
  const prefix = Buffer.allocUnsafe(HEAD_BYTES + bytes);
  prefix.writeUInt32BE(index, 0);
  prefix.writeUInt16BE(bytes, 4);
  prefix.write(target, HEAD_BYTES);
  return prefix;
}

export function referenceKey(index: number, target: string, source: string): Buffer {
  return Buffer.concat([targetPrefix(index, target), Buffer.from(source)]);
}

/** The source of a key that begins with a target's prefix. */
export function sourceOf(key: Buffer, prefix: Buffer): string {
  return key.toString('utf8', prefix.length);
}
