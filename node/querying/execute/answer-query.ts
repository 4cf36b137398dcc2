import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { type QueryContext, queryIndex } from './execute-query.ts';
import { inOneMoment } from './in-one-moment.ts';
import type { QueryAnswer } from './query-answer.ts';
import { queryEntries } from './query-entries.ts';
import { queryFacets } from './query-facets.ts';
import { querySuggestions } from './query-suggestions.ts';
import type { SummaryAnswer } from './summary-answer.ts';

/**
 * Answers a query of an index by what it selects: results, or what can be said of them. It pauses where others may have
 * a turn; all that it finds in the index is of one moment.
 */
export function answerFromIndex(
  plan: QueryPlan,
  index: LocalIndex,
  context: QueryContext,
): Generator<void, QueryAnswer | SummaryAnswer> {
  return inOneMoment(index, context.watch, () => stepsOf(plan, index, context));
}

function* stepsOf(
  plan: QueryPlan,
  index: LocalIndex,
  context: QueryContext,
): Generator<void, QueryAnswer | SummaryAnswer> {
  if (plan.shows === 'entries') return yield* queryEntries(plan, index, context);
  if (plan.facets !== undefined) return yield* queryFacets(plan, plan.facets, index, context);
  if (plan.suggestions !== undefined) return yield* querySuggestions(plan.suggestions, index, context);
  return yield* queryIndex(plan, index, context);
}
