import { describe, expect, it } from 'vitest';
import { SPREAD_SETTLE_MS } from '../../../operator/decide/limits.ts';
import { conditionOf, decideOn, inZones, NOW_MS, type Picture } from './observations.ts';

const six = ['A', 'B', 'C', 'D', 'E', 'F'];
const platform = inZones({ A: 'z1', B: 'z1', C: 'z2', D: 'z2', E: 'z3', F: 'z3' });
const KEY = 'A=z1 B=z1 C=z2 D=z2 E=z3 F=z3';
const settled = { spread: { key: KEY, sinceMs: NOW_MS - SPREAD_SETTLE_MS } };

const spread = (picture: Picture) => conditionOf(decideOn('{ nodes: 6 }', picture), 'ZoneSpread');

describe('a new copy', () => {
  it('goes to a zone without one before it goes to the least loaded node', () => {
    const databases = [
      { name: 'a', members: ['A', 'C'] },
      { name: 'b', members: ['E', 'F', 'A'] },
    ];
    expect(decideOn('{ nodes: 6 }', { members: six, platform, databases }).actions).toEqual([
      { type: 'AddDatabaseReplica', database: 'a', tag: 'E' },
    ]);
  });

  it('goes to a node that is about to be taken away only when there is no other', () => {
    const draining = { ...platform, E: { zone: 'z3', host: { name: 'h', isDraining: true } } };
    const databases = [{ members: ['A', 'C'] }];
    expect(decideOn('{ nodes: 6 }', { members: six, platform: draining, databases }).actions).toEqual([
      { type: 'AddDatabaseReplica', database: 'shop', tag: 'F' },
    ]);
  });

  it('is placed by the zone that the cluster knows while the pod has no machine', () => {
    const { C: _, ...rest } = platform;
    const properties = { C: { zone: 'z2' } };
    const databases = [{ members: ['A', 'C'] }];
    const picture = { members: six, platform: rest, properties, databases };
    expect(decideOn('{ nodes: 6 }', picture).actions[0]).toEqual({
      type: 'AddDatabaseReplica',
      database: 'shop',
      tag: 'E',
    });
  });
});

describe('a copy too many', () => {
  it('goes from the zone with the most', () => {
    const databases = [{ members: ['A', 'C', 'E', 'F'] }];
    expect(decideOn('{ nodes: 6 }', { members: six, platform, databases }).actions).toEqual([
      { type: 'RemoveDatabaseReplica', database: 'shop', tag: 'F' },
    ]);
  });
});

describe('copies that share a zone though another is free', () => {
  const databases = [{ members: ['A', 'B', 'C'] }];
  const picture = { members: six, platform, databases };

  it('are moved once nodes and zones have stayed as they are for a while', () => {
    expect(decideOn('{ nodes: 6 }', picture, settled).actions).toEqual([
      { type: 'AddDatabaseReplica', database: 'shop', tag: 'E' },
    ]);
    const early = { spread: { key: KEY, sinceMs: NOW_MS - SPREAD_SETTLE_MS + 1 } };
    expect(decideOn('{ nodes: 6 }', picture, early).actions).toEqual([]);
    const moved = { spread: { key: 'another', sinceMs: 0 } };
    expect(decideOn('{ nodes: 6 }', picture, moved).memory.spread).toEqual({ key: KEY, sinceMs: NOW_MS });
  });

  it('stay where they are while anybody is away', () => {
    expect(decideOn('{ nodes: 6 }', { ...picture, down: ['D'] }, settled).actions).toEqual([]);
  });

  it('are not moved when they are out of the policy of the cluster', () => {
    const spec = '{ nodes: 6, replicationFactor: { mode: Unmanaged } }';
    expect(decideOn(spec, picture, settled).actions).toEqual([]);
  });
});

describe('the load', () => {
  const spec = '{ nodes: 4, replicationFactor: { target: 1 } }';
  const key = 'A=z1 B=z1 C=z2 D=z2';
  const memory = { spread: { key, sinceMs: 0 } };
  const four = inZones({ A: 'z1', B: 'z1', C: 'z2', D: 'z2' });
  const members = ['A', 'B', 'C', 'D'];
  const of = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).flatMap(([tag, count]) =>
      Array.from({ length: count }, (_, index) => ({ name: `${tag}${index}`, members: [tag] })),
    );

  it('is evened out by one copy at a time, until no node has two more than another', () => {
    const uneven = { members, platform: four, databases: of({ A: 3, B: 1, C: 2, D: 2 }) };
    expect(decideOn(spec, uneven, memory).actions).toEqual([
      { type: 'AddDatabaseReplica', database: 'A0', tag: 'B' },
    ]);
    const even = { members, platform: four, databases: of({ A: 2, B: 1, C: 2, D: 1 }) };
    expect(decideOn(spec, even, memory).actions).toEqual([]);
  });
});

describe('the condition ZoneSpread', () => {
  it('is unknown where zones are', () => {
    expect(spread({ members: six })).toEqual({
      status: 'Unknown',
      reason: 'UnknownZones',
      message: undefined,
    });
    const { F: _, ...most } = platform;
    expect(spread({ members: six, platform: most })?.message).toBe('No zone of F');
  });

  it.each([
    ['SingleZone', inZones({ A: 'z', B: 'z', C: 'z' }), 'All nodes are in zone z'],
    ['Balanced', inZones({ A: 'x', B: 'y', C: 'z' }), undefined],
    ['Balanced', inZones({ A: 'x', B: 'y', C: 'y' }), undefined],
  ])('is %s', (reason, zones, message) => {
    const decision = decideOn('{ nodes: 3 }', { members: ['A', 'B', 'C'], platform: zones });
    expect(conditionOf(decision, 'ZoneSpread')).toMatchObject({ reason });
    expect(conditionOf(decision, 'ZoneSpread')?.message).toBe(message);
  });

  it('names a zone with a majority of the voters, one with too many nodes, and databases that are crowded', () => {
    const zones = inZones({ A: 'x', B: 'x', C: 'x', D: 'y', E: 'z' });
    const members = ['A', 'B', 'C', 'D', 'E'];
    const databases = [{ members: ['A', 'B', 'C'] }];
    const decision = decideOn('{ nodes: 5 }', { members, platform: zones, databases });
    expect(conditionOf(decision, 'ZoneSpread')).toEqual({
      status: 'False',
      reason: 'Skewed',
      message:
        'zone x holds a majority of the voters; zone x has 3 nodes, zone z has 1; copies of database shop share a zone though another has room',
    });
  });
});
