import type { VectorOptions } from './vector-options.ts';

/** Bytes after the numbers of an `Int8` vector: the largest of the numbers that they were made of, as a float. */
export const MAGNITUDE_BYTES = 4;

const INT8_MAX = 127;

/** The bytes of a vector as its field keeps it. */
export function keptBytes(bytes: Buffer, { source, destination }: VectorOptions): Buffer {
  if (source !== 'Single' || destination === 'Single') return bytes;
  const numbers = floatsOf(bytes);
  return destination === 'Int8' ? toInt8(numbers) : toBits(numbers);
}

/** 32-bit floats, little-endian, wherever their bytes begin. */
export function floatsOf(bytes: Buffer): Float32Array {
  const floats = new Float32Array(bytes.length / 4);
  for (let at = 0; at < floats.length; at++) floats[at] = bytes.readFloatLE(at * 4);
  return floats;
}

function toInt8(numbers: Float32Array): Buffer {
  const largest = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
  const scale = largest === 0 ? 0 : INT8_MAX / largest;
  const bytes = Buffer.alloc(numbers.length + MAGNITUDE_BYTES);
  numbers.forEach((number, at) => {
    bytes.writeInt8(Math.round(number * scale), at);
  });
  bytes.writeFloatLE(largest, numbers.length);
  return bytes;
}

/** A bit says whether the number is not negative. */
function toBits(numbers: Float32Array): Buffer {
  const bytes = Buffer.alloc(Math.ceil(numbers.length / 8));
  numbers.forEach((number, at) => {
    if (number >= 0) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (7 - (at & 7)));
  });
  return bytes;
}
