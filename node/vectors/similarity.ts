import { floatsOf, MAGNITUDE_BYTES } from './quantize.ts';
import type { VectorType } from './vector-options.ts';

/**
 * How alike a vector is to one that is asked for, from 0 to 1: of numbers by the cosine of their angle (0 opposite, 0.5
 * at a right angle), of bits by the part of them that are the same. Undefined where they have other dimensions.
 */
export type Similarity = (bytes: Buffer) => number | undefined;

export function similarityTo(asked: Buffer, type: VectorType): Similarity {
  switch (type) {
    case 'Single': {
      const numbers = floatsOf(asked);
      // Rows begin anywhere in memory, floats at multiples of four: they are copied to where they can be read at once.
      const scratch = new Float32Array(numbers.length);
      const scratchBytes = new Uint8Array(scratch.buffer);
      const length = lengthSquared(numbers);
      return (bytes) => {
        if (bytes.length !== asked.length) return undefined;
        scratchBytes.set(bytes);
        return cosine(numbers, length, scratch);
      };
    }
    case 'Int8': {
      const numbers = signed(asked);
      const length = lengthSquared(numbers);
      return (bytes) => (bytes.length === asked.length ? cosine(numbers, length, signed(bytes)) : undefined);
    }
    case 'Binary':
      return (bytes) => (bytes.length === asked.length ? equalBits(asked, bytes) : undefined);
  }
}

function signed(bytes: Buffer): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length - MAGNITUDE_BYTES);
}

type Numbers = Float32Array | Int8Array;

function lengthSquared(numbers: Numbers): number {
  let sum = 0;
  for (let at = 0; at < numbers.length; at++) sum += (numbers[at] as number) ** 2;
  return sum;
}

/** A vector of zeros has no direction: it is at a right angle to all. */
function cosine(a: Numbers, aSquared: number, b: Numbers): number {
  let product = 0;
  let bSquared = 0;
  for (let at = 0; at < a.length; at++) {
    const number = b[at] as number;
    product += (a[at] as number) * number;
    bSquared += number * number;
  }
  const lengths = Math.sqrt(aSquared * bSquared);
  const angle = lengths === 0 ? 0 : Math.max(-1, Math.min(1, product / lengths));
  return (1 + angle) / 2;
}

/** How many bits each byte has. */
const BITS = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

function equalBits(a: Buffer, b: Buffer): number {
  let different = 0;
  for (let at = 0; at < a.length; at++) different += BITS[(a[at] as number) ^ (b[at] as number)] as number;
  return 1 - different / (a.length * 8);
}
