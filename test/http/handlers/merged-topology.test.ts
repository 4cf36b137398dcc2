import { describe, expect, it } from 'vitest';
import type { DatabaseTopology } from '../../../node/cluster/database-record.ts';
import { mergedTopology } from '../../../node/http/handlers/databases/merged-topology.ts';

const current = {
  Members: ['A', 'B'],
  Promotables: ['C'],
  Rehabs: [],
  DynamicNodesDistribution: true,
  ReplicationFactor: 3,
  PriorityOrder: [],
  DatabaseTopologyIdBase64: 'oH1Ux7NIbkKE2WVJkl7r5w',
} as unknown as DatabaseTopology;

const merged = (wanted: Record<string, unknown>) => mergedTopology(current, wanted, ['A', 'B', 'C', 'D']);

describe('a topology that an administrator wants', () => {
  it('has what was said, and keeps the identity and whatever was not said', () => {
    expect(merged({ Members: ['D', 'A'], ReplicationFactor: 2 })).toEqual({
      ...current,
      Members: ['D', 'A'],
      Promotables: [],
      ReplicationFactor: 2,
    });
    expect(merged({ Members: ['A'] }).ReplicationFactor).toBe(1);
  });

  it.each([
    [{ Members: [] }],
    [{ Members: ['A', 'A'] }],
    [{ Members: ['A'], Rehabs: ['A'] }],
    [{ Members: ['Z'] }],
    [{ Members: 'A' }],
    [{ ReplicationFactor: 0 }],
    [{ ReplicationFactor: 'two' }],
  ])('is refused as %j', (wanted) => {
    expect(() => merged(wanted)).toThrow();
  });
});
