import type { Condition } from '../api/raven-cluster.ts';

type Draft = Pick<Condition, 'type' | 'status' | 'reason'> & { readonly message?: string };

/** Conditions as a status holds them: each keeps the time of its last change, of several for a type the last counts. */
export function withTimes(
  drafts: readonly Draft[],
  before: readonly Condition[] | undefined,
  { nowMs, generation }: { readonly nowMs: number; readonly generation: number | undefined },
): readonly Condition[] {
  const byType = new Map(drafts.map((draft) => [draft.type, draft]));
  return [...byType.values()].map((draft) => {
    const last = before?.find((condition) => condition.type === draft.type);
    const isSame = last?.status === draft.status;
    return {
      ...draft,
      lastTransitionTime: isSame ? last.lastTransitionTime : new Date(nowMs).toISOString(),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
  });
}
