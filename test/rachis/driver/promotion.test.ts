import { describe, expect, it } from 'vitest';
import type { ClusterNode } from '../../../node/rachis/core/configuration.ts';
import type { CoreStatus } from '../../../node/rachis/core/core-status.ts';
import { PromotionRounds } from '../../../node/rachis/driver/promotion.ts';

const node = (tag: string, role: ClusterNode['role']): ClusterNode => ({
  id: tag.toLowerCase(),
  tag,
  url: '',
  tcpAddress: '',
  role,
});

function status(lastIndex: number, match: number, parts: Partial<CoreStatus> = {}): CoreStatus {
  return {
    id: 'a',
    state: 'Leader',
    term: 1,
    votedFor: 'a',
    leader: 'a',
    commit: lastIndex,
    applied: lastIndex,
    stable: lastIndex,
    firstIndex: 1,
    lastIndex,
    lastTerm: 1,
    configuration: {
      clusterId: 'c',
      nodes: [node('A', 'member'), node('B', 'promotable')],
      outgoingMembers: [],
      lastTag: 'B',
    },
    configurationIndex: 5,
    isConfigurationCommitted: true,
    transferTarget: null,
    uncommittedBytes: 0,
    peers: [
      {
        id: 'b',
        match,
        next: match + 1,
        state: 'replicate',
        inflight: 0,
        lastReplyTicksAgo: 0,
        hasReplied: true,
      },
    ],
    ...parts,
  };
}

const connected = (): boolean => true;
const tags = (nodes: readonly ClusterNode[]) => nodes.map((n) => `${n.tag} ${n.role}`);

describe('a promotable', () => {
  it('is promoted once it holds what the log had a moment ago, although the log goes on growing', () => {
    const rounds = new PromotionRounds(1000);
    expect(rounds.ready(status(100, 50), connected, 0)).toEqual([]);
    expect(rounds.ready(status(200, 99), connected, 100)).toEqual([]);
    expect(tags(rounds.ready(status(300, 100), connected, 200))).toEqual(['B member']);
  });

  it('that takes longer than an election timeout for a round starts another one', () => {
    const rounds = new PromotionRounds(1000);
    rounds.ready(status(100, 50), connected, 0);
    expect(rounds.ready(status(1000, 100), connected, 5000)).toEqual([]);
    expect(rounds.ready(status(1200, 999), connected, 5100)).toEqual([]);
    expect(tags(rounds.ready(status(1200, 1000), connected, 5200))).toEqual(['B member']);
  });

  it.each([
    ['is not connected', status(10, 10), (): boolean => false],
    ['has not answered this leader', status(10, 10, { peers: [] }), connected],
    ['lacks the configuration that names it', status(10, 10, { configurationIndex: 11 }), connected],
    ['would need a second change at once', status(10, 10, { isConfigurationCommitted: false }), connected],
    ['asks a node that does not lead', status(10, 10, { state: 'Follower' }), connected],
  ] as const)('waits while it %s', (_why, seen, isConnected) => {
    const rounds = new PromotionRounds(1000);
    expect(rounds.ready(seen, isConnected, 0)).toEqual([]);
    expect(rounds.ready(seen, isConnected, 10)).toEqual([]);
  });
});
