import { describe, expect, it } from 'vitest';
import type { RavenClusterStatus } from '../../../operator/api/raven-cluster.ts';
import { narrate } from '../../../operator/platform/narrate.ts';

type Node = NonNullable<RavenClusterStatus['nodes']>[number];
const node = (tag: string, role: Node['role'], ready = true): Node => ({
  tag,
  role,
  ready,
  ordinal: 0,
  url: `http://${tag}`,
});
const topology = (leader?: string) => ({
  id: 'c',
  etag: 1,
  term: 2,
  members: [],
  promotables: [],
  watchers: [],
  quorum: 1,
  ...(leader === undefined ? {} : { leader }),
});
const texts = (before: RavenClusterStatus | undefined, now: RavenClusterStatus) =>
  narrate(before, now).map(({ text }) => text);

describe('the story of a cluster', () => {
  it('has nothing to tell of what stayed as it was', () => {
    const status: RavenClusterStatus = {
      phase: 'Ready',
      topology: topology('A'),
      nodes: [node('A', 'Leader')],
    };
    expect(texts(status, status)).toEqual([]);
  });

  it('tells of a node that joins, dies and comes back', () => {
    const alone: RavenClusterStatus = { topology: topology('A'), nodes: [node('A', 'Leader')] };
    const joining: RavenClusterStatus = {
      ...alone,
      nodes: [node('A', 'Leader'), node('B', 'Promotable', false)],
    };
    const joined: RavenClusterStatus = { ...alone, nodes: [node('A', 'Leader'), node('B', 'Member')] };
    const dead: RavenClusterStatus = { ...alone, nodes: [node('A', 'Leader'), node('B', 'Member', false)] };
    expect(texts(alone, joining)).toEqual(['Node B is a promotable now']);
    expect(texts(joining, joined)).toEqual(['Node B is a member now', 'Node B is ready at http://B']);
    expect(texts(joined, dead)).toEqual(['Node B does not answer']);
    expect(texts(dead, joined)).toEqual(['Node B is ready at http://B']);
    expect(texts(joined, alone)).toEqual(['Node B is gone']);
  });

  it('tells of leaders, once', () => {
    const led: RavenClusterStatus = { topology: topology('A'), nodes: [] };
    expect(texts(undefined, led)).toEqual(['Node A leads the cluster (term 2)']);
    expect(texts(led, { nodes: [] })).toEqual(['The cluster has no leader']);
    expect(texts({ nodes: [] }, { nodes: [] })).toEqual([]);
  });

  it('gives the reason when something is refused', () => {
    const blocked: RavenClusterStatus = {
      conditions: [
        {
          type: 'ScaleSafe',
          status: 'False',
          reason: 'WouldLoseQuorum',
          message: 'B is down',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    };
    expect(texts({}, blocked)).toEqual(['WouldLoseQuorum: B is down']);
    expect(texts(blocked, blocked)).toEqual([]);
  });

  it('says where to connect when all is ready', () => {
    const ready: RavenClusterStatus = { phase: 'Ready', nodes: [node('A', 'Leader'), node('B', 'Member')] };
    expect(texts({ phase: 'Scaling', nodes: ready.nodes ?? [] }, ready)).toEqual([
      'The cluster is ready. Connect to http://A, http://B',
    ]);
  });
});
