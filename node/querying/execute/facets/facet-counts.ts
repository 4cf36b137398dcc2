import type { IndexField } from '../../../indexing/definitions/index-field.ts';
import { type EntrySet, intersect, NO_ENTRIES } from '../../../indexing/store/entry-set.ts';
import { fieldTerms } from '../../../indexing/store/field-terms.ts';
import type { IndexReader } from '../../../indexing/store/index-reader.ts';
import { NULL, NULL_SHOWN, TEXT_TERM, type Term, termText } from '../../../indexing/store/term.ts';
import type { QueryWatch } from '../query-watch.ts';
import { FACET_LIMITS, type FacetLimits, TERMS_BETWEEN_LOOKS } from './limits.ts';

/** A value of a facet, and how many of the matching entries have it. */
export interface FacetCount {
  readonly text: string;
  readonly term: Term;
  readonly count: number;
}

const EMPTY_STRING = 'EMPTY_STRING';

/** The values that the field has in these entries: few entries are looked at, of many the terms of the field, with turns. */
export function* facetCounts(
  reader: IndexReader,
  field: IndexField,
  entries: EntrySet,
  watch?: QueryWatch,
  { byRowMax }: Pick<FacetLimits, 'byRowMax'> = FACET_LIMITS,
): Generator<void, readonly FacetCount[]> {
  return entries.length <= byRowMax
    ? countsByRow(reader, field, entries)
    : yield* countsByTerm(reader, field, entries, watch);
}

function countsByRow(reader: IndexReader, field: IndexField, entries: EntrySet): readonly FacetCount[] {
  const counts = new Map<string, { readonly term: Term; count: number }>();
  for (const row of reader.entryRows([...entries])) {
    for (const term of fieldTerms(field, row?.values[field.source] ?? []).terms) {
      const text = textOf(term);
      if (text === undefined) continue;
      const known = counts.get(text);
      if (known === undefined) counts.set(text, { term, count: 1 });
      else known.count++;
    }
  }
  return [...counts].map(([text, { term, count }]) => ({ text, term, count }));
}

function* countsByTerm(
  reader: IndexReader,
  field: IndexField,
  entries: EntrySet,
  watch: QueryWatch | undefined,
): Generator<void, readonly FacetCount[]> {
  const found: FacetCount[] = [];
  const add = (term: Term, of: EntrySet): void => {
    const count = intersect(of, entries).length;
    if (count > 0) found.push({ text: textOf(term) ?? '', term, count });
  };
  let terms = 0;
  add(NULL, reader.entries(field.id, NULL));
  for (const { bytes, entries: of } of reader.terms(field.id, TEXT_TERM)) {
    add({ kind: TEXT_TERM, bytes: Buffer.from(bytes) }, of);
    if (++terms % TERMS_BETWEEN_LOOKS === 0 && watch?.isTurnOver === true) yield;
  }
  return found;
}

/** How facets call a term; undefined: it is none of the values. */
function textOf(term: Term): string | undefined {
  if (term === NULL) return NULL_SHOWN;
  if (term.kind !== TEXT_TERM) return undefined;
  return term.bytes.length === 0 ? EMPTY_STRING : termText(term.bytes);
}

/** The entries behind a count. */
export function entriesOfCount(
  reader: IndexReader,
  field: IndexField,
  { term }: FacetCount,
  entries: EntrySet,
): EntrySet {
  return entries.length === 0 ? NO_ENTRIES : intersect(reader.entries(field.id, term), entries);
}
