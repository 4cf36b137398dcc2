import { VECTOR_DIMENSIONS_MAX, VECTORS_TOGETHER_MAX } from './limits.ts';
import { keptBytes, MAGNITUDE_BYTES } from './quantize.ts';
import { VectorError } from './vector-error.ts';
import type { VectorOptions, VectorType } from './vector-options.ts';

/**
 * The vectors of a JSON value, as a field with these options keeps them: of a list of numbers, of a text that holds
 * their bytes in base64, of an object with such a list as `@vector`, or of a list of any of these. None of null and of
 * an empty list.
 *
 * @throws VectorError
 */
export function readVectors(value: unknown, options: VectorOptions): readonly Buffer[] {
  const vectors = given(value, options).map((bytes) => keptBytes(bytes, options));
  if (vectors.length <= VECTORS_TOGETHER_MAX) return vectors;
  throw new VectorError(`There may be ${VECTORS_TOGETHER_MAX} vectors together, not ${vectors.length}`);
}

function given(value: unknown, options: VectorOptions): readonly Buffer[] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'string') return [checked(ofBase64(value), options)];
  if (typeof value === 'object' && '@vector' in value) return given(value['@vector'], options);
  if (!Array.isArray(value)) {
    throw new VectorError(
      `A vector must be a list of numbers or a text in base64, but it is ${shown(value)}`,
    );
  }
  if (value.length === 0) return [];
  if (!isNumber(value[0])) return value.flatMap((one: unknown) => given(one, options));
  return [checked(ofNumbers(value, options.source), options)];
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function ofBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new VectorError(`A vector that is a text must be in base64, but it is ${shown(text)}`);
  }
  return bytes;
}

function ofNumbers(numbers: readonly unknown[], type: VectorType): Buffer {
  if (numbers.length > VECTOR_DIMENSIONS_MAX * 4) throw tooLarge(numbers.length);
  const bytes = Buffer.alloc(numbers.length * (type === 'Single' ? 4 : 1));
  numbers.forEach((one, at) => {
    if (!isNumber(one)) throw new VectorError(`A vector must hold numbers only, but it has ${shown(one)}`);
    const number = Number(one);
    if (type === 'Single') bytes.writeFloatLE(number, at * 4);
    else bytes[at] = byteOf(number, type);
  });
  return bytes;
}

function byteOf(number: number, type: 'Int8' | 'Binary'): number {
  const [least, most] = type === 'Int8' ? [-128, 127] : [0, 255];
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new VectorError(
    `A vector of type ${type} must hold whole numbers from ${least} to ${most}, but it has ${number}`,
  );
}

function checked(bytes: Buffer, { source, dimensions }: VectorOptions): Buffer {
  const size = dimensionsOf(bytes.length, source);
  if (!Number.isInteger(size) || size < 1) {
    throw new VectorError(`${bytes.length} bytes are no vector of type ${source}`);
  }
  if (size > VECTOR_DIMENSIONS_MAX) throw tooLarge(size);
  // Eight bits share a byte, so that of a binary vector one knows the number of bytes only.
  const isWrong =
    source === 'Binary' ? size !== Math.ceil((dimensions ?? size) / 8) * 8 : size !== dimensions;
  if (dimensions !== undefined && isWrong) {
    throw new VectorError(`The vectors of the field must have ${dimensions} dimensions, but one has ${size}`);
  }
  if (source === 'Single') {
    for (let at = 0; at < bytes.length; at += 4) {
      if (!Number.isFinite(bytes.readFloatLE(at))) {
        throw new VectorError('A vector holds a number that a 32-bit float can not');
      }
    }
  }
  return bytes;
}

/** How many numbers a vector of so many bytes has. */
export function dimensionsOf(byteLength: number, type: VectorType): number {
  switch (type) {
    case 'Single':
      return byteLength / 4;
    case 'Int8':
      return byteLength - MAGNITUDE_BYTES;
    case 'Binary':
      return byteLength * 8;
  }
}

function tooLarge(size: number): VectorError {
  return new VectorError(`A vector may have ${VECTOR_DIMENSIONS_MAX} dimensions, not ${size}`);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? typeof value).slice(0, 100);
}
