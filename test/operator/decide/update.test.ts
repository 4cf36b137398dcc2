import { describe, expect, it } from 'vitest';
import { APPROVE_ANNOTATION } from '../../../operator/api/annotations.ts';
import type { ObservedNode } from '../../../operator/decide/observed.ts';
import { cluster, conditionOf, decideOn, inZones, NOW_MS, type Picture } from './observations.ts';

const five = ['A', 'B', 'C', 'D', 'E'];
const databases = [{ members: ['A', 'B', 'C'] }];
const restarts = (...ordinals: readonly number[]) =>
  ordinals.map((ordinal) => ({ type: 'RestartNode', ordinal }));

/** As many at once as can be, and databases as they are. */
const AS_THEY_ARE = '{ nodes: 5, replicationFactor: { mode: Unmanaged }, update: { maxUnavailable: 4 } }';

const actionsFor = (spec: string, picture: Partial<Picture>, memory = {}) =>
  decideOn(spec, { members: five, databases, outdated: five, ...picture }, memory).actions;

describe('a rolling update', () => {
  it('begins with watchers', () => {
    const picture = { members: ['A', 'B', 'C'], watchers: ['D', 'E'], outdated: ['B', 'D'] };
    expect(actionsFor('{ nodes: 5, consensus: { watchers: 2 } }', picture)).toEqual(restarts(3));
  });

  it('goes from zone to zone, that of the leader last', () => {
    const platform = inZones({ A: 'a', B: 'b', C: 'c', D: 'a', E: 'b' });
    const next = (outdated: readonly string[]) => actionsFor('{ nodes: 5 }', { platform, outdated });
    expect(next(five)).toEqual(restarts(1));
    expect(next(['A', 'C', 'D', 'E'])).toEqual(restarts(4));
    expect(next(['A', 'C', 'D'])).toEqual(restarts(2));
    expect(next(['A', 'D'])).toEqual(restarts(3));
    expect(next(['A'])).toEqual([{ type: 'StepDown', tag: 'A' }]);
  });

  it('takes no more nodes at once than the spec permits, all of one zone', () => {
    const platform = inZones({ A: 'a', B: 'b', C: 'b', D: 'b', E: 'c' });
    const databases = [{ members: ['A', 'E'] }];
    const spec = (max: number) =>
      `{ nodes: 5, replicationFactor: { mode: Unmanaged }, update: { maxUnavailable: ${max} } }`;
    expect(actionsFor(spec(1), { platform, databases })).toEqual(restarts(1));
    expect(actionsFor(spec(2), { platform, databases })).toEqual(restarts(1, 2));
    const two = inZones({ A: 'a', B: 'b', C: 'b', D: 'c', E: 'c' });
    expect(actionsFor(spec(4), { platform: two, databases })).toEqual(restarts(1, 2));
  });

  it('never takes so many that the others would be no majority', () => {
    const databases = [{ members: ['A'] }];
    expect(actionsFor(AS_THEY_ARE, { databases })).toEqual(restarts(1, 2));
  });

  it('takes no two nodes at once that a database needs one of', () => {
    const databases = [{ members: ['B', 'C'] }];
    expect(actionsFor(AS_THEY_ARE, { databases })).toEqual(restarts(1));
  });

  it('counts nodes that are away, and those that are back for too short a time', () => {
    const spec = '{ nodes: 5, update: { minReadySeconds: 10 } }';
    const outdated = ['A', 'C', 'D', 'E'];
    expect(actionsFor(spec, { outdated, down: ['B'] })).toEqual([]);
    const back = (ms: number) => actionsFor(spec, { outdated }, { returning: { B: NOW_MS - ms } });
    expect(back(9_999)).toEqual([]);
    expect(back(10_000)).toEqual(restarts(2));
    expect(actionsFor(spec, { outdated }, { returning: { B: null } })).toEqual([]);
  });

  it('counts a node that was told to stop, though it still answers', () => {
    const platform = { B: { process: 'Stopping' } } as const;
    expect(actionsFor('{ nodes: 5 }', { platform })).toEqual([]);
    const pair = [{ members: ['B', 'C'] }];
    expect(actionsFor(AS_THEY_ARE, { platform, databases: pair })).toEqual([]);
  });

  it('remembers who is away and since when they are back, and forgets it when they have stayed', () => {
    const spec = '{ nodes: 5, update: { minReadySeconds: 10 } }';
    const returning = (picture: Partial<Picture>, before: object) =>
      decideOn(spec, { members: five, databases, ...picture }, { returning: before as Record<string, null> })
        .memory.returning;
    expect(returning({ down: ['B'] }, {})).toEqual({ B: null });
    expect(returning({}, { B: null })).toEqual({ B: NOW_MS });
    expect(returning({}, { B: NOW_MS - 9_999 })).toEqual({ B: NOW_MS - 9_999 });
    expect(returning({}, { B: NOW_MS - 10_000 })).toBeUndefined();
  });

  it('restarts nodes that do not even run at once, without a leader, too', () => {
    const platform = { B: { process: 'Starting' }, C: { process: 'Starting' } } as const;
    const stuck = { platform, down: ['B', 'C'], leader: null } as const;
    expect(actionsFor('{ nodes: 5 }', stuck)).toEqual(restarts(1, 2));
    expect(actionsFor('{ nodes: 5 }', { ...stuck, outdated: ['A'] })).toEqual([]);
  });

  it('restarts a single node, whatever it holds', () => {
    const alone = { members: ['A'], outdated: ['A'], databases: [{ members: ['A'] }] };
    expect(actionsFor('{ nodes: 1 }', alone)).toEqual(restarts(0));
    expect(actionsFor('{ nodes: 1 }', { ...alone, outdated: [] })).toEqual([]);
  });

  it('says when a node takes too long, and goes on watching', () => {
    const memory = { operation: { key: 'Update C', sinceMs: NOW_MS - 1_800_001 } };
    const picture = { members: five, databases, outdated: ['A', 'C'], down: ['B'] };
    expect(conditionOf(decideOn('{ nodes: 5 }', picture, memory), 'Progressing')).toEqual({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'For longer than 1800s: Waiting for B before node C restarts',
    });
  });
});

