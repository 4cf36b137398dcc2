import type { EntrySet } from '../../indexing/store/entry-set.ts';
import type { OrderKey } from '../plan/order.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import type { SearchedIndex } from './evaluate.ts';
import { leastPositions } from './least-first.ts';
import { ordersByScore, Scores } from './scores.ts';
import { sortEntries } from './sort-entries.ts';

const BY_SCORE: readonly OrderKey[] = [{ kind: 'score', descending: false }];

/** Entries that match in the order that the query asks for; a boost and a search of vectors ask for that of the scores. */
export function orderOf(plan: QueryPlan, entries: EntrySet, index: SearchedIndex): Iterable<number> {
  const order = plan.order.length === 0 && ordersByScore(plan.where) ? BY_SCORE : plan.order;
  const wanted = plan.skip + plan.take;
  if (!order.some(({ kind }) => kind === 'score')) return sortEntries(entries, order, index, () => 0, wanted);
  const scores = new Scores(plan.where, index, entries);
  const [first, ...more] = order;
  if (first?.kind === 'score' && more.length === 0) return byScore(entries, scores, first.descending, wanted);
  return sortEntries(entries, order, index, (entry) => scores.of(entry), wanted);
}

function* byScore(
  entries: EntrySet,
  { all }: Scores,
  isWorstFirst: boolean,
  wanted: number,
): Generator<number> {
  const positions = isWorstFirst
    ? leastPositions(all, wanted)
    : leastPositions(
        all.map((score) => -score),
        wanted,
      );
  for (const at of positions) yield entries[at] as number;
}
