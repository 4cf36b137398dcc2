import { distance } from 'fastest-levenshtein';
import type { IndexField } from '../../indexing/definitions/index-field.ts';
import type { Predicate } from '../plan/predicate.ts';
import { casedFor } from './field-text.ts';

/**
 * Terms that are more alike than `similarity`, counted as Lucene does: 1 less the edits for each character of the
 * shorter one. The more alike, the more a term counts.
 */
export function lowerFuzzy(
  { field: name, text, similarity }: Omit<Extract<Predicate, { kind: 'fuzzy' }>, 'kind'>,
  field: IndexField,
): Predicate {
  const wanted = casedFor(field, text);
  return {
    kind: 'scan',
    field: name,
    passes: (term) => likeness(wanted, term) > similarity,
    weight: (term) => (likeness(wanted, term) - similarity) / (1 - similarity),
  };
}

function likeness(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  if (shorter === 0) return a === b ? 1 : 0;
  const farApart = Math.abs(a.length - b.length) >= shorter;
  return farApart ? 0 : 1 - distance(a, b) / shorter;
}
