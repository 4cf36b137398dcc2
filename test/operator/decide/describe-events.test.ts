import { describe, expect, it } from 'vitest';
import { CLUSTER_CONDITIONS } from '../../../operator/api/conditions.ts';
import type { RavenClusterStatus } from '../../../operator/api/raven-cluster.ts';
import type { Action } from '../../../operator/decide/action.ts';
import { describeEvents } from '../../../operator/decide/describe-events.ts';
import { decideOn } from './observations.ts';

type Node = NonNullable<RavenClusterStatus['nodes']>[number];

const node = (tag: string, more: Partial<Node> = {}): Node => ({
  tag,
  ordinal: 0,
  role: 'Member',
  ready: true,
  ...more,
});
const topology = (members: readonly string[], more: object = {}) => ({
  id: 'c',
  etag: 1,
  term: 2,
  leader: 'A',
  members,
  promotables: [],
  watchers: [],
  quorum: 1,
  ...more,
});
const condition = (type: string, status: 'True' | 'False', reason: string, message?: string) => ({
  conditions: [
    {
      type,
      status,
      reason,
      lastTransitionTime: '2026-01-01T00:00:00Z',
      ...(message === undefined ? {} : { message }),
    },
  ],
});
const told = (
  before: RavenClusterStatus | undefined,
  now: RavenClusterStatus,
  actions: readonly Action[] = [],
) => describeEvents(before, now, actions).map(({ reason }) => reason);

describe('events', () => {
  it('tell nothing of what stayed, and nothing new of a cluster that is looked at for the first time', () => {
    const { status } = decideOn('{}', {
      members: ['A', 'B', 'C'],
      databases: [{ members: ['A', 'B', 'C'] }],
    });
    expect(told(status, status)).toEqual([]);
    expect(told(undefined, status)).toEqual([]);
  });

  it.each<[string, RavenClusterStatus, RavenClusterStatus]>([
    ['Created', {}, { clusterId: 'c' }],
    ['RecoveryDone', { clusterId: 'b' }, { clusterId: 'c' }],
    ['NodeJoining', { topology: topology(['A']) }, { topology: topology(['A'], { promotables: ['B'] }) }],
    [
      'NodePromoted',
      { topology: topology(['A'], { promotables: ['B'] }) },
      { topology: topology(['A', 'B']) },
    ],
    ['NodeRemoved', { topology: topology(['A', 'B']) }, { topology: topology(['A']) }],
    [
      'LeaderMoved',
      { clusterId: 'c', topology: topology(['A', 'B']) },
      { clusterId: 'c', topology: topology(['A', 'B'], { leader: 'B' }) },
    ],
    ['NodeDown', { nodes: [node('A')] }, { nodes: [node('A', { ready: false })] }],
    ['NodeReady', { nodes: [node('A', { ready: false })] }, { nodes: [node('A')] }],
    ['NodeUpdated', { nodes: [node('A', { revision: '1' })] }, { nodes: [node('A', { revision: '2' })] }],
    [
      'VolumeExpanded',
      { nodes: [node('A', { volumes: [{ claim: 'x', capacity: '1Gi' }] })] },
      { nodes: [node('A', { volumes: [{ claim: 'x', capacity: '2Gi' }] })] },
    ],
    ['NodeDraining', {}, { operation: { type: 'ScaleDown', target: 'E', step: 's' } }],
    ['RecoveryRequested', {}, { operation: { type: 'Recover', target: 'A', step: 's' } }],
    [
      'ReplicationFactorChanged',
      { replicationFactor: { desired: 2, effective: 2, reason: 'AtTarget', databasesBelow: 0 } },
      { replicationFactor: { desired: 3, effective: 2, reason: 'Rebalancing', databasesBelow: 1 } },
    ],
    ['Hibernated', { phase: 'Ready' }, { phase: 'Hibernated' }],
    ['Resumed', { phase: 'Hibernated' }, { phase: 'Unavailable' }],
    ['ScaleBlocked', {}, condition('ScaleSafe', 'False', 'WouldLoseQuorum', 'why')],
    ['RecoveryRefused', {}, condition('RecoveryAccepted', 'False', 'Refused', 'why')],
    ['EvenVoters', {}, condition('QuorumOdd', 'False', 'EvenVoters')],
    ['QuorumLost', {}, condition('Available', 'False', 'QuorumLost')],
    ['ExpansionUnsupported', {}, condition('StorageReady', 'False', 'ExpansionUnsupported')],
    [
      'UpdateStarted',
      condition('ConfigApplied', 'True', 'InSync'),
      condition('ConfigApplied', 'False', 'RestartPending'),
    ],
    [
      'UpdateCompleted',
      condition('ConfigApplied', 'False', 'RestartPending'),
      condition('ConfigApplied', 'True', 'InSync'),
    ],
    [
      'UpdatePaused',
      {},
      {
        operation: { type: 'Update', target: 'A', step: 's' },
        ...condition('Progressing', 'False', 'AwaitingApproval'),
      },
    ],
    ['Paused', {}, condition('Paused', 'True', 'ByAnnotation')],
  ])('tell of %s, once', (reason, before, now) => {
    expect(told(before, now)).toEqual([reason]);
    expect(told(now, now)).toEqual([]);
  });

  it('tell again of a refusal whose reason is another', () => {
    const before = condition('ScaleSafe', 'False', 'WouldLoseQuorum', 'B is down');
    expect(told(before, condition('ScaleSafe', 'False', 'WouldLoseQuorum', 'C is down'))).toEqual([
      'ScaleBlocked',
    ]);
  });

  it.each<[string, Action, Partial<Node>]>([
    ['VolumeRetained', { type: 'DetachData', ordinal: 0 }, {}],
    ['VolumeDeleted', { type: 'DeleteData', ordinal: 0 }, {}],
    ['StaleVolumeQuarantined', { type: 'QuarantineData', ordinal: 0 }, {}],
    ['VolumeExpanding', { type: 'GrowVolume', ordinal: 0 }, {}],
    ['StuckPodDeleted', { type: 'RestartNode', ordinal: 0 }, { ready: false }],
    ['NodeReplaced', { type: 'RemoveNodeFromCluster', tag: 'C', reason: 'HostLost' }, {}],
    ['DatabaseCreated', { type: 'CreateDatabase', database: 'd', tags: ['A'], settings: {} }, {}],
    ['DatabaseDeleted', { type: 'DeleteDatabase', database: 'd' }, {}],
  ])('tell of %s before it is done', (reason, action, more) => {
    const status = { nodes: [node('A', more)] };
    expect(told(status, status, [action])).toEqual([reason]);
  });

  it('say of which type they are by their reason alone', () => {
    const [event] = describeEvents(
      {},
      { nodes: [], ...condition('Available', 'False', 'QuorumLost', 'why') },
      [],
    );
    expect(event).toEqual({ reason: 'QuorumLost', type: 'Warning', message: 'why' });
  });
});

describe('conditions', () => {
  it('have a type and a reason of the fixed list, each one status', () => {
    const pictures = [
      { members: ['A', 'B'], down: ['B'] },
      { members: ['A', 'B', 'C'], leader: null, down: ['A', 'B'] },
      { members: ['A', 'B', 'C', 'D'], outdated: ['A'] },
    ];
    for (const picture of pictures) {
      for (const { type, status, reason } of decideOn('{ nodes: 2 }', picture).status.conditions ?? []) {
        const known = CLUSTER_CONDITIONS[type as keyof typeof CLUSTER_CONDITIONS];
        expect(Object.keys(status === 'True' ? known.whenTrue : known.otherwise), type).toContain(reason);
      }
    }
  });
});
