import { TEXT_TERM, termText } from '../../../indexing/store/term.ts';
import type { Predicate } from '../../plan/predicate.ts';
import type { SearchedIndex } from '../evaluate.ts';
import { forField } from '../for-field.ts';
import { lower } from '../lower.ts';

/** Something that a condition looks for in the texts of a field: by the name that the condition asks the field by. */
export type SearchedText = { readonly field: string } & (
  | { readonly kind: 'token'; readonly passes: (token: string) => boolean }
  /** One after the other. */
  | { readonly kind: 'phrase'; readonly tokens: readonly string[] }
);

/** What a condition looks for in a field, negations left out. */
export function searchedTexts(
  predicate: Predicate,
  field: string,
  index: SearchedIndex,
): readonly SearchedText[] {
  const inParts = (parts: readonly Predicate[]) => parts.flatMap((part) => searchedTexts(part, field, index));
  switch (predicate.kind) {
    case 'anyTerm':
    case 'allTerms':
    case 'prefix':
    case 'scan':
      return isOf(predicate.field, field) ? ofTerms(predicate, index) : [];
    case 'and':
    case 'or':
    case 'intersect':
      return inParts(predicate.parts);
    case 'boost':
    case 'optional':
      return inParts([predicate.part]);
    case 'search':
    case 'lucene':
    case 'fuzzy':
    case 'proximity':
      return inParts([lower(predicate, index)]);
    case 'phrase':
      if (!isOf(predicate.field, field)) return [];
      // Tokens that need not be neighbours are shown one by one.
      return predicate.slop === 0
        ? [{ kind: 'phrase', field: predicate.field, tokens: predicate.tokens }]
        : predicate.tokens.map((text) => token(predicate.field, (one) => one === text));
    default:
      return [];
  }
}

/** The terms as the field has them: what is equal in an analysed field is a token of it. */
function ofTerms(
  predicate: Extract<Predicate, { kind: 'anyTerm' | 'allTerms' | 'prefix' | 'scan' }>,
  index: SearchedIndex,
): readonly SearchedText[] {
  const field = index.fields.get(predicate.field);
  if (field === undefined) return [];
  const own = forField(predicate, field);
  switch (own.kind) {
    case 'prefix':
      return [token(own.field, (one) => one.startsWith(own.text))];
    case 'scan':
      return [token(own.field, own.passes)];
    default: {
      const texts = own.terms.filter(({ kind }) => kind === TEXT_TERM).map(({ bytes }) => termText(bytes));
      return texts.map((text) => token(own.field, (one) => one === text));
    }
  }
}

function token(field: string, passes: (token: string) => boolean): SearchedText {
  return { kind: 'token', field, passes };
}

function isOf(name: string, field: string): boolean {
  return name === field || name === `search(${field})` || name === `exact(${field})`;
}
