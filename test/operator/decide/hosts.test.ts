import { describe, expect, it } from 'vitest';
import { DRAIN_ANNOTATION } from '../../../operator/api/annotations.ts';
import { REPLACEMENT_INTERVAL_MS, STEP_DOWN_INTERVAL_MS } from '../../../operator/decide/limits.ts';
import { cluster, conditionOf, decideOn, NOW_MS, type Picture } from './observations.ts';

const members = ['A', 'B', 'C'];
const databases = [{ members }];
const draining = { host: { name: 'h', isDraining: true } };

describe('a leader whose machine is being drained', () => {
  const actionsFor = (platform: Picture['platform'], more: object = {}) =>
    decideOn('{}', { members, databases, ...(platform === undefined ? {} : { platform }) }, more).actions;

  it('steps down early', () => {
    expect(actionsFor({ A: draining })).toEqual([{ type: 'StepDown', tag: 'A' }]);
    expect(actionsFor({ B: draining })).toEqual([]);
  });

  it('stays where everybody else is to go, too', () => {
    expect(actionsFor({ A: draining, B: draining, C: draining })).toEqual([]);
  });

  it('is not asked again before an election could have happened', () => {
    const asked = { steppedDownAtMs: NOW_MS - STEP_DOWN_INTERVAL_MS + 1 };
    expect(actionsFor({ A: draining }, asked)).toEqual([]);
    expect(actionsFor({ A: draining }, { steppedDownAtMs: NOW_MS - STEP_DOWN_INTERVAL_MS })).toHaveLength(1);
  });

  it('steps down as well when a person drains it, and keeps its copies', () => {
    const drained = cluster('{}', { [DRAIN_ANNOTATION]: 'C, A' });
    expect(decideOn(drained, { members, databases }).actions).toEqual([{ type: 'StepDown', tag: 'A' }]);
    expect(decideOn(drained, { members, databases, leader: 'B' }).actions).toEqual([]);
  });
});

describe('a node on a machine that is lost', () => {
  const lostFor = (ms: number) => ({ host: { name: 'h', isDraining: false, lostSinceMs: NOW_MS - ms } });
  const HALF_HOUR_MS = 30 * 60_000;
  const replacing = '{ selfHealing: { lostNode: Replace } }';
  const picture = (ms = HALF_HOUR_MS): Picture => ({
    members,
    databases,
    down: ['C'],
    platform: { C: { ...lostFor(ms), process: 'Stopping' } },
    keepsProcesses: true,
  });

  it('is reported, with what can be done about it', () => {
    const decision = decideOn('{}', picture(60_000));
    expect(decision.actions).toEqual([]);
    expect(conditionOf(decision, 'Degraded')).toMatchObject({ status: 'True', reason: 'NodeLost' });
    expect(conditionOf(decision, 'Degraded')?.message).toContain('Node C is on machine h');
    expect(conditionOf(decision, 'Degraded')?.message).toContain('node.kubernetes.io/out-of-service');
  });

  it('is removed after the time that the spec says, where it says so', () => {
    expect(decideOn(replacing, picture(HALF_HOUR_MS - 1)).actions).toEqual([]);
    const { actions, memory } = decideOn(replacing, picture());
    expect(actions).toEqual([{ type: 'RemoveNodeFromCluster', tag: 'C', reason: 'HostLost' }]);
    expect(memory.replaced).toEqual({ tag: 'C', host: 'h', atMs: NOW_MS });
  });

  it.each([
    ['another voter is away', { down: ['B', 'C'] }, {}, 'too few voters answer'],
    ['nobody else alive has a database', { databases: [{ members: ['C'] }] }, {}, 'no other live member has'],
    [
      'another one was replaced within the hour',
      {},
      { replaced: { tag: 'B', host: 'g', atMs: NOW_MS - REPLACEMENT_INTERVAL_MS + 1 } },
      'replaced a while ago',
    ],
  ])('is not removed while %s', (_claim, more, memory, why) => {
    const decision = decideOn(replacing, { ...picture(), ...more }, memory);
    expect(decision.actions).toEqual([]);
    if (!why.includes('voters')) expect(conditionOf(decision, 'Degraded')?.message).toContain(why);
  });

  it('is asked for again when its own removal did not go through', () => {
    const memory = { replaced: { tag: 'C', host: 'h', atMs: NOW_MS - 1_000 } };
    expect(decideOn(replacing, picture(), memory).actions).toHaveLength(1);
  });

  it('gives up its pod and volume once the membership is without it, and not before the machine is given up', () => {
    const gone = (ms: number): Picture => ({
      members: ['A', 'B'],
      databases: [{ members: ['A', 'B'] }],
      platform: { C: { ...lostFor(ms), process: 'Stopping' } },
      keepsProcesses: true,
    });
    expect(decideOn(replacing, gone(HALF_HOUR_MS)).actions).toEqual([{ type: 'AbandonNode', ordinal: 2 }]);
    expect(decideOn(replacing, gone(60_000)).actions).toEqual([]);
    expect(decideOn('{}', gone(HALF_HOUR_MS)).actions).toEqual([]);
  });
});
