import { describe, expect, it } from 'vitest';
import { RECOVER_ANNOTATION } from '../../../operator/api/annotations.ts';
import type { Action } from '../../../operator/decide/action.ts';
import { RECOVERY_PATIENCE_MS } from '../../../operator/decide/limits.ts';
import type { Memory } from '../../../operator/decide/memory.ts';
import type { ObservedNode } from '../../../operator/decide/observed.ts';
import { cluster, conditionOf, decideOn, NOW_MS, type Picture } from './observations.ts';

const lost: Picture = {
  members: ['A', 'B', 'C'],
  leader: null,
  down: ['B', 'C'],
  logs: { A: [3, 41] },
  keepsProcesses: true,
  platform: { B: { process: 'Running' }, C: { process: 'Running' } },
};
const patient: Partial<Memory> = { clusterId: 'c', quorumLostSinceMs: NOW_MS - RECOVERY_PATIENCE_MS };
const asking = (request: string, spec = '{}') => cluster(spec, { [RECOVER_ANNOTATION]: request });
const refusal = (request: string, picture: Picture, memory: Partial<Memory> = patient) =>
  conditionOf(decideOn(asking(request), picture, memory), 'RecoveryAccepted')?.message;

describe('a lost quorum', () => {
  it('is told with who is left, where their logs end, and what can be written', () => {
    const left: Picture = {
      ...lost,
      members: ['A', 'B', 'C', 'D', 'E'],
      down: ['B', 'C', 'D'],
      logs: { A: [3, 40], E: [3, 41] },
    };
    const decision = decideOn('{ nodes: 5 }', left, patient);
    const message = conditionOf(decision, 'Available')?.message;
    expect(conditionOf(decision, 'Available')).toMatchObject({ status: 'False', reason: 'QuorumLost' });
    expect(message).toContain('3 of 5 voters do not answer (B, C, D)');
    expect(message).toContain('E with its log up to term 3, index 41; A with its log up to term 3, index 40');
    expect(message).toContain(`${RECOVER_ANNOTATION}=E@3:41`);
    expect(decision.actions).toEqual([]);
  });

  it('is dated from its first look, and forgotten when a majority answers', () => {
    expect(decideOn('{}', lost).memory.quorumLostSinceMs).toBe(NOW_MS);
    expect(decideOn('{}', lost, patient).memory.quorumLostSinceMs).toBe(patient.quorumLostSinceMs);
    expect(decideOn('{}', { ...lost, down: ['C'] }, patient).memory.quorumLostSinceMs).toBeUndefined();
    expect(decideOn('{ hibernated: true }', lost, patient).memory.quorumLostSinceMs).toBeUndefined();
  });
});

describe('a request to recover', () => {
  it.each([
    ['that can’t be read', 'A at 3', lost, patient, 'is not of the form'],
    [
      'while a majority answers',
      'A@3:41',
      { ...lost, down: ['C'] },
      patient,
      'a majority of the voters answers',
    ],
    [
      'before ten minutes have passed',
      'A@3:41',
      lost,
      { ...patient, quorumLostSinceMs: NOW_MS - RECOVERY_PATIENCE_MS + 1 },
      'it counts as lost from',
    ],
    ['for a node that does not answer', 'B@3:41', lost, patient, 'does not say where its log ends'],
    ['for another end of the log', 'A@3:40', lost, patient, 'the request would be A@3:41'],
    ['for another term', 'A@2:41', lost, patient, 'the request would be A@3:41'],
    [
      'while another node has a longer log',
      'A@3:41',
      { ...lost, members: ['A', 'B', 'C', 'D', 'E'], down: ['B', 'C', 'D'], logs: { A: [3, 41], E: [4, 1] } },
      patient,
      'the request would be E@4:1',
    ],
    [
      'while another node does not say where its log ends',
      'A@3:41',
      { ...lost, members: ['A', 'B', 'C', 'D', 'E'], down: ['B', 'C', 'D'], logs: { A: [3, 41] } },
      patient,
      'node E does not say',
    ],
  ] as readonly [string, string, Picture, Partial<Memory>, string][])(
    'is refused %s',
    (_claim, request, picture, memory, why) => {
      expect(refusal(request, picture, memory)).toContain(why);
      expect(decideOn(asking(request), picture, memory).actions).toEqual([]);
    },
  );

  it('is refused where old data is to stay where it is', () => {
    const spec = '{ storage: { retention: { staleVolume: Block } } }';
    const decision = decideOn(asking('A@3:41', spec), lost, patient);
    expect(conditionOf(decision, 'RecoveryAccepted')?.message).toContain('staleVolume is Block');
    expect(decision.memory.recovery).toBeUndefined();
  });

  it('is remembered before anything is done for it', () => {
    expect(decideOn(asking('A@3:41'), lost, patient).memory.recovery).toEqual({
      request: 'A@3:41',
      tag: 'A',
      clusterId: 'c',
    });
  });
});

