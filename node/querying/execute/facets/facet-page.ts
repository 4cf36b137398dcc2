import type { FacetOptions } from '../../plan/facets/facet-plan.ts';
import type { FacetCount } from './facet-counts.ts';

/** Values of a facet that are shown, and what is behind them. */
export interface FacetPage {
  readonly shown: readonly FacetCount[];
  readonly remainingHits: number;
  readonly remainingCount: number;
  /** Empty unless they were asked for. */
  readonly remainingTerms: readonly string[];
}

export function facetPage(counts: readonly FacetCount[], options: FacetOptions): FacetPage {
  const sorted = [...counts].sort(comparison(options));
  const { start, pageSize, includeRemaining } = options;
  const end = Math.min(sorted.length, start + pageSize);
  const remaining = sorted.slice(Math.max(start, end));
  return {
    shown: sorted.slice(start, end),
    remainingHits: remaining.reduce((sum, { count }) => sum + count, 0),
    remainingCount: remaining.length,
    remainingTerms: includeRemaining ? remaining.map(({ text }) => text) : [],
  };
}

function comparison({ sort }: FacetOptions): (a: FacetCount, b: FacetCount) => number {
  switch (sort) {
    case 'ValueAsc':
      return byText;
    case 'ValueDesc':
      return (a, b) => byText(b, a);
    case 'CountAsc':
      return (a, b) => a.count - b.count || byText(a, b);
    case 'CountDesc':
      return (a, b) => b.count - a.count || byText(a, b);
  }
}

/** Ordinal, without case. */
function byText({ text: a }: FacetCount, { text: b }: FacetCount): number {
  const [left, right] = [a.toUpperCase(), b.toUpperCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}