describe('an update that asks', () => {
  const revised: Partial<ObservedNode> = {
    wantedRevision: 'r2',
    pod: { name: 'p', uid: 'u', revision: 'r1' },
  };
  const platform = Object.fromEntries(five.map((tag) => [tag, revised]));
  const ask = (approval: string, outdated: readonly string[], given?: string, leader = 'A') => {
    const spec = `{ nodes: 5, update: { approval: ${approval} } }`;
    const resource = cluster(spec, given === undefined ? {} : { [APPROVE_ANNOTATION]: given });
    return decideOn(resource, { members: five, databases, outdated, platform, leader });
  };

  it('before every node names the annotation to write', () => {
    const decision = ask('EveryNode', five);
    expect(decision.actions).toEqual([]);
    expect(conditionOf(decision, 'Progressing')).toEqual({
      status: 'False',
      reason: 'AwaitingApproval',
      message: `Node B restarts once somebody agrees: annotate this resource with ${APPROVE_ANNOTATION}=r2, or r2:B for this one alone`,
    });
  });

  it('takes a revision as agreement to all of it, or to the nodes that are named', () => {
    expect(ask('EveryNode', five, 'r2').actions).toEqual(restarts(1));
    expect(ask('EveryNode', five, 'r2:B,C').actions).toEqual(restarts(1));
    expect(ask('EveryNode', five, 'r2:C').actions).toEqual([]);
    expect(ask('EveryNode', five, 'r1').actions).toEqual([]);
  });

  it('before the leader lets all others restart', () => {
    expect(ask('BeforeLeader', five).actions).toEqual(restarts(1));
    expect(ask('BeforeLeader', ['A']).actions).toEqual([]);
    expect(ask('BeforeLeader', ['A'], 'r2').actions).toEqual([{ type: 'StepDown', tag: 'A' }]);
  });

  it('before the leader asks about the last node, though it leads no more', () => {
    expect(ask('BeforeLeader', ['A'], undefined, 'B').actions).toEqual([]);
    expect(ask('BeforeLeader', ['A'], 'r2', 'B').actions).toEqual(restarts(0));
  });

  it('does not call it a failure that somebody takes their time', () => {
    const memory = { operation: { key: 'Update B', sinceMs: 0 } };
    const resource = cluster('{ nodes: 5, update: { approval: EveryNode } }');
    const picture = { members: five, databases, outdated: five, platform, nowMs: 10_000_000 };
    expect(conditionOf(decideOn(resource, picture, memory), 'Progressing')?.reason).toBe('AwaitingApproval');
  });
});
