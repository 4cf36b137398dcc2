import { describe, expect, it } from 'vitest';
import { EMPTY_OBSERVER_STATE } from '../../../node/cluster/observer/observer-state.ts';
import { ObservedWorld, vector } from './observed-world.ts';

describe('the cluster observer', () => {
  it('leaves a healthy group alone', () => {
    const world = new ObservedWorld();
    world.run(300_000);
    expect(world.reasons).toEqual([]);
  });

  it('puts another member first when the preferred one is silent, and a silent member to rehab after its time', () => {
    const world = new ObservedWorld();
    world.run(10_000);
    world.dead.add('A');
    world.run(20_000);
    expect(world.topology.Members).toEqual(['B', 'C', 'A']);
    world.run(60_000);
    expect(world.topology).toMatchObject({ Members: ['B', 'C'], Rehabs: ['A'] });
    expect(world.reasons.length).toBe(2);
  });

  it('takes a rehab back when it has shown that it holds what the members had, and not before', () => {
    const world = new ObservedWorld({ Members: ['A', 'B'], Rehabs: ['C'] });
    world.vectors.A = vector({ A: 9, B: 4 });
    world.vectors.B = vector({ A: 8, B: 5 });
    world.vectors.C = vector({ A: 9, B: 4 });
    world.run(60_000);
    expect(world.topology.Rehabs).toEqual(['C']);
    world.vectors.C = vector({ A: 9, B: 5, C: 1 });
    world.run(3_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'B', 'C'], Rehabs: [] });
  });

  it('asks no longer for what only a member had that serves no more', () => {
    const world = new ObservedWorld({ Members: ['A', 'B'], Rehabs: ['C'] });
    world.vectors.A = vector({ A: 9, B: 4 });
    world.vectors.B = vector({ A: 9, B: 5 });
    world.vectors.C = vector({ A: 9, B: 4 });
    world.run(10_000);
    expect(world.topology.Rehabs).toEqual(['C']);
    world.topology = { ...world.topology, Members: ['A'] };
    world.index++;
    world.run(10_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'C'], Rehabs: [] });
  });

  it('asks of a rehab what every member has, one that has told a new leader nothing yet included', () => {
    const world = new ObservedWorld({ Members: ['A', 'B'], Rehabs: ['C'] });
    world.leaderSinceMs = world.now;
    world.vectors.B = vector({ A: 1, B: 5 });
    world.dead.add('B');
    world.run(3_000);
    world.dead.delete('B');
    world.run(60_000);
    expect(world.topology.Rehabs).toEqual(['C']);
    world.vectors.C = vector({ A: 1, B: 5 });
    world.run(3_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'B', 'C'], Rehabs: [] });
  });

  it('asks no copy any more for what a member had that is none any more: it may be gone with its disk', () => {
    const world = new ObservedWorld({ Members: ['A', 'B'], Promotables: ['C'] });
    world.vectors.A = vector({ A: 9, B: 6 });
    world.vectors.B = vector({ A: 9, B: 7 });
    world.vectors.C = '';
    world.run(10_000);
    world.vectors.C = vector({ A: 9, B: 6 });
    world.dead.add('B');
    world.run(50_000);
    expect(world.topology).toMatchObject({ Members: expect.arrayContaining(['A', 'B']), Promotables: ['C'] });
    world.run(30_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'C'], Rehabs: ['B'], Promotables: [] });
  });

  it('asks a copy for what another one had alone that became a member before it', () => {
    const world = new ObservedWorld({ Members: ['A'], Rehabs: ['B'], Promotables: ['C'] });
    world.vectors.A = vector({ A: 9 });
    world.vectors.B = vector({ A: 8, B: 13 });
    world.vectors.C = vector({ A: 8 });
    world.run(10_000);
    world.vectors.B = vector({ A: 9, B: 13 });
    world.run(10_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'B'], Promotables: ['C'] });
    world.vectors.C = vector({ A: 9 });
    world.run(10_000);
    expect(world.topology.Promotables).toEqual(['C']);
    world.vectors.C = vector({ A: 9, B: 13 });
    world.run(3_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'B', 'C'], Promotables: [] });
  });

  it('does not demote a node that another member is connected to', () => {
    const world = new ObservedWorld();
    world.dead.add('C');
    world.connected.B = ['C'];
    world.run(300_000);
    expect(world.topology.Members).toEqual(['A', 'B', 'C']);
    world.connected.B = [];
    world.run(10_000);
    expect(world.topology.Rehabs).toEqual(['C']);
  });

  it('demotes a member whose database reports a fault, although its node is alive', () => {
    const world = new ObservedWorld();
    world.faults.C = 'the disk is broken';
    world.connected.B = ['C'];
    world.run(120_000);
    expect(world.topology.Rehabs).toEqual(['C']);
    expect(world.topology.DemotionReasons.C).toContain('the disk is broken');
  });

  it('never takes out the last good member', () => {
    const world = new ObservedWorld();
    for (const tag of ['A', 'B', 'C']) world.dead.add(tag);
    world.run(2_000_000);
    expect(world.topology.Members).toEqual(['A', 'B', 'C']);
  });

  it('revives the rehabs with the most recent data when no member is left, all of them if they diverged', () => {
    const world = new ObservedWorld({ Members: [], Rehabs: ['A', 'B', 'C'] });
    world.vectors.A = vector({ A: 3 });
    world.vectors.B = vector({ A: 3, B: 1 });
    world.vectors.C = vector({ A: 3, C: 1 });
    world.run(8_000);
    expect(world.topology.Members.slice(0, 2)).toEqual(['B', 'C']);
  });

  it('replaces a rehab that stays away, counting from its demotion over a change of leader, then lets it go', () => {
    const world = new ObservedWorld({ DynamicNodesDistribution: true });
    world.dead.add('C');
    world.run(500_000);
    expect(world.topology.Rehabs).toEqual(['C']);
    world.state = EMPTY_OBSERVER_STATE;
    world.leaderSinceMs = world.now;
    world.vectors.D = '';
    world.run(500_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'B'], Promotables: ['D'], Rehabs: ['C'] });
    world.vectors.D = vector({ A: 1 });
    world.run(60_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'B', 'D'], Promotables: [], Rehabs: [] });
  });

  it('waits after a change of leader or topology before it judges', () => {
    const world = new ObservedWorld();
    world.dead.add('A');
    world.leaderSinceMs = world.now;
    world.run(5_000);
    expect(world.reasons).toEqual([]);
  });

  it('bounds its changes when a node flaps', () => {
    const world = new ObservedWorld();
    world.run(10_000);
    for (let i = 0; i < 50; i++) {
      world.dead.add('C');
      world.run(20_000);
      world.dead.delete('C');
      world.run(20_000);
    }
    expect(world.reasons).toEqual([]);
  });

  it('lets a member that comes and goes wait longer each time, and forgives it after some peace', () => {
    const world = new ObservedWorld();
    world.run(10_000);
    const flap = (awayMs: number, thereMs: number) => {
      world.dead.add('C');
      world.run(awayMs);
      world.dead.delete('C');
      world.run(thereMs);
    };
    flap(70_000, 50_000);
    expect(world.topology.Members).toEqual(['A', 'B', 'C']);
    for (let i = 1; i < 60; i++) flap(70_000, 50_000);
    // Two hours: without the wait it would have been demoted and promoted sixty times.
    expect(world.reasons.length).toBeLessThan(2 * (5 + 7200 / 480));
    expect(
      world.reasons.filter((reason) => reason.includes('not for the first time')).length,
    ).toBeGreaterThan(4);
    // Whoever stays is a member again, and after an hour as good as any other.
    world.run(10 * 60_000);
    expect(world.topology.Members).toEqual(['A', 'B', 'C']);
    world.run(60 * 60_000);
    flap(70_000, 10_000);
    expect(world.topology.Members).toEqual(['A', 'B', 'C']);
  });

  it('brings members that came back into the fixed order again, and rotates nobody out of it', () => {
    const world = new ObservedWorld({ PriorityOrder: ['A', 'B', 'C'] });
    world.run(10_000);
    world.dead.add('A');
    world.run(30_000);
    expect(world.topology.Members).toEqual(['A', 'B', 'C']);
    world.run(60_000);
    expect(world.topology).toMatchObject({ Members: ['B', 'C'], Rehabs: ['A'] });
    world.dead.delete('A');
    world.run(30_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'B', 'C'], Rehabs: [] });
  });

  it('puts members into the fixed order that an emergency put into another, once all are well', () => {
    const world = new ObservedWorld({ Members: ['C', 'A', 'B'], PriorityOrder: ['B', 'A'] });
    world.leaderSinceMs = world.now;
    world.dead.add('A');
    world.run(30_000);
    expect(world.topology.Members).toEqual(['C', 'A', 'B']);
    world.dead.delete('A');
    world.run(30_000);
    expect(world.topology.Members).toEqual(['B', 'A', 'C']);
    expect(world.reasons).toHaveLength(1);
  });

  it('gives a group more copies, one at a time, when it is to have more and copies may be placed', () => {
    const world = new ObservedWorld({ Members: ['A', 'B'], ReplicationFactor: 3 });
    world.run(60_000);
    expect(world.reasons).toEqual([]);
    world.topology = { ...world.topology, DynamicNodesDistribution: true, ReplicationFactor: 4 };
    world.vectors.C = '';
    world.vectors.D = '';
    world.run(60_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'B'], Promotables: ['C', 'D'] });
    world.vectors.C = vector({ A: 1 });
    world.vectors.D = vector({ A: 1 });
    world.run(60_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'B', 'C', 'D'], Promotables: [] });
    expect(world.reasons).toHaveLength(4);
  });

  it('gives a copy that is new its time, however long the leader has been leading', () => {
    const world = new ObservedWorld();
    world.run(500_000);
    world.dead.add('D');
    world.vectors.D = '';
    world.topology = {
      ...world.topology,
      Promotables: ['D'],
      ReplicationFactor: 4,
      DynamicNodesDistribution: true,
    };
    world.index++;
    world.tags = ['A', 'B', 'C', 'D', 'E'];
    world.run(50_000);
    expect(world.topology).toMatchObject({ Promotables: ['D'], PromotablesStatus: {} });
    world.run(500_000);
    expect(world.topology).toMatchObject({ Promotables: ['D'], PromotablesStatus: { D: 'NotResponding' } });
    world.vectors.E = '';
    world.run(500_000);
    expect(world.topology).toMatchObject({ Promotables: ['E'] });
  });

  it('gives a database that is new the time to open everywhere', () => {
    const world = new ObservedWorld();
    const before = world.topology;
    // The leader has looked before, at other databases.
    world.state = new Map();
    world.now += 500_000;
    world.dead.add('C');
    world.run(50_000);
    expect(world.topology).toBe(before);
    world.run(20_000);
    expect(world.topology.Rehabs).toEqual(['C']);
  });
});
