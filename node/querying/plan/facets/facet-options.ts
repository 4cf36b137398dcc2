import type { QueryValue } from '../bind-values.ts';
import { optionMember, optionsObject } from '../option-values.ts';
import type { FacetOptions, TermSortMode } from './facet-plan.ts';

export const NO_FACET_OPTIONS: FacetOptions = {
  sort: 'ValueAsc',
  start: 0,
  pageSize: Number.POSITIVE_INFINITY,
  includeRemaining: false,
};

const SORT_MODES: readonly TermSortMode[] = ['ValueAsc', 'ValueDesc', 'CountAsc', 'CountDesc'];

/** Options as clients send them, or as a setup document has them. `what` names them in errors. */
export function facetOptions(value: QueryValue | undefined, what: string): FacetOptions {
  if (value === undefined) return NO_FACET_OPTIONS;
  const options = optionsObject(value, what);
  return {
    sort: optionMember.oneOf(options, 'TermSortMode', SORT_MODES, what) ?? NO_FACET_OPTIONS.sort,
    start: optionMember.count(options, 'Start', what) ?? NO_FACET_OPTIONS.start,
    pageSize: optionMember.count(options, 'PageSize', what) ?? NO_FACET_OPTIONS.pageSize,
    includeRemaining: optionMember.flag(options, 'IncludeRemainingTerms', what) ?? false,
  };
}
