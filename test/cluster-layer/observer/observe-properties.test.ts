import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DatabaseRecord, DatabaseTopology } from '../../../node/cluster/database-record.ts';
import type { NodeReport } from '../../../node/cluster/node-report.ts';
import { observe } from '../../../node/cluster/observer/observe.ts';
import { EMPTY_OBSERVER_STATE, type ObserverState } from '../../../node/cluster/observer/observer-state.ts';
import { groupTopology } from './group-topology.ts';

const TAGS = ['A', 'B', 'C', 'D', 'E'] as const;
const VECTOR = `A:1-${'a'.repeat(22)}`;
const settings = {
  moveToRehabMs: 6_000,
  rotatePreferredMs: 2_000,
  addReplicaMs: 20_000,
  silentCopyMaxMs: 3_600_000,
  silentCopyTombstonesMax: 1000,
  stabilizationMs: 1_000,
  reportTimeoutMs: 1_500,
};

/** One thing that happens, and for how many seconds nothing else does. */
type Step = {
  readonly kind: 'kill' | 'revive' | 'newLeader' | 'wider' | 'fixOrder';
  readonly tag: string;
  readonly seconds: number;
};

const step = fc.record({
  kind: fc.constantFrom<Step['kind']>('kill', 'kill', 'revive', 'revive', 'newLeader', 'wider', 'fixOrder'),
  tag: fc.constantFrom(...TAGS),
  seconds: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 })),
});

/** A group under the observer. A copy has everything a second after its node is well. */
class Group {
  topology: DatabaseTopology;
  readonly dead = new Set<string>();
  changes = 0;
  #state: ObserverState = EMPTY_OBSERVER_STATE;
  #nowMs = 1_000_000;
  #leaderSinceMs = 1_000_000;
  #index = 1;

  constructor(isDynamic: boolean) {
    this.topology = groupTopology({ DynamicNodesDistribution: isDynamic });
  }

  happen({ kind, tag, seconds }: Step): void {
    if (kind === 'kill') this.dead.add(tag);
    if (kind === 'revive') this.dead.delete(tag);
    if (kind === 'newLeader') {
      this.#state = EMPTY_OBSERVER_STATE;
      this.#leaderSinceMs = this.#nowMs;
    }
    if (kind === 'wider') this.#write({ ...this.topology, ReplicationFactor: 4 });
    if (kind === 'fixOrder') {
      const { Members } = this.topology;
      const order = [...Members].sort((a, b) => Number(b === tag) - Number(a === tag));
      this.#write({ ...this.topology, PriorityOrder: order });
    }
    this.run(seconds);
  }

  run(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.#nowMs += 1_000;
      this.#round();
    }
  }

  get holders(): readonly string[] {
    return [...this.topology.Members, ...this.topology.Rehabs, ...this.topology.Promotables];
  }

  #write(topology: DatabaseTopology): void {
    this.topology = topology;
    this.#index++;
  }

  #round(): void {
    const before = this.topology;
    const { state, decisions } = observe(this.#state, {
      settings,
      nowMs: this.#nowMs,
      wallClock: new Date(this.#nowMs),
      leaderSinceMs: this.#leaderSinceMs,
      appliedIndex: 5,
      mayExpire: true,
      nodes: TAGS.map((tag) => ({ tag, report: this.#report(tag) })),
      databases: [{ record: this.#record(), index: this.#index }],
    });
    this.#state = state;
    expect(decisions.length).toBeLessThanOrEqual(1);
    for (const { topology } of decisions) {
      this.changes++;
      this.#write(topology);
      this.#check(before);
    }
  }

  /** What no decision may ever do. */
  #check(before: DatabaseTopology): void {
    expect(new Set(this.holders).size).toBe(this.holders.length);
    const isWell = (tag: string) => !this.dead.has(tag);
    const wellBefore = before.Members.filter(isWell);
    // Nobody who serves loses it, and the group keeps somebody who serves.
    expect(wellBefore.filter((tag) => !this.topology.Members.includes(tag))).toEqual([]);
    expect(this.topology.Members.length).toBeGreaterThan(0);
    // A copy is placed only where one is missing.
    const holdersBefore = [...before.Members, ...before.Rehabs, ...before.Promotables];
    if (this.holders.some((tag) => !holdersBefore.includes(tag))) {
      expect(before.Members.length + holdersBefore.filter(isWell).length - wellBefore.length).toBeLessThan(
        before.ReplicationFactor,
      );
    }
    if (!this.topology.DynamicNodesDistribution) {
      expect(this.holders.toSorted()).toEqual(
        [...before.Members, ...before.Rehabs, ...before.Promotables].toSorted(),
      );
    }
  }

  #report(tag: string): NodeReport | null {
    if (this.dead.has(tag)) return null;
    const database = {
      name: 'shop',
      status: 'Loaded' as const,
      lastEtag: 1,
      changeVector: VECTOR,
      documentsCount: 1,
      connectedPeers: [],
    };
    const databases = new Map(this.holders.includes(tag) ? [['shop', database]] : []);
    return { tag, receivedAtMs: this.#nowMs, appliedIndex: 5, databases };
  }

  #record(): DatabaseRecord {
    return {
      DatabaseName: 'shop',
      Disabled: false,
      LockMode: 'Unlock',
      DeletionInProgress: {},
      Topology: this.topology,
      Settings: {},
      ConflictSolverConfig: null,
      UnusedDatabaseIds: [],
    };
  }
}

describe('the observer, whatever happens', () => {
  it('keeps who serves, and once all nodes are well has a whole group in its fixed order and leaves it alone', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(step, { maxLength: 25 }), (isDynamic, steps) => {
        const group = new Group(isDynamic);
        for (const one of steps) group.happen(one);
        group.dead.clear();
        group.run(120);
        const { Members, Promotables, Rehabs, PriorityOrder, ReplicationFactor } = group.topology;
        expect([Promotables, Rehabs]).toEqual([[], []]);
        if (isDynamic) expect(Members.length).toBeGreaterThanOrEqual(ReplicationFactor);
        const fixed = PriorityOrder.filter((tag) => Members.includes(tag));
        expect(Members.slice(0, fixed.length)).toEqual(fixed);
        const settled = group.changes;
        group.run(120);
        expect(group.changes).toBe(settled);
      }),
      { numRuns: 150 },
    );
  });
});
