import type { StoredDocument } from '../../documents/stored-document.ts';

/** A result before it is projected. */
export interface Row {
  readonly document: StoredDocument;
  /** JSON of what the index keeps of it to be shown, by field. */
  readonly stored: StoredFields;
  /** Documents that the LOAD clause brought, by alias; null for a missing one, a list of those there are for several. */
  readonly loaded: ReadonlyMap<string, LoadedValue>;
}

export type StoredFields = ReadonlyMap<string, string>;

export const NOTHING_STORED: StoredFields = new Map();

/** A result as it is found. */
export type FoundRow = Pick<Row, 'document' | 'stored'>;

export type LoadedValue = StoredDocument | null | readonly StoredDocument[];

export const NOTHING_LOADED: ReadonlyMap<string, LoadedValue> = new Map();
