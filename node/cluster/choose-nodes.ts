import type { DatabaseTopology } from './database-record.ts';

/** A node that could take a copy, as the leader sees it. */
export interface NodeCandidate {
  readonly tag: string;
  readonly isConnected: boolean;
  readonly zone?: string;
}

type Groups = readonly Pick<DatabaseTopology, 'Members' | 'Promotables' | 'Rehabs'>[];

/**
 * The nodes for new copies: connected ones first, spread over zones, then those with the fewest copies, then those that
 * are first in fewest groups (clients prefer the first member). Ties go by `tieBreak`, so that equal nodes take turns.
 * Gives fewer than `count` when there are no more.
 */
export function chooseNodes(
  candidates: readonly NodeCandidate[],
  groups: Groups,
  count: number,
  holders: readonly string[],
  tieBreak: number,
): readonly string[] {
  const copies = (tag: string) =>
    groups.filter((g) => [...g.Members, ...g.Promotables, ...g.Rehabs].includes(tag)).length;
  const firsts = (tag: string) => groups.filter((group) => group.Members[0] === tag).length;
  const zones = new Map(candidates.map((candidate) => [candidate.tag, candidate.zone]));
  const sorted = [...candidates].sort((a, b) => (a.tag < b.tag ? -1 : 1));
  const turn = sorted.length === 0 ? 0 : tieBreak % sorted.length;
  const rotated = [...sorted.slice(turn), ...sorted.slice(0, turn)];
  const chosen: string[] = [];
  while (chosen.length < count) {
    const taken = [...holders, ...chosen];
    const inZone = (zone: string | undefined) =>
      zone === undefined ? 0 : taken.filter((tag) => zones.get(tag) === zone).length;
    const [best] = rotated
      .filter((candidate) => !taken.includes(candidate.tag))
      .sort(
        (a, b) =>
          Number(b.isConnected) - Number(a.isConnected) ||
          inZone(a.zone) - inZone(b.zone) ||
          copies(a.tag) - copies(b.tag) ||
          firsts(a.tag) - firsts(b.tag),
      );
    if (best === undefined) break;
    chosen.push(best.tag);
  }
  return chosen;
}
