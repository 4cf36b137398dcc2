import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DatabaseRecord, DatabaseTopology } from '../../../node/cluster/database-record.ts';
import type { DatabaseReport } from '../../../node/cluster/node-report.ts';
import { observe } from '../../../node/cluster/observer/observe.ts';
import { EMPTY_OBSERVER_STATE } from '../../../node/cluster/observer/observer-state.ts';
import { groupTopology } from './group-topology.ts';
import { SETTINGS } from './observer-settings.ts';

const NOW = 10_000_000;

function topology(parts: Partial<DatabaseTopology>): DatabaseTopology {
  return groupTopology({ Members: [], DynamicNodesDistribution: true, ...parts });
}

function record(DatabaseName: string, Topology: DatabaseTopology): DatabaseRecord {
  return {
    DatabaseName,
    Disabled: false,
    LockMode: 'Unlock',
    DeletionInProgress: {},
    Topology,
    Settings: {},
    ConflictSolverConfig: null,
    UnusedDatabaseIds: [],
  };
}

/** One round over these databases, long after the nodes died. Gives the topologies after it, by name. */
function round(
  zones: Readonly<Record<string, string>>,
  dead: readonly string[],
  topologies: Readonly<Record<string, DatabaseTopology>>,
  times: Partial<typeof SETTINGS> = {},
): Record<string, DatabaseTopology> {
  const report = (name: string): DatabaseReport => ({
    name,
    status: 'Loaded',
    lastEtag: 1,
    changeVector: `A:1-${'a'.repeat(22)}`,
    documentsCount: 1,
    connectedPeers: [],
  });
  const { decisions } = observe(EMPTY_OBSERVER_STATE, {
    settings: { ...SETTINGS, ...times },
    nowMs: NOW,
    wallClock: new Date(NOW),
    leaderSinceMs: 0,
    appliedIndex: 50,
    mayExpire: true,
    nodes: Object.entries(zones).map(([tag, zone]) => ({
      tag,
      zone,
      report: dead.includes(tag)
        ? null
        : {
            tag,
            receivedAtMs: NOW,
            appliedIndex: 50,
            databases: new Map(
              Object.entries(topologies)
                .filter(([, { Members, Rehabs }]) => [...Members, ...Rehabs].includes(tag))
                .map(([name]) => [name, report(name)]),
            ),
          },
    })),
    databases: Object.entries(topologies).map(([name, Topology]) => ({
      record: record(name, Topology),
      index: 1,
    })),
  });
  return { ...topologies, ...Object.fromEntries(decisions.map((made) => [made.database, made.topology])) };
}

const lostRehab = (Members: readonly string[], lost: string) =>
  topology({
    Members,
    Rehabs: [lost],
    PromotablesStatus: { [lost]: 'NotResponding' },
    NodesDemotedAt: { [lost]: new Date(0).toISOString() },
  });

describe('the substitute of a lost copy', () => {
  it('goes to the zone that lost it, when a node there can take it, whatever the load', () => {
    const zones = { A: 'x', B: 'y', C: 'z', D: 'z', E: 'x' };
    const after = round(zones, ['C'], {
      shop: lostRehab(['A', 'B'], 'C'),
      other: topology({ Members: ['D'], ReplicationFactor: 1 }),
    });
    expect(after.shop?.Promotables).toEqual(['D']);
  });

  it('is in a zone with the fewest of the copies that stay, whatever the zones', () => {
    const tags = 'ABCDEFGH'.split('');
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('x', 'y', 'z'), { minLength: tags.length, maxLength: tags.length }),
        fc.shuffledSubarray(tags, { minLength: 2, maxLength: 4 }),
        (zoneList, holders) => {
          const zones = Object.fromEntries(tags.map((tag, at) => [tag, zoneList[at] ?? '']));
          const [lost = '', ...members] = holders;
          const after = round(zones, [lost], {
            shop: { ...lostRehab(members, lost), ReplicationFactor: holders.length },
          });
          const [chosen = ''] = after.shop?.Promotables ?? [];
          const inZone = (zone: string | undefined) => members.filter((tag) => zones[tag] === zone).length;
          const open = tags.filter((tag) => !holders.includes(tag));
          expect(inZone(zones[chosen])).toBe(Math.min(...open.map((tag) => inZone(zones[tag]))));
        },
      ),
    );
  });

  it('is not the same node for all databases that a node took with it', () => {
    const zones = { A: 'x', B: 'y', C: 'z', D: 'z', E: 'z' };
    const names = ['a', 'b', 'c', 'd'];
    const after = round(
      zones,
      ['C'],
      Object.fromEntries(names.map((name) => [name, lostRehab(['A', 'B'], 'C')])),
    );
    const chosen = names.map((name) => after[name]?.Promotables[0]);
    expect(chosen.filter((tag) => tag === 'D')).toHaveLength(2);
    expect(chosen.filter((tag) => tag === 'E')).toHaveLength(2);
  });
});

describe('the order of preference when the first member is silent', () => {
  const notYet = { moveToRehabMs: 2 * NOW };

  it('puts members of other zones first', () => {
    const shop = topology({ Members: ['A', 'B', 'C', 'D'] });
    const after = round({ A: 'x', B: 'x', C: 'y', D: 'z' }, ['A'], { shop }, notYet);
    expect(after.shop?.Members).toEqual(['C', 'D', 'B', 'A']);
  });

  it('does not move the clients of all databases to one node', () => {
    const names = ['a', 'b', 'c', 'd'];
    const topologies = Object.fromEntries(
      names.map((name) => [name, topology({ Members: ['A', 'B', 'C'] })]),
    );
    const after = round({ A: 'x', B: 'y', C: 'z' }, ['A'], topologies, notYet);
    expect(names.map((name) => after[name]?.Members[0]).sort()).toEqual(['B', 'B', 'C', 'C']);
  });

  it('stays as it is where somebody fixed it', () => {
    const shop = topology({ Members: ['A', 'B'], PriorityOrder: ['A', 'B'] });
    expect(round({ A: 'x', B: 'y' }, ['A'], { shop }, notYet).shop?.Members).toEqual(['A', 'B']);
  });
});
