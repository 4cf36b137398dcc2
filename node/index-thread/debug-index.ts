import type { IndexedDocuments } from '../indexing/local/indexed-documents.ts';
import type { LocalIndex } from '../indexing/local/local-index.ts';
import { isBoost } from '../indexing/static/boosts.ts';
import { SHOWN_DOCUMENTS_MAX } from './limits.ts';

/** A field of the entries of an index. `isStatic`: its definition names it; else documents brought it. */
export interface EntryField {
  readonly name: string;
  readonly isStatic: boolean;
}

/** In the order of their names. */
export function entryFields(index: LocalIndex): readonly EntryField[] {
  const known = new Set(index.spec.sources.flatMap((source) => index.spec.fieldsOf(source)).map(nameOf));
  return [...index.fields.keys()]
    .filter((name) => !isBoost(name))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ name, isStatic: known.has(name) }));
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

/** Some of the documents that give values to groups. */
export interface SourcePage {
  /** In lower case, as keys have them. */
  readonly startsWith: string;
  readonly start: number;
  readonly pageSize: number;
}

/** Their ids, in the order of those in lower case; null: the index has no groups. */
export function sourceIds(
  index: LocalIndex,
  documents: IndexedDocuments,
  { startsWith, start, pageSize }: SourcePage,
): readonly string[] | null {
  if (index.spec.reduce === undefined) return null;
  const lowerIds: string[] = [];
  let skipped = 0;
  for (const lowerId of index.reader.mappedDocuments(startsWith)) {
    if (lowerIds.length >= Math.min(pageSize, SHOWN_DOCUMENTS_MAX)) break;
    if (skipped < start) skipped++;
    else lowerIds.push(lowerId);
  }
  const found = documents.reader.getMany(lowerIds);
  return lowerIds.map((lowerId, at) => found[at]?.id ?? lowerId);
}
