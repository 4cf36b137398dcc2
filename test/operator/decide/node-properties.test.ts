import { describe, expect, it } from 'vitest';
import { decideOn } from './observations.ts';

const members = ['A', 'B', 'C'];
const databases = [{ members }];
const platform = {
  A: { zone: 'z1', publicUrl: 'https://a.example' },
  B: { zone: 'z2' },
  C: { zone: 'z3' },
};
const known = { A: { zone: 'z1', publicUrl: 'https://a.example' }, B: { zone: 'z2' }, C: { zone: 'z3' } };

describe('zone and public address of the nodes', () => {
  it('are told to the cluster where it does not know them', () => {
    const properties = { A: { zone: 'z1' }, B: { zone: 'z2' } };
    expect(decideOn('{}', { members, databases, platform, properties }).actions).toEqual([
      { type: 'SetNodeProperties', tag: 'A', properties: known.A },
      { type: 'SetNodeProperties', tag: 'C', properties: known.C },
    ]);
  });

  it('are left alone at rest, and where the cluster does not speak of them', () => {
    expect(decideOn('{}', { members, databases, platform, properties: known }).actions).toEqual([]);
    expect(decideOn('{}', { members, databases, platform }).actions).toEqual([]);
  });

  it('lose a public address that is not given any more, but no zone that is not known just now', () => {
    const now = { A: { zone: 'z1' }, B: {}, C: { zone: 'z3' } };
    expect(decideOn('{}', { members, databases, platform: now, properties: known }).actions).toEqual([
      { type: 'SetNodeProperties', tag: 'A', properties: { zone: 'z1' } },
    ]);
  });

  it('wait for a quorum, and hold up nothing', () => {
    const picture = { members, databases, platform, properties: {} };
    expect(decideOn('{}', { ...picture, down: ['B', 'C'] }).actions).toEqual([]);
    const [first, ...others] = decideOn('{}', { ...picture, databases: [{ members: ['A'] }] }).actions;
    expect(first?.type).toBe('AddDatabaseReplica');
    expect(others.map(({ type }) => type)).toEqual(Array(3).fill('SetNodeProperties'));
  });
});
