import { describe, expect, it } from 'vitest';
import { ObservedWorld, vector } from './observed-world.ts';

describe('a copy that is silent for long', () => {
  const HOUR = 3_600_000;

  /** C is gone; all that is left to decide about it comes from time and tombstones. */
  function withoutC(tombstones: number): ObservedWorld {
    const world = new ObservedWorld();
    world.tombstones = tombstones;
    world.run(10_000);
    world.dead.add('C');
    world.run(120_000);
    expect(world.topology.Rehabs).toEqual(['C']);
    return world;
  }
  const isExpired = (world: ObservedWorld) => world.topology.NodesExpiredAt?.C !== undefined;

  it('is not trusted any more after its time, while tombstones are kept for it', () => {
    const world = withoutC(1);
    world.run(HOUR - 200_000);
    expect(isExpired(world)).toBe(false);
    world.run(300_000);
    expect(isExpired(world)).toBe(true);
    expect(world.topology).toMatchObject({ Members: ['A', 'B'], Rehabs: [], Promotables: ['C'] });
  });

  it('keeps its trust while there are no tombstones, or not every node knows how to give it up', () => {
    const peaceful = withoutC(0);
    peaceful.run(2 * HOUR);
    const mixed = withoutC(1);
    mixed.mayExpire = false;
    mixed.run(2 * HOUR);
    expect([isExpired(peaceful), isExpired(mixed)]).toEqual([false, false]);
  });

  it('loses it earlier when the tombstones are too many, but not by a restart', () => {
    const world = withoutC(1000);
    world.run(700_000);
    expect(isExpired(world)).toBe(false);
    world.run(200_000);
    expect(isExpired(world)).toBe(true);
  });

  it('keeps it while another node is connected to it, and while no member is well', () => {
    const seen = withoutC(1000);
    seen.connected.A = ['C'];
    seen.run(2 * HOUR);
    const alone = withoutC(1000);
    alone.dead.add('A').add('B');
    alone.run(2 * HOUR);
    expect([isExpired(seen), isExpired(alone)]).toEqual([false, false]);
  });

  it('is filled when its node reports a new copy, and no member before that has what the members have', () => {
    const world = withoutC(1);
    world.run(HOUR);
    const addedAt = world.topology.NodesAddedAt.C ?? 0;
    // It is back with what it had, and all that the others have.
    world.dead.delete('C');
    world.copySince.C = addedAt - 1;
    world.run(60_000);
    expect(isExpired(world)).toBe(true);
    world.copySince.C = addedAt;
    world.vectors.C = '';
    world.run(60_000);
    expect(isExpired(world)).toBe(false);
    expect(world.topology.Promotables).toEqual(['C']);
    world.vectors.C = vector({ A: 1 });
    world.run(10_000);
    expect(world.topology).toMatchObject({ Members: ['A', 'B', 'C'], Promotables: [], DemotionReasons: {} });
  });
});
