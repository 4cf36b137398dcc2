import type { StoredDocument } from '../../documents/stored-document.ts';

/** A result before it is projected. */
export interface Row {
  readonly document: StoredDocument;
  /** JSON of what the index keeps of it to be shown, by field. */
  readonly stored: StoredFields;
  /** Documents that the LOAD clause brought, by alias. */
  readonly loaded: ReadonlyMap<string, LoadedValue>;
}

export type StoredFields = ReadonlyMap<string, string>;

export const NOTHING_STORED: StoredFields = new Map();

/** A result as it is found. */
export type FoundRow = Pick<Row, 'document' | 'stored'>;

/** A document, or a list of those there are; null: null is what names it; undefined: there is no such document. */
export type LoadedValue = StoredDocument | null | undefined | readonly StoredDocument[];

export const NOTHING_LOADED: ReadonlyMap<string, LoadedValue> = new Map();
