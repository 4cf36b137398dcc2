import type { IndexField } from '../../indexing/definitions/index-field.ts';
import type { Predicate } from '../plan/predicate.ts';
import { InvalidQueryError } from '../query-error.ts';
import type { SearchedIndex } from './evaluate.ts';
import { tokensOf } from './field-text.ts';
import { lowerFuzzy } from './lower-fuzzy.ts';
import { type FieldFinder, lowerLucene } from './lower-lucene.ts';
import { lowerSearch } from './lower-search.ts';

/** Predicates whose texts mean something only together with how their fields were analysed. */
export type TextPredicate = Extract<Predicate, { kind: 'search' | 'lucene' | 'fuzzy' | 'proximity' }>;

/**
 * Says a predicate over texts in terms of the index.
 *
 * @throws what the index says of a field that it does not have
 */
export function lower(predicate: TextPredicate, index: SearchedIndex): Predicate {
  const field = index.fields.get(predicate.field);
  if (field === undefined) {
    const refusal = index.unknownField(predicate.field);
    if (refusal !== undefined) throw refusal;
    return { kind: 'none' };
  }
  switch (predicate.kind) {
    case 'search':
      return lowerSearch(predicate, field);
    case 'lucene':
      return lowerLucene(predicate.query, finder(predicate.field, field, index));
    case 'fuzzy':
      return lowerFuzzy(predicate, field);
    case 'proximity':
      return lowerProximity(predicate, field);
  }
}

/** The field that is asked goes by its bare name in the text, too: there it is the same field. */
function finder(name: string, field: IndexField, index: SearchedIndex): FieldFinder {
  const bare = /^(?:search|exact)\((.*)\)$/.exec(name)?.[1] ?? name;
  return (asked) => {
    if (asked === null || asked === bare) return { name, field };
    const other = index.fields.get(asked);
    return other === undefined ? undefined : { name: asked, field: other };
  };
}

function lowerProximity(
  { field: name, text, slop }: Extract<TextPredicate, { kind: 'proximity' }>,
  field: IndexField,
): Predicate {
  const tokens = tokensOf(field, text);
  if (tokens.length < 2) {
    throw new InvalidQueryError(
      `Proximity search works only on multiple search terms, but '${text}' has ${tokens.length} in the field '${name}'`,
    );
  }
  return { kind: 'phrase', field: name, tokens, slop };
}
