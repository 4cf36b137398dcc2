import type { DatabaseTopology } from './database-record.ts';

/** A node that could take a copy, as the leader sees it. */
export interface NodeCandidate {
  readonly tag: string;
  readonly isConnected: boolean;
  /** Absent: not known. Then it counts as a zone of its own. */
  readonly zone?: string;
}

export type Group = Pick<DatabaseTopology, 'Members' | 'Promotables' | 'Rehabs'>;

export interface PlacementQuestion {
  /** All nodes of the cluster, also those that hold a copy already. */
  readonly candidates: readonly NodeCandidate[];
  /** All database groups: by them the load of a node is counted. */
  readonly groups: readonly Group[];
  /** How many nodes are wanted. */
  readonly count: number;
  /** Nodes whose copies stay: they take part in the spread over zones, and are not chosen again. */
  readonly staying: readonly string[];
  /** Nodes that are not to be chosen and don't count either, such as the holder of a copy that is lost. */
  readonly excluded?: readonly string[];
  /** Whose turn it is among equals. */
  readonly turn: number;
}

/**
 * The nodes for new copies: connected ones first, spread over zones, then those with the fewest copies, then those that
 * are first in fewest groups (clients prefer the first member). Equal ones take turns. Each is chosen for the zone that
 * has the fewest copies so far, so neighbours in the result are in different zones, too: should clients have to leave
 * the first, the next is elsewhere. Gives fewer than `count` when there are no more.
 */
export function chooseNodes(question: PlacementQuestion): readonly string[] {
  const { candidates, groups, count, staying, excluded = [], turn } = question;
  const copies = countTags(groups.flatMap((g) => [...g.Members, ...g.Promotables, ...g.Rehabs]));
  const firsts = countTags(groups.flatMap((group) => group.Members.slice(0, 1)));
  const zones = new Map(candidates.map((candidate) => [candidate.tag, candidate.zone]));
  const waiting = inTurn(candidates, turn).filter(
    ({ tag }) => !staying.includes(tag) && !excluded.includes(tag),
  );
  const chosen: string[] = [];
  while (chosen.length < count) {
    const taken = [...staying, ...chosen];
    const inZone = (zone: string | undefined) =>
      zone === undefined ? 0 : taken.filter((tag) => zones.get(tag) === zone).length;
    const [best] = waiting
      .filter((candidate) => !chosen.includes(candidate.tag))
      .sort(
        (a, b) =>
          Number(b.isConnected) - Number(a.isConnected) ||
          inZone(a.zone) - inZone(b.zone) ||
          (copies.get(a.tag) ?? 0) - (copies.get(b.tag) ?? 0) ||
          (firsts.get(a.tag) ?? 0) - (firsts.get(b.tag) ?? 0),
      );
    if (best === undefined) break;
    chosen.push(best.tag);
  }
  return chosen;
}

/** In the order of their tags, beginning with another one each turn. */
function inTurn(candidates: readonly NodeCandidate[], turn: number): readonly NodeCandidate[] {
  const sorted = [...candidates].sort((a, b) => (a.tag < b.tag ? -1 : 1));
  const start = sorted.length === 0 ? 0 : turn % sorted.length;
  return [...sorted.slice(start), ...sorted.slice(0, start)];
}

/** How often each tag is named. */
export function countTags(tags: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return counts;
}
