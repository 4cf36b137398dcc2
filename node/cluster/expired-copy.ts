import type { DatabaseTopology } from './database-record.ts';

interface Expirable {
  readonly NodesExpiredAt?: DatabaseTopology['NodesExpiredAt'] | undefined;
}

/** Whether the copy on this node is not trusted any more, and its node has not begun a new one yet. */
export function isExpired(topology: Expirable, tag: string): boolean {
  return topology.NodesExpiredAt?.[tag] !== undefined;
}

/** The group when the copy on this node is not trusted any more; `at`: an ISO time. */
export function withExpiredCopy(
  topology: DatabaseTopology,
  tag: string,
  { at, reason }: { readonly at: string; readonly reason: string },
): DatabaseTopology {
  return {
    ...topology,
    Rehabs: topology.Rehabs.filter((other) => other !== tag),
    Promotables: [...topology.Promotables.filter((other) => other !== tag), tag],
    DemotionReasons: { ...topology.DemotionReasons, [tag]: reason },
    PromotablesStatus: { ...topology.PromotablesStatus, [tag]: 'NotResponding' },
    NodesExpiredAt: { ...topology.NodesExpiredAt, [tag]: at },
  };
}

/** The group when this node has begun a new copy in place of the one that was not trusted. */
export function withBegunCopy(topology: DatabaseTopology, tag: string): DatabaseTopology {
  const { [tag]: _reason, ...reasons } = topology.DemotionReasons;
  const { [tag]: _demotedAt, ...demotedAt } = topology.NodesDemotedAt;
  const { [tag]: _expiredAt, ...expiredAt } = topology.NodesExpiredAt ?? {};
  return {
    ...topology,
    DemotionReasons: reasons,
    PromotablesStatus: { ...topology.PromotablesStatus, [tag]: 'WaitingForFirstPromotion' },
    NodesDemotedAt: demotedAt,
    NodesExpiredAt: expiredAt,
  };
}

/**
 * The topology with what is said of expired copies as far as it still is of one: whoever is no promotable any more has
 * left or serves. Records that never had any stay without the member: what is stored has to be the same on every node.
 */
export function withoutSettledExpiries<T extends Expirable & Pick<DatabaseTopology, 'Promotables'>>(
  topology: T,
): T {
  const { NodesExpiredAt: expired, ...rest } = topology;
  const kept = Object.entries(expired ?? {}).filter(([tag]) => topology.Promotables.includes(tag));
  return (kept.length === 0 ? rest : { ...rest, NodesExpiredAt: Object.fromEntries(kept) }) as T;
}
