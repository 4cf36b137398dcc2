/**
 * How long nobody may ask an auto index, how long it may be idle then, and how long a wider one must have been up to date
 * before it goes, in milliseconds.
 */
export interface RetirementTimes {
  readonly idleAfterMs: number;
  readonly deleteAfterMs: number;
  readonly supersededAfterMs: number;
}

/** What a node knows of one auto index. Times are of its clock. */
export interface AutoIndexUse {
  readonly isIdle: boolean;
  /** Asked here, or known to be in use elsewhere. */
  readonly usedMs: number;
  /** Known to be idle since then; null: it is not. */
  readonly idleSinceMs: number | null;
}

/** An auto index at a look. */
export interface SeenAutoIndex {
  readonly name: string;
  readonly isIdle: boolean;
  /** Null: not asked on this node since it started. */
  readonly lastQueriedMs: number | null;
}

/** What to make of auto indexes, by their names. */
export interface Retirement {
  readonly idle: readonly string[];
  readonly awake: readonly string[];
  readonly remove: readonly string[];
}

/** What is known at this look, of what was known before. One that somebody woke is in use, on whatever node. */
export function usesAt(
  seen: readonly SeenAutoIndex[],
  before: ReadonlyMap<string, AutoIndexUse>,
  nowMs: number,
): ReadonlyMap<string, AutoIndexUse> {
  return new Map(
    seen.map(({ name, isIdle, lastQueriedMs }) => {
      const known = before.get(name);
      const isNew = known === undefined && !isIdle;
      const wasWoken = known?.isIdle === true && !isIdle;
      const usedMs = Math.max(known?.usedMs ?? 0, lastQueriedMs ?? 0, isNew || wasWoken ? nowMs : 0);
      return [name, { isIdle, usedMs, idleSinceMs: isIdle ? (known?.idleSinceMs ?? nowMs) : null }];
    }),
  );
}

/**
 * Every node wakes what is asked there; one node of the group alone makes idle and deletes, or all would. What it finds
 * unused may be in use on another, which wakes it again: so nothing is deleted that anybody asks.
 */
export function retirementOf(
  uses: ReadonlyMap<string, AutoIndexUse>,
  { idleAfterMs, deleteAfterMs }: Pick<RetirementTimes, 'idleAfterMs' | 'deleteAfterMs'>,
  nowMs: number,
  isMine: boolean,
): Retirement {
  const named = (is: (use: AutoIndexUse) => boolean): readonly string[] =>
    [...uses].filter(([, use]) => is(use)).map(([name]) => name);
  const isUsed = ({ usedMs }: AutoIndexUse): boolean => nowMs - usedMs < idleAfterMs;
  return {
    idle: isMine ? named((use) => !use.isIdle && !isUsed(use)) : [],
    awake: named((use) => use.isIdle && isUsed(use)),
    remove: isMine
      ? named((use) => use.idleSinceMs !== null && !isUsed(use) && nowMs - use.idleSinceMs >= deleteAfterMs)
      : [],
  };
}
