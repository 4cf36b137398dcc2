import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { SuggestionPlan } from '../plan/suggestions/suggestion-plan.ts';
import { UnsuitedIndexError } from '../query-error.ts';
import type { QueryContext } from './execute-query.ts';
import { indexMoment } from './index-moment.ts';
import type { QueryWatch } from './query-watch.ts';
import { suggest } from './suggestions/suggest.ts';
import type { SummaryAnswer } from './summary-answer.ts';

/** Suggests words of fields. The condition of the query has no part in it. Pauses as `queryIndex` does. */
export function* querySuggestions(
  plans: readonly SuggestionPlan[],
  index: LocalIndex,
  { nowMs, watch }: QueryContext,
): Generator<void, SummaryAnswer> {
  const startedMs = performance.now();
  const moment = indexMoment(index, nowMs);
  const results: Buffer[] = [];
  for (const plan of plans) {
    const Suggestions = yield* suggestionsOf(plan, index, watch);
    results.push(Buffer.from(JSON.stringify({ Name: plan.name, Suggestions })));
  }
  return {
    ...moment,
    totalResults: results.length,
    durationMs: Math.round(performance.now() - startedMs),
    results,
  };
}

/** @throws UnsuitedIndexError when the field was not defined for suggestions */
function* suggestionsOf(
  plan: SuggestionPlan,
  { spec, fields, reader }: LocalIndex,
  watch: QueryWatch | undefined,
): Generator<void, readonly string[]> {
  const field = fields.get(plan.field);
  if (!spec.canSuggest(plan.field)) {
    throw new UnsuitedIndexError(
      field === undefined
        ? `Index '${spec.name}' does not have a field '${plan.field}'.`
        : `Index '${spec.name}' does not have suggestions configured for field '${plan.field}'.`,
    );
  }
  // No document has had the field yet.
  return field === undefined ? [] : yield* suggest(plan, field, reader, watch);
}
