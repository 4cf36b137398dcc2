import { describe, expect, it } from 'vitest';
import { readAnswer, readDatabase } from '../../../operator/platform/observe-cluster.ts';

const urlOf = (ordinal: number): string => `http://127.0.0.1:${8080 + ordinal}`;
const passive = {
  Topology: { TopologyId: 'dummy', Etag: -1, Members: { '?': 'http://x' }, Promotables: {}, Watchers: {} },
  Leader: null,
  CurrentState: 'Passive',
  CurrentTerm: 0,
  NodeTag: '?',
};

describe('what a node says of itself', () => {
  it('is no topology at all while it is passive, though it shows itself under ?', () => {
    const info = { NodeTag: '?', TopologyId: null, ServerId: 's', CurrentState: 'Passive' };
    expect(readAnswer(info, passive, urlOf)).toEqual({
      tag: '?',
      serverId: 's',
      state: 'Passive',
      term: 0,
      peers: {},
    });
  });

  it('tells own nodes from those that somebody else added, by their address', () => {
    const info = { NodeTag: 'A', TopologyId: 'c', ServerId: 's', CurrentState: 'Leader' };
    const Topology = {
      TopologyId: 'c',
      Etag: 7,
      Members: { A: 'http://127.0.0.1:8080/', B: 'http://127.0.0.1:8081' },
      Promotables: {},
      Watchers: { C: 'http://elsewhere:8082', RAFT: 'http://127.0.0.1:8083' },
    };
    const reply = {
      ...passive,
      Topology,
      Leader: 'A',
      CurrentState: 'Leader',
      CurrentTerm: 3,
      Status: {
        B: { Connected: true, LastMatchingIndex: 90 },
        C: { Connected: false, LastMatchingIndex: 100 },
      },
    };
    const answer = readAnswer(info, reply, urlOf);
    expect(answer.topology?.foreign).toEqual(['C', 'RAFT']);
    expect(answer.topology?.members).toEqual(['A', 'B']);
    expect(answer.peers).toEqual({ B: { connected: true, lag: 10 }, C: { connected: false, lag: 0 } });
  });
});

describe('the address of a node', () => {
  const info = { NodeTag: 'A', TopologyId: 'c', ServerId: 's', CurrentState: 'Leader' };
  const foreignOf = (members: Record<string, string>, properties: Record<string, { Url: string | null }>) => {
    const Topology = { TopologyId: 'c', Etag: 7, Members: members, Promotables: {}, Watchers: {} };
    const reply = { ...passive, Topology, NodeProperties: properties };
    return readAnswer(info, reply, urlOf).topology?.foreign;
  };

  it('is the one that its peers use, whatever clients are shown', () => {
    const members = { A: 'https://a.db.example.com', B: 'https://b.db.example.com' };
    const urls = { A: { Url: 'http://127.0.0.1:8080' }, B: { Url: 'http://elsewhere:8081' } };
    expect(foreignOf(members, urls)).toEqual(['B']);
  });

  it('is the one of the topology where the node says no more', () => {
    const members = { A: 'http://127.0.0.1:8080', B: 'http://elsewhere:8081' };
    expect(foreignOf(members, { A: { Url: null } })).toEqual(['B']);
  });
});

describe('what a node says of its cluster', () => {
  it('has the zone and the public address of every node, and where its own log ends', () => {
    const info = {
      NodeTag: 'A',
      TopologyId: 'c',
      ServerId: 's',
      CurrentState: 'Follower',
      LastLogIndex: 41,
      LastLogTerm: 3,
    };
    const reply = {
      ...passive,
      NodeTag: 'A',
      Topology: { ...passive.Topology, TopologyId: 'c', Members: { A: 'http://127.0.0.1:8080' } },
      CurrentState: 'Follower',
      NodeProperties: {
        A: { Zone: 'z1', PublicUrl: null },
        B: { Zone: null, PublicUrl: 'https://b.example' },
      },
    };
    const answer = readAnswer(info, reply, urlOf);
    expect(answer.properties).toEqual({ A: { zone: 'z1' }, B: { publicUrl: 'https://b.example' } });
    expect([answer.lastTerm, answer.lastIndex]).toEqual([3, 41]);
  });
});

describe('a database in the list', () => {
  it('has its holders by role, and who is deleting it', () => {
    expect(
      readDatabase({
        Name: 'shop',
        NodesTopology: { Members: [{ NodeTag: 'A' }], Rehabs: [{ NodeTag: 'B' }] },
        DeletionInProgress: { C: 'HardDelete', D: 'No' },
      }),
    ).toEqual({
      name: 'shop',
      disabled: false,
      members: ['A'],
      promotables: [],
      rehabs: ['B'],
      deleting: ['C'],
    });
  });
});
