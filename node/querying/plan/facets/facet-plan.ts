import type { Predicate } from '../predicate.ts';

export type TermSortMode = 'ValueAsc' | 'ValueDesc' | 'CountAsc' | 'CountDesc';

/** Which of the values of a facet are shown, and in what order. */
export interface FacetOptions {
  readonly sort: TermSortMode;
  readonly start: number;
  /** Infinity without a limit. */
  readonly pageSize: number;
  /** Name the values behind the page, too. */
  readonly includeRemaining: boolean;
}

export type AggregationKind = 'Average' | 'Max' | 'Min' | 'Sum';

/** What is computed of a field over the entries of each value. */
export interface FacetAggregation {
  readonly kind: AggregationKind;
  readonly field: string;
  readonly name: string;
}

/** A range of values: its text is what the answer calls it. */
export interface FacetRange {
  readonly text: string;
  readonly predicate: Predicate;
}

/** By what the matching entries are counted. */
export type FacetBy =
  | { readonly kind: 'terms'; readonly field: string; readonly options: FacetOptions }
  | { readonly kind: 'ranges'; readonly ranges: readonly FacetRange[] }
  /** All of them together. */
  | { readonly kind: 'all' };

export interface FacetPlan {
  /** As the answer calls it. */
  readonly name: string;
  readonly by: FacetBy;
  readonly aggregations: readonly FacetAggregation[];
}

/** A facet as a query has it: written out, or in a document that says what facets there are. */
export type FacetRequest =
  | { readonly kind: 'facet'; readonly facet: FacetPlan }
  | { readonly kind: 'setup'; readonly documentId: string };

/** What the one value of a facet over all results is called. */
export const ALL_RESULTS = '@AllResults';

/** In the order of the answer: those of one kind together, kinds as they come. */
export function byKind(aggregations: readonly FacetAggregation[]): readonly FacetAggregation[] {
  const kinds = [...new Set(aggregations.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => aggregations.filter((one) => one.kind === kind));
}
