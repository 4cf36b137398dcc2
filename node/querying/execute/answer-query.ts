import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { type QueryContext, queryIndex } from './execute-query.ts';
import type { QueryAnswer } from './query-answer.ts';
import { queryEntries } from './query-entries.ts';
import { queryFacets } from './query-facets.ts';
import { querySuggestions } from './query-suggestions.ts';
import type { SummaryAnswer } from './summary-answer.ts';

/** Answers a query of an index by what it selects: results, or what can be said of them. Pauses as `queryIndex` does. */
export function* answerFromIndex(
  plan: QueryPlan,
  index: LocalIndex,
  context: QueryContext,
): Generator<void, QueryAnswer | SummaryAnswer> {
  if (plan.shows === 'entries') return queryEntries(plan, index, context);
  if (plan.facets !== undefined) return yield* queryFacets(plan, plan.facets, index, context);
  if (plan.suggestions !== undefined) return querySuggestions(plan.suggestions, index, context);
  return yield* queryIndex(plan, index, context);
}
