import { Packr } from 'msgpackr';
import type { FieldValues } from '../values/index-value.ts';

/** What an index keeps of one output of a document: enough to take its postings back, to sort and to project. */
export interface IndexEntry {
  /** As the document's last version spells it. */
  readonly id: string;
  /** By source. */
  readonly values: readonly FieldValues[];
  /** JSON of what is kept to be shown, by source. */
  readonly stored: StoredValues;
}

/** What a result is shown by. */
export type ShownEntry = Pick<IndexEntry, 'id' | 'stored'>;

export type StoredValues = ReadonlyMap<number, string>;

export const NOTHING_STORED: StoredValues = new Map();

const packr = new Packr({ useRecords: false, int64AsType: 'bigint', variableMapSize: true });

export function encodeEntry({ id, values, stored }: IndexEntry): Buffer {
  return packr.pack(stored.size === 0 ? [id, values] : [id, values, [...stored]]);
}

export function decodeEntry(bytes: Buffer): IndexEntry {
  const [id, values, stored] = packr.unpack(bytes) as [string, FieldValues[], [number, string][]?];
  return { id, values, stored: stored === undefined ? NOTHING_STORED : new Map(stored) };
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
