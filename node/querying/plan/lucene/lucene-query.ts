/** A query in Lucene's classic syntax as it was written. A field of null is the one that the query is asked of. */
export type LuceneQuery =
  | { readonly kind: 'term'; readonly field: string | null; readonly text: string }
  /** Words in this order, with so many moves of words allowed. */
  | { readonly kind: 'phrase'; readonly field: string | null; readonly text: string; readonly slop: number }
  /** `*` is any text, `?` any one character; what was escaped is neither. */
  | { readonly kind: 'wildcard'; readonly field: string | null; readonly parts: readonly WildcardPart[] }
  | {
      readonly kind: 'fuzzy';
      readonly field: string | null;
      readonly text: string;
      readonly similarity: number;
    }
  | {
      readonly kind: 'range';
      readonly field: string | null;
      readonly from: LuceneEnd;
      readonly to: LuceneEnd;
    }
  /** Everything. */
  | { readonly kind: 'all' }
  | { readonly kind: 'boost'; readonly query: LuceneQuery; readonly factor: number }
  | { readonly kind: 'boolean'; readonly clauses: readonly LuceneClause[] };

export type WildcardPart = { readonly any: '*' | '?' } | { readonly text: string };

/** One end of a range; a text of null is open. */
export interface LuceneEnd {
  readonly text: string | null;
  readonly inclusive: boolean;
}

export interface LuceneClause {
  readonly occurs: 'must' | 'should' | 'mustNot';
  readonly query: LuceneQuery;
}

/** The fields that a query names beside the one that it is asked of. */
export function namedFields(query: LuceneQuery): readonly string[] {
  switch (query.kind) {
    case 'all':
      return [];
    case 'boost':
      return namedFields(query.query);
    case 'boolean':
      return query.clauses.flatMap((clause) => namedFields(clause.query));
    default:
      return query.field === null ? [] : [query.field];
  }
}
