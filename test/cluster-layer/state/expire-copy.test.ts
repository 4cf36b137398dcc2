import { expect, it } from 'vitest';
import { Machine } from './machine.ts';

const observed = { reason: 'silent for a week', round: 3 };

/** A group of three in which C serves no more. */
function groupWithRehab(): Machine {
  const machine = new Machine();
  machine.create('shop', 'A', 'B', 'C');
  const topology = machine.record('shop')?.record.Topology;
  if (topology === undefined) throw new Error('There is no record.');
  machine.apply({
    type: 'UpdateTopology',
    name: 'shop',
    topology: { ...topology, Members: ['A', 'B'], Rehabs: ['C'] },
    expectedEtag: null,
  });
  return machine;
}

const expire = (machine: Machine, node: string, expectedEtag = machine.record('shop')?.etag ?? 0) =>
  machine.apply({ type: 'ExpireCopy', name: 'shop', node, expectedEtag, observed });

it('gives the node a new copy in place of the one that it has', () => {
  const machine = groupWithRehab();
  const before = machine.record('shop')?.record.Topology.NodesAddedAt ?? {};
  expire(machine, 'C');
  const { etag, record } = machine.record('shop') ?? {};
  expect(record?.Topology).toMatchObject({
    Members: ['A', 'B'],
    Rehabs: [],
    Promotables: ['C'],
    DemotionReasons: { C: 'silent for a week' },
    NodesAddedAt: { A: before.A, B: before.B, C: etag },
    ReplicationFactor: 3,
  });
  expect(Object.keys(record?.Topology.NodesExpiredAt ?? {})).toEqual(['C']);
});

it('is refused for a member, for who holds no copy, twice, and where the record has changed', () => {
  const machine = groupWithRehab();
  expect(expire(machine, 'A')).toBe('ClusterOperationError');
  expect(expire(machine, 'D')).toBe('ClusterOperationError');
  expect(expire(machine, 'C', 1)).toBe('RachisConcurrencyError');
  expire(machine, 'C');
  expect(expire(machine, 'C')).toBe('ClusterOperationError');
});

it('is over when the node serves again, or holds no copy any more', () => {
  const promoted = groupWithRehab();
  expire(promoted, 'C');
  promoted.apply({ type: 'PromoteDatabaseNode', name: 'shop', node: 'C' });
  expect(promoted.record('shop')?.record.Topology).not.toHaveProperty('NodesExpiredAt');
  const removed = groupWithRehab();
  expire(removed, 'C');
  removed.apply({ type: 'RemoveNodeFromCluster', node: 'C' });
  expect(removed.record('shop')?.record.Topology).not.toHaveProperty('NodesExpiredAt');
});
