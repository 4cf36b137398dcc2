import { describe, expect, it } from 'vitest';
import type { DatabaseRecord, DatabaseTopology } from '../../../node/cluster/database-record.ts';
import type { DatabaseReport, NodeReport } from '../../../node/cluster/node-report.ts';
import { observe } from '../../../node/cluster/observer/observe.ts';
import type { ObserverInput } from '../../../node/cluster/observer/observer-input.ts';
import { EMPTY_OBSERVER_STATE, type ObserverState } from '../../../node/cluster/observer/observer-state.ts';
import { groupTopology } from './group-topology.ts';

const settings = {
  moveToRehabMs: 60_000,
  rotatePreferredMs: 5_000,
  addReplicaMs: 900_000,
  silentCopyMaxMs: 3_600_000,
  silentCopyTombstonesMax: 1000,
  stabilizationMs: 5_000,
  reportTimeoutMs: 5_000,
};
const ids: Record<string, string> = {
  A: 'A'.repeat(22),
  B: 'B'.repeat(22),
  C: 'C'.repeat(22),
  D: 'D'.repeat(22),
};
const vector = (etags: Record<string, number>) =>
  Object.entries(etags)
    .map(([tag, etag]) => `${tag}:${etag}-${ids[tag]}`)
    .join(', ');

function topology(parts: Partial<DatabaseTopology>): DatabaseTopology {
  return groupTopology({ NodesModifiedAt: '2026-01-01T00:00:00.000Z', ...parts });
}

/** A cluster that the observer looks at, round by round; decisions are applied as Rachis would. */
class World {
  now = 100_000;
  index = 10;
  state: ObserverState = EMPTY_OBSERVER_STATE;
  topology: DatabaseTopology;
  readonly dead = new Set<string>();
  readonly vectors: Record<string, string> = {};
  readonly connected: Record<string, readonly string[]> = {};
  readonly faults: Record<string, string> = {};
  readonly reasons: string[] = [];
  /** Of each copy. */
  tombstones = 0;
  /** By tag: since when its node has the copy that it reports. */
  readonly copySince: Record<string, number> = {};
  mayExpire = true;
  leaderSinceMs = 0;
  tags = ['A', 'B', 'C', 'D'];

  constructor(parts: Partial<DatabaseTopology> = {}) {
    this.topology = topology(parts);
  }

