import { describe, expect, it } from 'vitest';
import { chooseNodes } from '../../node/cluster/choose-nodes.ts';

const node = (tag: string, isConnected = true, zone?: string) =>
  zone === undefined ? { tag, isConnected } : { tag, isConnected, zone };
const group = (...Members: string[]) => ({ Members, Promotables: [], Rehabs: [] });

describe('chooseNodes', () => {
  it('prefers connected nodes, and takes others only to fill up', () => {
    expect(chooseNodes([node('A', false), node('B'), node('C')], [], 2, [], 0)).toEqual(['B', 'C']);
    expect(chooseNodes([node('A', false), node('B')], [], 3, [], 0)).toEqual(['B', 'A']);
  });

  it('spreads over zones before it looks at load', () => {
    const nodes = [node('A', true, 'x'), node('B', true, 'x'), node('C', true, 'y')];
    expect(chooseNodes(nodes, [group('C'), group('C')], 2, [], 0)).toEqual(['A', 'C']);
  });

  it('gives copies to the nodes with the fewest, and the first place to who has it least', () => {
    const nodes = [node('A'), node('B'), node('C')];
    expect(chooseNodes(nodes, [group('A', 'B')], 1, [], 0)).toEqual(['C']);
    expect(chooseNodes(nodes, [group('A', 'B', 'C')], 3, [], 0)[0]).toBe('B');
  });

  it('lets equal nodes take turns, and never picks who holds a copy already', () => {
    const nodes = [node('A'), node('B'), node('C')];
    expect([0, 1, 2, 3].map((turn) => chooseNodes(nodes, [], 1, [], turn)[0])).toEqual(['A', 'B', 'C', 'A']);
    expect(chooseNodes(nodes, [], 3, ['B'], 0)).toEqual(['A', 'C']);
  });
});
