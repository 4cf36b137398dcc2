import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseNodes, type Group, type NodeCandidate } from '../../node/cluster/choose-nodes.ts';

const node = (tag: string, isConnected = true, zone?: string): NodeCandidate =>
  zone === undefined ? { tag, isConnected } : { tag, isConnected, zone };
const group = (...Members: string[]): Group => ({ Members, Promotables: [], Rehabs: [] });

function choose(
  candidates: readonly NodeCandidate[],
  count: number,
  more: { groups?: readonly Group[]; staying?: readonly string[]; turn?: number } = {},
) {
  return chooseNodes({ candidates, count, groups: [], staying: [], turn: 0, ...more });
}

describe('chooseNodes', () => {
  it('prefers connected nodes, and takes others only to fill up', () => {
    expect(choose([node('A', false), node('B'), node('C')], 2)).toEqual(['B', 'C']);
    expect(choose([node('A', false), node('B')], 3)).toEqual(['B', 'A']);
  });

  it('spreads over zones before it looks at load', () => {
    const nodes = [node('A', true, 'x'), node('B', true, 'x'), node('C', true, 'y')];
    expect(choose(nodes, 2, { groups: [group('C'), group('C')] })).toEqual(['A', 'C']);
  });

  it('gives copies to the nodes with the fewest, and the first place to who has it least', () => {
    const nodes = [node('A'), node('B'), node('C')];
    expect(choose(nodes, 1, { groups: [group('A', 'B')] })).toEqual(['C']);
    expect(choose(nodes, 3, { groups: [group('A', 'B', 'C')] })[0]).toBe('B');
  });

  it('lets equal nodes take turns, and never picks who holds a copy already', () => {
    const nodes = [node('A'), node('B'), node('C')];
    expect([0, 1, 2, 3].map((turn) => choose(nodes, 1, { turn })[0])).toEqual(['A', 'B', 'C', 'A']);
    expect(choose(nodes, 3, { staying: ['B'] })).toEqual(['A', 'C']);
  });

  it('lets neither choose nor count a copy that is lost', () => {
    const nodes = [node('A', true, 'x'), node('B', true, 'y'), node('C', true, 'x'), node('D', true, 'z')];
    const question = { candidates: nodes, groups: [group('D'), group('D')], staying: ['B'], turn: 0 };
    expect(chooseNodes({ ...question, count: 2, excluded: ['A'] })).toEqual(['C', 'D']);
  });
});

const tags = 'ABCDEFGHIJ'.split('');
const arbitraryNodes = fc
  .array(fc.constantFrom('x', 'y', 'z', 'w'), { minLength: 1, maxLength: tags.length })
  .map((zones) => zones.map((zone, at) => node(tags[at] ?? '', true, zone)));
const arbitraryGroups = fc.array(
  fc.subarray(tags, { minLength: 1 }).map((members) => group(...members)),
  { maxLength: 6 },
);

/** Copies in each zone that has a node, after the choice. */
function copiesByZone(nodes: readonly NodeCandidate[], holders: readonly string[]): Map<string, number> {
  const counts = new Map(nodes.map(({ zone = '' }) => [zone, 0]));
  for (const { tag, zone = '' } of nodes) {
    if (holders.includes(tag)) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return counts;
}

describe('copies of a new database, whatever the zones and the load', () => {
  const scenario = fc.record({
    nodes: arbitraryNodes,
    groups: arbitraryGroups,
    factor: fc.integer({ min: 1, max: 10 }),
    turn: fc.nat(50),
  });

  it('are on distinct zones while there are as many zones as copies', () => {
    fc.assert(
      fc.property(scenario, ({ nodes, groups, factor, turn }) => {
        const zoneCount = new Set(nodes.map(({ zone }) => zone)).size;
        const count = Math.min(factor, zoneCount);
        const chosen = choose(nodes, count, { groups, turn });
        expect(chosen).toHaveLength(count);
        expect(Math.max(...copiesByZone(nodes, chosen).values())).toBe(1);
      }),
    );
  });

  it('differ by at most one between zones, but where a zone has no node left', () => {
    fc.assert(
      fc.property(scenario, ({ nodes, groups, factor, turn }) => {
        const chosen = choose(nodes, factor, { groups, turn });
        expect(new Set(chosen).size).toBe(Math.min(factor, nodes.length));
        const counts = copiesByZone(nodes, chosen);
        const most = Math.max(...counts.values());
        for (const [zone, copies] of counts) {
          const hasRoom = nodes.some(({ tag, zone: other }) => other === zone && !chosen.includes(tag));
          if (hasRoom) expect(most - copies).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('have neighbours in different zones as long as another zone is no fuller', () => {
    fc.assert(
      fc.property(scenario, ({ nodes, groups, factor, turn }) => {
        const chosen = choose(nodes, factor, { groups, turn });
        const zoneOf = new Map(nodes.map(({ tag, zone }) => [tag, zone]));
        const zoneCount = new Set(zoneOf.values()).size;
        const [first = '', second = ''] = chosen;
        if (zoneCount > 1 && second !== '') expect(zoneOf.get(first)).not.toBe(zoneOf.get(second));
      }),
    );
  });
});

describe('one more copy of a database, whatever the zones, the load and the copies it has', () => {
  it('goes to a zone that has the fewest of those that can take one', () => {
    fc.assert(
      fc.property(
        arbitraryNodes,
        arbitraryGroups,
        fc.subarray(tags),
        fc.nat(50),
        (nodes, groups, anyHolders, turn) => {
          const staying = anyHolders.filter((tag) => nodes.some((known) => known.tag === tag));
          const [chosen] = choose(nodes, 1, { groups, staying, turn });
          const open = nodes.filter(({ tag }) => !staying.includes(tag));
          fc.pre(open.length > 0);
          const before = copiesByZone(nodes, staying);
          const fewest = Math.min(...open.map(({ zone = '' }) => before.get(zone) ?? 0));
          const zone = nodes.find(({ tag }) => tag === chosen)?.zone ?? '';
          expect(before.get(zone)).toBe(fewest);
        },
      ),
    );
  });
});