describe('a recovery', () => {
  const memory: Partial<Memory> = { ...patient, recovery: { request: 'A@3:41', tag: 'A', clusterId: 'c' } };
  const passive = { tag: '?', serverId: 'x', state: 'Passive', term: 0, peers: {} } as const;
  const fenced: Partial<ObservedNode> = { process: 'Running', data: 'Unused', answer: passive };
  const actionsFor = (platform: Picture['platform'], picture: Partial<Picture> = {}): readonly Action[] =>
    decideOn('{}', { ...lost, ...picture, ...(platform === undefined ? {} : { platform }) }, memory).actions;

  it('fences everybody else first: old data is declared old, then its process ends', () => {
    expect(actionsFor({ B: { process: 'Running' }, C: { process: 'Stopped' } })).toEqual([
      { type: 'QuarantineData', ordinal: 1 },
      { type: 'StopNode', ordinal: 1, reason: 'Fenced' },
      { type: 'QuarantineData', ordinal: 2 },
    ]);
  });

  it.each([
    ['comes up empty', fenced, true],
    ['is down, its data declared old', { process: 'Stopped', data: 'Unused' }, true],
    ['has not started yet, its data declared old', { process: 'Starting', data: 'Unused' }, true],
    ['left long ago and is down', { process: 'Stopped', data: 'Detached' }, true],
    ['is on its way down', { process: 'Stopping', data: 'Unused' }, false],
    ['runs, and says nothing', { process: 'Running', data: 'Unused' }, false],
    ['is down, its data as it was', { process: 'Stopped', data: 'Used' }, false],
  ] as const)('goes on when a node %s: %#', (_claim, node: Partial<ObservedNode>, isFenced) => {
    const actions = actionsFor({ B: fenced, C: node });
    expect(actions.some(({ type }) => type === 'RecoverCluster')).toBe(isFenced);
  });

  it('restarts a node that came up as it was', () => {
    const asItWas = { ...lost, down: ['C'] };
    expect(actionsFor({ B: { data: 'Unused' }, C: fenced }, asItWas)).toEqual([
      { type: 'QuarantineData', ordinal: 1 },
      { type: 'StopNode', ordinal: 1, reason: 'Fenced' },
    ]);
  });

  it('gives up nodes whose machines are lost: nobody there can say that they have ended', () => {
    const host = { name: 'h', isDraining: false, lostSinceMs: 1 };
    expect(actionsFor({ B: { process: 'Stopping', host }, C: fenced })).toEqual([
      { type: 'AbandonNode', ordinal: 1 },
    ]);
  });

  it('then tells the node where its own log ends now', () => {
    expect(actionsFor({ B: fenced, C: fenced }, { logs: { A: [3, 42] } })).toEqual([
      { type: 'RecoverCluster', ordinal: 0, tag: 'A', term: 3, index: 42 },
    ]);
  });

  it('does not ask twice while the answer may still come', () => {
    const asked = { ...memory, uncertainUntilMs: NOW_MS + 1 };
    const picture = { ...lost, platform: { B: fenced, C: fenced } };
    expect(decideOn('{}', picture, asked).actions).toEqual([]);
  });

  it('stops processes of this machine before their data is set aside', () => {
    const local = { keepsProcesses: false };
    expect(actionsFor({ B: { process: 'Running' }, C: { process: 'Stopped' } }, local)).toEqual([
      { type: 'StopNode', ordinal: 1, reason: 'Fenced' },
      { type: 'QuarantineData', ordinal: 2 },
    ]);
  });

  it('goes on without the annotation that began it, and does nothing else', () => {
    const decision = decideOn('{ nodes: 5 }', lost, memory);
    expect(decision.status.operation).toMatchObject({ type: 'Recover', target: 'A' });
    expect(decision.actions.every((action) => action.type !== 'CreateNode')).toBe(true);
  });

  it('is through when the node speaks as another cluster, and its request counts no more', () => {
    const alone: Picture = {
      members: ['A'],
      databases: [],
      platform: { B: fenced, C: fenced },
      keepsProcesses: true,
    };
    const decision = decideOn(asking('A@3:41'), alone, {
      ...memory,
      clusterId: 'old',
      recovery: { request: 'A@3:41', tag: 'A', clusterId: 'old' },
    });
    expect(decision.memory).toMatchObject({
      clusterId: 'c',
      formerClusterIds: ['old'],
      recoveredBy: 'A@3:41',
    });
    expect(decision.memory.recovery).toBeUndefined();
    expect(conditionOf(decision, 'RecoveryAccepted')).toBeUndefined();
    expect(decision.actions).toEqual([{ type: 'AddNodeToCluster', ordinal: 1, tag: 'B', watcher: false }]);
  });
});

describe('a node that still speaks of the cluster as it was before a recovery', () => {
  it('sets its data aside before it joins', () => {
    const old = { id: 'old', etag: 9, members: ['A', 'B'], promotables: [], watchers: [], foreign: [] };
    const answer = { tag: 'B', serverId: 'B', state: 'Follower', term: 2, topology: old, peers: {} } as const;
    const platform = { B: { process: 'Running', data: 'Unused', answer } } as const;
    const memory = { clusterId: 'c', formerClusterIds: ['old'] };
    const picture: Picture = { members: ['A'], databases: [], platform, keepsProcesses: true };
    expect(decideOn('{ nodes: 2 }', picture, memory).actions).toEqual([
      { type: 'QuarantineData', ordinal: 1 },
      { type: 'StopNode', ordinal: 1, reason: 'StaleData' },
    ]);
    const stranger = decideOn('{ nodes: 2 }', picture, { clusterId: 'c' });
    expect(stranger.actions).toEqual([]);
    expect(conditionOf(stranger, 'StorageReady')?.reason).toBe('StaleVolume');
  });
});
