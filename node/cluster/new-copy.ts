import type { DatabaseTopology } from './database-record.ts';

/** The group with one more copy, on this node: it has to be filled before it is a member. */
export function withNewCopy(topology: DatabaseTopology, node: string): DatabaseTopology {
  return {
    ...topology,
    Promotables: [...topology.Promotables, node],
    PromotablesStatus: { ...topology.PromotablesStatus, [node]: 'WaitingForFirstPromotion' },
  };
}
