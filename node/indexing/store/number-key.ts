/**
 * A number as bytes that sort as numbers do, exactly for doubles and for 64-bit integers alike: the double that is
 * nearest, with its bits arranged to sort, then what the integer differs from it.
 */
export const NUMBER_KEY_BYTES = 10;

const RESIDUE_ZERO = 0x8000;

export function numberKey(value: number | bigint): Buffer {
  const key = Buffer.allocUnsafe(NUMBER_KEY_BYTES);
  const nearest = Number(value);
  // -0 and 0 are one number.
  key.writeDoubleBE(nearest === 0 ? 0 : nearest, 0);
  if ((key[0] as number) & 0x80) for (let i = 0; i < 8; i++) key[i] = ~(key[i] as number) & 0xff;
  else key[0] = (key[0] as number) | 0x80;
  const residue = typeof value === 'bigint' ? Number(value - BigInt(nearest)) : 0;
  key.writeUInt16BE(RESIDUE_ZERO + residue, 8);
  return key;
}

/** The number again, as a double. */
export function numberOfKey(key: Buffer, at = 0): number {
  const bytes = Buffer.from(key.subarray(at, at + 8));
  if ((bytes[0] as number) & 0x80) bytes[0] = (bytes[0] as number) & 0x7f;
  else for (let i = 0; i < 8; i++) bytes[i] = ~(bytes[i] as number) & 0xff;
  return bytes.readDoubleBE(0);
}

/** Ticks, which are never negative, big-endian. */
export function ticksKey(ticks: bigint): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeBigUInt64BE(ticks);
  return key;
}
