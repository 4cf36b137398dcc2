import type { ColumnDefinition } from '../../storage/storage-environment.ts';

/** Column families of the indexes of a database; the number is the position, so new ones go to the end. */
export const ENTRIES = 0;
export const DOCUMENT_ENTRIES = 1;
export const POSTINGS = 2;
export const INDEX_META = 3;
export const MAPPED = 4;
export const MAPPED_DOCUMENTS = 5;
export const GROUPS = 6;
export const PARTIALS = 7;
export const REFERENCES = 8;
export const DOCUMENT_REFERENCES = 9;
export const VALUE_REFERENCES = 10;
export const DOCUMENT_VALUES = 11;
export const VALUE_INDEXES = 12;
export const VECTORS = 13;

/**
 * | column | key | value |
 * |---|---|---|
 * | entries | index u32, entry u32 | id of the document, values by source |
 * | documentEntries | index u32, lower-case id | numbers of its entries |
 * | postings | see posting-key.ts | see posting-block.ts |
 * | indexMeta | name | depends |
 * | mapped | index u32, group, bucket u8, lower-case id, output u16 | JSON of a value |
 * | mappedDocuments | index u32, lower-case id | groups of its values |
 * | groups | index u32, group | JSON of what the group was reduced to |
 * | partials | index u32, group, bucket u8 | the same of a part of a large group; empty: it has no values |
 * | references | see reference-keys.ts | nothing |
 * | documentReferences | index u32, lower-case id | lower-case ids of the documents that it was mapped with, as JSON |
 * | valueReferences | see reference-keys.ts | nothing |
 * | documentValues | index u32, lower-case id | keys of the compare-exchange values that it was mapped with, as JSON |
 * | valueIndexes | index u32, key of a value | Raft index that it had when documents were mapped with it |
 * | vectors | index u32, field u16, entry u32 | see vector-rows.ts |
 */
export const INDEX_COLUMNS: readonly ColumnDefinition[] = [
  { name: 'entries', large: true },
  { name: 'documentEntries' },
  { name: 'postings', large: true },
  { name: 'indexMeta' },
  { name: 'mapped', large: true },
  { name: 'mappedDocuments' },
  { name: 'groups' },
  { name: 'partials' },
  { name: 'references' },
  { name: 'documentReferences' },
  { name: 'valueReferences' },
  { name: 'documentValues' },
  { name: 'valueIndexes' },
  { name: 'vectors', large: true },
];

export function entryKey(index: number, entry: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeUInt32BE(index, 0);
  key.writeUInt32BE(entry, 4);
  return key;
}

export function documentKey(index: number, lowerId: string): Buffer {
  const key = Buffer.allocUnsafe(4 + Buffer.byteLength(lowerId));
  key.writeUInt32BE(index, 0);
  key.write(lowerId, 4);
  return key;
}

/** All keys of an index, in each of the columns that begin with its number. */
export function indexRange(index: number): { readonly gte: Buffer; readonly lt: Buffer } {
  const gte = Buffer.allocUnsafe(4);
  gte.writeUInt32BE(index, 0);
  const lt = Buffer.allocUnsafe(4);
  lt.writeUInt32BE(index + 1, 0);
  return { gte, lt };
}
