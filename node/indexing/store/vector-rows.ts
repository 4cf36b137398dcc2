import type { IndexField } from '../definitions/index-field.ts';
import type { FieldValues } from '../values/index-value.ts';

/** Vectors as entries bring them: their bytes as base64, like any other value. */
export function vectorValues(vectors: readonly Buffer[]): FieldValues {
  return vectors.map((bytes) => bytes.toString('base64'));
}

/** Key of the vectors of an entry: index u32, field u16, entry u32. */
export function vectorKey(index: number, field: number, entry: number): Buffer {
  const key = Buffer.allocUnsafe(10);
  key.writeUInt32BE(index, 0);
  key.writeUInt16BE(field, 4);
  key.writeUInt32BE(entry, 6);
  return key;
}

/** All vectors of a field. */
export function vectorRange(index: number, field: number): { readonly gte: Buffer; readonly lte: Buffer } {
  return { gte: vectorKey(index, field, 0), lte: vectorKey(index, field, 0xffff_ffff) };
}

export function entryOfVectorKey(key: Buffer): number {
  return key.readUInt32BE(6);
}

/** One after the other, each behind its length in bytes. */
export function encodeVectors(values: FieldValues): Buffer {
  return Buffer.concat(
    values.flatMap((value) => {
      const bytes = Buffer.from(String(value), 'base64');
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

export function* decodeVectors(row: Buffer): Generator<Buffer> {
  for (let at = 0; at < row.length; ) {
    const end = at + 4 + row.readUInt32LE(at);
    yield row.subarray(at + 4, end);
    at = end;
  }
}

/** Values without those of vectors, which have rows of their own: there only their number is kept. The same where there are none. */
export function withoutVectors(
  values: readonly FieldValues[],
  fields: readonly IndexField[],
): readonly FieldValues[] {
  if (!fields.some(isOfVectors)) return values;
  const vectors = new Set(fields.filter(isOfVectors).map(({ source }) => source));
  return values.map((own, source) => (vectors.has(source) && own.length > 0 ? [own.length] : own));
}

function isOfVectors({ vector }: IndexField): boolean {
  return vector !== undefined;
}