  get #input(): ObserverInput {
    return {
      settings,
      nowMs: this.now,
      wallClock: new Date(this.now),
      leaderSinceMs: this.leaderSinceMs,
      appliedIndex: 50,
      mayExpire: this.mayExpire,
      nodes: this.tags.map((tag) => ({ tag, report: this.#report(tag) })),
      databases: [
        {
          record: {
            DatabaseName: 'Shop',
            Disabled: false,
            LockMode: 'Unlock',
            DeletionInProgress: {},
            Topology: this.topology,
            Settings: {},
            ConflictSolverConfig: null,
            UnusedDatabaseIds: [],
          } satisfies DatabaseRecord,
          index: this.index,
        },
      ],
    };
  }

  #report(tag: string): NodeReport | null {
    if (this.dead.has(tag)) return null;
    const holders = [...this.topology.Members, ...this.topology.Rehabs, ...this.topology.Promotables];
    const database: DatabaseReport = {
      name: 'Shop',
      status: this.faults[tag] === undefined ? 'Loaded' : 'Faulted',
      ...(this.faults[tag] === undefined ? {} : { error: this.faults[tag] }),
      lastEtag: 1,
      changeVector: this.vectors[tag] ?? vector({ A: 1 }),
      documentsCount: 1,
      tombstones: this.tombstones,
      ...(this.copySince[tag] === undefined ? {} : { copySince: this.copySince[tag] }),
      connectedPeers: this.connected[tag] ?? [],
    };
    return {
      tag,
      receivedAtMs: this.now,
      appliedIndex: 50,
      databases: new Map(holders.includes(tag) ? [['shop', database]] : []),
    };
  }

  run(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now += 1000) {
      const { state, decisions } = observe(this.state, this.#input);
      this.state = state;
      for (const decision of decisions) {
        expect(decision.recordIndex).toBe(this.index);
        this.topology = decision.topology;
        if (decision.expires !== undefined) {
          const addedAt = { ...this.topology.NodesAddedAt, [decision.expires]: this.index + 1 };
          this.topology = { ...this.topology, NodesAddedAt: addedAt };
        }
        this.reasons.push(decision.reason);
        this.index++;
      }
    }
  }
}

describe('the cluster observer', () => {
  it('leaves a healthy group alone', () => {
    const world = new World();
    world.run(300_000);
    expect(world.reasons).toEqual([]);
  });

  it('puts another member first when the preferred one is silent, and a silent member to rehab after its time', () => {
    const world = new World();
    world.run(10_000);
    world.dead.add('A');
    world.run(20_000);
    expect(world.topology.Members).toEqual(['B', 'C', 'A']);
    world.run(60_000);
    expect(world.topology).toMatchObject({ Members: ['B', 'C'], Rehabs: ['A'] });
    expect(world.reasons.length).toBe(2);
  });

  it('takes a rehab back when it has shown that it holds what the members had, and not before', () => {
    const world = new World({ Members: ['A', 'B'], Rehabs: ['C'] });
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
    const world = new World({ Members: ['A', 'B'], Rehabs: ['C'] });
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
    const world = new World({ Members: ['A', 'B'], Rehabs: ['C'] });
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
    const world = new World({ Members: ['A', 'B'], Promotables: ['C'] });
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
    const world = new World({ Members: ['A'], Rehabs: ['B'], Promotables: ['C'] });
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
    const world = new World();
    world.dead.add('C');
    world.connected.B = ['C'];
    world.run(300_000);
    expect(world.topology.Members).toEqual(['A', 'B', 'C']);
    world.connected.B = [];
    world.run(10_000);
    expect(world.topology.Rehabs).toEqual(['C']);
  });

  it('demotes a member whose database reports a fault, although its node is alive', () => {
    const world = new World();
    world.faults.C = 'the disk is broken';
    world.connected.B = ['C'];
    world.run(120_000);
    expect(world.topology.Rehabs).toEqual(['C']);
    expect(world.topology.DemotionReasons.C).toContain('the disk is broken');
  });

  it('never takes out the last good member', () => {
    const world = new World();
    for (const tag of ['A', 'B', 'C']) world.dead.add(tag);
    world.run(2_000_000);
    expect(world.topology.Members).toEqual(['A', 'B', 'C']);
  });

  it('revives the rehabs with the most recent data when no member is left, all of them if they diverged', () => {
    const world = new World({ Members: [], Rehabs: ['A', 'B', 'C'] });
    world.vectors.A = vector({ A: 3 });
    world.vectors.B = vector({ A: 3, B: 1 });
    world.vectors.C = vector({ A: 3, C: 1 });
    world.run(8_000);
    expect(world.topology.Members.slice(0, 2)).toEqual(['B', 'C']);
  });

  it('replaces a rehab that stays away, counting from its demotion over a change of leader, then lets it go', () => {
    const world = new World({ DynamicNodesDistribution: true });
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
    const world = new World();
    world.dead.add('A');
    world.leaderSinceMs = world.now;
    world.run(5_000);
    expect(world.reasons).toEqual([]);
  });

  it('bounds its changes when a node flaps', () => {
    const world = new World();
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
    const world = new World();
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
    const world = new World({ PriorityOrder: ['A', 'B', 'C'] });
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
    const world = new World({ Members: ['C', 'A', 'B'], PriorityOrder: ['B', 'A'] });
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
    const world = new World({ Members: ['A', 'B'], ReplicationFactor: 3 });
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
    const world = new World();
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
    const world = new World();
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

describe('a copy that is silent for long', () => {
  const HOUR = 3_600_000;

  /** C is gone; all that is left to decide about it comes from time and tombstones. */
  function withoutC(tombstones: number): World {
    const world = new World();
    world.tombstones = tombstones;
    world.run(10_000);
    world.dead.add('C');
    world.run(120_000);
    expect(world.topology.Rehabs).toEqual(['C']);
    return world;
  }
  const isExpired = (world: World) => world.topology.NodesExpiredAt?.C !== undefined;

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
