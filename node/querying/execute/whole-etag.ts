import type { QueryPlan } from '../plan/query-plan.ts';
import { etagOf } from './index-moment.ts';
import type { QueryAnswer } from './query-answer.ts';
import type { SummaryAnswer } from './summary-answer.ts';

/**
 * Changes when the answer may: beside what it was found in also with what else it shows, whatever clients send to say
 * which query it is. `lastEtag`: of all documents, at the moment of the answer or before.
 */
export function wholeEtag(
  answer: QueryAnswer | SummaryAnswer,
  { readsOthers, projection, binder }: QueryPlan,
  lastEtag: number,
): bigint {
  const hasRead = readsOthers || ('scriptsRead' in answer && answer.scriptsRead);
  const more = [
    // A stale index has not seen what its documents are by now.
    ...(hasRead || answer.isStale ? [lastEtag] : []),
    ...(projection === 'Default' ? [] : [projection]),
    ...binder.times,
  ];
  return more.length === 0 ? answer.resultEtag : etagOf(String(answer.resultEtag), ...more);
}
