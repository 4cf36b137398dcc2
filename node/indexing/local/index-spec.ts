import type { StoredDocument } from '../../documents/stored-document.ts';
import type { IndexField } from '../definitions/index-field.ts';
import type { FieldValues } from '../values/index-value.ts';

/** What an index makes of a document: one list of values by source for each of its entries. */
export type DocumentMapper = (document: StoredDocument) => readonly (readonly FieldValues[])[];

/** An index, ready to run. */
export interface IndexSpec {
  readonly name: string;
  /** Which of its definitions this is: one with another text starts anew. */
  readonly revision: string;
  readonly type: 'AutoMap';
  /** Collections as they were written; null for all documents. */
  readonly collections: readonly string[] | null;
  readonly fields: readonly IndexField[];
  readonly map: DocumentMapper;
}

/** Fields by the names that queries use. */
export function fieldsByName(fields: readonly IndexField[]): ReadonlyMap<string, IndexField> {
  return new Map(fields.map((field) => [field.name, field]));
}
