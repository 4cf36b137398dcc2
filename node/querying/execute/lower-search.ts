import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { textTerm } from '../../indexing/store/term.ts';
import type { Predicate } from '../plan/predicate.ts';
import { casedFor, tokensOf } from './field-text.ts';
import { type SearchTerm, searchTerms } from './search-terms.ts';

type Search = Extract<Predicate, { kind: 'search' }>;

/** A search by what its words are in this field. */
export function lowerSearch({ field: name, text, matchAll }: Search, field: IndexField): Predicate {
  const terms = searchTerms(
    text,
    (part) => tokensOf(field, part),
    (part) => casedFor(field, part),
  );
  const parts = terms.map((term) => lowerTerm(name, term));
  if (parts.length === 0) return { kind: 'none' };
  return { kind: matchAll ? 'and' : 'or', parts };
}

function lowerTerm(field: string, term: SearchTerm): Predicate {
  switch (term.kind) {
    case 'token':
      return token(field, term.text);
    case 'phrase': {
      const [first, ...more] = term.tokens;
      return first !== undefined && more.length === 0
        ? token(field, first)
        : { kind: 'phrase', field, tokens: term.tokens, slop: 0 };
    }
    case 'prefix':
      return { kind: 'prefix', field, text: term.text };
    case 'pattern':
      return { kind: 'scan', field, passes: term.passes };
  }
}

export function token(field: string, text: string): Predicate {
  return { kind: 'anyTerm', field, terms: [textTerm(text, true)] };
}
