import { expect } from 'vitest';
import type { DatabaseRecord, DatabaseTopology } from '../../../node/cluster/database-record.ts';
import type { DatabaseReport, NodeReport } from '../../../node/cluster/node-report.ts';
import { observe } from '../../../node/cluster/observer/observe.ts';
import type { ObserverInput } from '../../../node/cluster/observer/observer-input.ts';
import { EMPTY_OBSERVER_STATE, type ObserverState } from '../../../node/cluster/observer/observer-state.ts';
import { groupTopology } from './group-topology.ts';
import { SETTINGS } from './observer-settings.ts';

const ids: Record<string, string> = {
  A: 'A'.repeat(22),
  B: 'B'.repeat(22),
  C: 'C'.repeat(22),
  D: 'D'.repeat(22),
};
export const vector = (etags: Record<string, number>) =>
  Object.entries(etags)
    .map(([tag, etag]) => `${tag}:${etag}-${ids[tag]}`)
    .join(', ');

function topology(parts: Partial<DatabaseTopology>): DatabaseTopology {
  return groupTopology({ NodesModifiedAt: '2026-01-01T00:00:00.000Z', ...parts });
}

/** A cluster that the observer looks at, round by round; decisions are applied as Rachis would. */
export class ObservedWorld {
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
      settings: SETTINGS,
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
