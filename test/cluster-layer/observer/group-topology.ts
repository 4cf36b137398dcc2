import type { DatabaseTopology } from '../../../node/cluster/database-record.ts';

/** The topology of a group of three copies on A, B and C, all members, but for these parts. */
export function groupTopology(parts: Partial<DatabaseTopology> = {}): DatabaseTopology {
  return {
    Members: ['A', 'B', 'C'],
    Promotables: [],
    Rehabs: [],
    PredefinedMentors: {},
    DemotionReasons: {},
    PromotablesStatus: {},
    Stamp: { Index: 1, Term: 1, LeadersTicks: 0 },
    DynamicNodesDistribution: false,
    ReplicationFactor: 3,
    DatabaseTopologyIdBase64: 'g'.repeat(22),
    ClusterTransactionIdBase64: 't'.repeat(22),
    PriorityOrder: [],
    NodesModifiedAt: '',
    NodesAddedAt: {},
    NodesDemotedAt: {},
    ...parts,
  };
}
