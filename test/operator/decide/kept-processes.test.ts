import { describe, expect, it } from 'vitest';
import type { ObservedNode } from '../../../operator/decide/observed.ts';
import { conditionOf, decideOn, type Picture } from './observations.ts';

const members = ['A', 'B', 'C'];
const databases = [{ members }];
const topology = {
  id: 'c',
  etag: 3,
  members: ['A', 'B', 'C', 'D'],
  promotables: [],
  watchers: [],
  foreign: [],
};
const asOnceWas: Partial<ObservedNode> = {
  process: 'Running',
  answer: { tag: 'D', serverId: 'D', state: 'Follower', term: 1, topology, peers: {} },
};
const passive = { tag: '?', serverId: 'x', state: 'Passive', term: 0, peers: {} } as const;
const AGAIN = [
  { type: 'QuarantineData', ordinal: 3 },
  { type: 'StopNode', ordinal: 3, reason: 'StaleData' },
];

const decideFor = (D: Partial<ObservedNode>, spec = '{ nodes: 4 }', more: Partial<Picture> = {}) =>
  decideOn(spec, { members, databases, platform: { D }, keepsProcesses: true, ...more });

describe('a node that is wanted again, where processes come back by themselves,', () => {
  it.each([
    ['runs with data from before it left', { ...asOnceWas, data: 'Detached' }, AGAIN],
    ['runs with it though its data was declared old', { ...asOnceWas, data: 'Unused' }, AGAIN],
    ['is about to start with it', { process: 'Starting', data: 'Detached' }, AGAIN],
    ['forgot its cluster, but left', { process: 'Running', data: 'Detached', answer: passive }, AGAIN],
    ['is down', { process: 'Stopped', data: 'Detached' }, AGAIN.slice(0, 1)],
    ['is on its way down', { process: 'Stopping', data: 'Detached' }, AGAIN.slice(0, 1)],
  ] as const)(
    'has its data declared old before its process ends: it %s',
    (_claim, node: Partial<ObservedNode>, actions) => {
      expect(decideFor(node).actions).toEqual(actions);
    },
  );

  it('is first marked as one that left, should that mark have been lost', () => {
    expect(decideFor({ ...asOnceWas, data: 'Used' }).actions).toEqual([
      { type: 'DetachData', ordinal: 3 },
      ...AGAIN,
    ]);
  });

  it('joins when it is in no cluster, though it was marked right before', () => {
    const node = { process: 'Running', data: 'Used', answer: passive } as const;
    expect(decideFor(node).actions).toEqual([
      { type: 'AddNodeToCluster', ordinal: 3, tag: 'D', watcher: false },
    ]);
  });

  it('is left as it is where old data is to stay', () => {
    const spec = '{ nodes: 4, storage: { retention: { staleVolume: Block } } }';
    const decision = decideFor({ ...asOnceWas, data: 'Detached' }, spec);
    expect(decision.actions).toEqual([]);
    expect(conditionOf(decision, 'StorageReady')?.reason).toBe('StaleVolume');
  });

  it('is wiped by the same way where old data is to go', () => {
    const spec = '{ nodes: 4, storage: { retention: { staleVolume: Wipe } } }';
    expect(decideFor({ ...asOnceWas, data: 'Detached' }, spec).actions).toEqual(AGAIN);
  });

  it('is not touched while its machine does not report', () => {
    const host = { name: 'h', isDraining: false, lostSinceMs: 1 };
    expect(decideFor({ process: 'Running', data: 'Detached', host }).actions).toEqual([]);
  });
});

describe('nodes that left, where processes are kept by their number,', () => {
  const leaving = (D: Partial<ObservedNode>, E: Partial<ObservedNode>, more: Partial<Picture> = {}) =>
    decideOn('{ nodes: 3 }', { members, databases, platform: { D, E }, keepsProcesses: true, ...more })
      .actions;
  const gone = { process: 'Running', data: 'Detached', answer: passive } as const;

  it('stop from the highest down', () => {
    expect(leaving(gone, gone)).toEqual([
      { type: 'StopNode', ordinal: 4, reason: 'LeftCluster' },
      { type: 'StopNode', ordinal: 3, reason: 'LeftCluster' },
    ]);
  });

  it('wait for a higher one that still belongs', () => {
    const picture = { members: [...members, 'E'], databases: [{ members: ['A', 'B', 'E'] }] };
    const actions = leaving(gone, { data: 'Used' }, picture);
    expect(actions.filter(({ type }) => type === 'StopNode')).toEqual([]);
  });
});

describe('a member of which the platform has nothing left', () => {
  it('is made again, empty', () => {
    const { actions } = decideOn('{}', { members, databases, vanished: ['C'], down: ['C'] });
    expect(actions).toEqual([{ type: 'CreateNode', ordinal: 2 }]);
    expect(
      decideOn('{ nodes: 2 }', { members, databases, vanished: ['C'], down: ['C'] }).actions,
    ).not.toContainEqual({
      type: 'CreateNode',
      ordinal: 2,
    });
  });
});
