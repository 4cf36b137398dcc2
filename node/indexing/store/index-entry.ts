import { Packr } from 'msgpackr';
import type { FieldValues } from '../values/index-value.ts';

/** What an index keeps of one output of a document: enough to take its postings back, to sort and to project. */
export interface IndexEntry {
  /** As the document's last version spells it. */
  readonly id: string;
  /** By source. */
  readonly values: readonly FieldValues[];
}

const packr = new Packr({ useRecords: false, int64AsType: 'bigint', variableMapSize: true });

export function encodeEntry({ id, values }: IndexEntry): Buffer {
  return packr.pack([id, values]);
}

export function decodeEntry(bytes: Buffer): IndexEntry {
  const [id, values] = packr.unpack(bytes) as [string, FieldValues[]];
  return { id, values };
}

export function encodeNumbers(numbers: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(numbers.length * 4);
  numbers.forEach((number, at) => {
    bytes.writeUInt32LE(number, at * 4);
  });
  return bytes;
}

export function decodeNumbers(bytes: Buffer): readonly number[] {
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32LE(at * 4));
}
