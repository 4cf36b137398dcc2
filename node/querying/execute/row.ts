import type { StoredDocument } from '../../documents/stored-document.ts';

/** A result before it is projected. */
export interface Row {
  readonly document: StoredDocument;
  /** Documents that the LOAD clause brought, by alias; null for a missing one, a list for several. */
  readonly loaded: ReadonlyMap<string, LoadedValue>;
}

export type LoadedValue = StoredDocument | null | readonly (StoredDocument | null)[];

export const NOTHING_LOADED: ReadonlyMap<string, LoadedValue> = new Map();
