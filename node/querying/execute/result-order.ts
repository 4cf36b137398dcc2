import type { EntrySet } from '../../indexing/store/entry-set.ts';
import type { OrderKey } from '../plan/order.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import type { SearchedIndex } from './evaluate.ts';
import { ordersByScore, Scores } from './scores.ts';
import { sortEntries } from './sort-entries.ts';

const BY_SCORE: readonly OrderKey[] = [{ kind: 'score', descending: false }];

/** Entries that match in the order that the query asks for; a boost and a search of vectors ask for that of the scores. */
export function orderOf(plan: QueryPlan, entries: EntrySet, index: SearchedIndex): Iterable<number> {
  const order = plan.order.length === 0 && ordersByScore(plan.where) ? BY_SCORE : plan.order;
  const scores = order.some(({ kind }) => kind === 'score') ? new Scores(plan.where, index) : undefined;
  return sortEntries(entries, order, index, (entry) => scores?.of(entry) ?? 0, plan.skip + plan.take);
}
