import { setOf } from '../../indexing/store/entry-set.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import type { SearchedIndex } from './evaluate.ts';
import type { ShownResult } from './highlight/highlight.ts';
import { resultKey } from './result-key.ts';
import { Scores } from './scores.ts';

/** Why results have the scores that they have: by the result's id, or the value of the group key. */
export type Explanations = Readonly<Record<string, readonly string[]>>;

export function explanations(
  plan: QueryPlan,
  results: readonly ShownResult[],
  index: SearchedIndex,
  isGrouped: boolean,
): Explanations {
  const entriesBy = new Map(
    results.map((result) => [result, [...index.reader.entriesOf(result.lowerId)]] as const),
  );
  const lines = new Map<number, string[]>([...entriesBy.values()].flat().map((entry) => [entry, []]));
  const entries = setOf(Uint32Array.from(lines.keys()));
  const scores = new Scores(plan.where, index, entries, (entry, score, why) => {
    lines.get(entry)?.push(`  ${score} = ${why()}`);
  });
  return Object.fromEntries(
    [...entriesBy].map(([result, entries]) => [
      resultKey(result, plan.include.explanations?.groupKey, index, isGrouped, 'explanations'),
      entries.map((entry) => [`${scores.of(entry)} = sum of:`, ...(lines.get(entry) ?? [])].join('\n')),
    ]),
  );
}
