import { describe, expect, it } from 'vitest';
import { decide } from '../../../operator/decide/decide.ts';
import { REFUSED_RETRY_MS } from '../../../operator/decide/limits.ts';
import { FIRST_MEMORY } from '../../../operator/decide/memory.ts';
import {
  cluster,
  conditionOf,
  decideOn,
  inZones,
  NOW_MS,
  observe,
  type Picture,
  wish,
} from './observations.ts';

const members = ['A', 'B', 'C', 'D'];
const platform = inZones({ A: 'z1', B: 'z1', C: 'z2', D: 'z2' });
const decideWith = (picture: Partial<Picture>, spec = '{ nodes: 4 }') =>
  decideOn(spec, { members, platform, ...picture });
const readyOf = (status: { readonly conditions?: readonly object[] } | undefined) => status?.conditions?.[0];

describe('a RavenDatabase', () => {
  it('is created on as many nodes as the cluster wants, spread over zones', () => {
    const { actions, databases } = decideWith({ wishes: [wish('w', { settings: { a: '1' } })] });
    expect(actions).toEqual([
      { type: 'CreateDatabase', database: 'shop', tags: ['A', 'C', 'B'], settings: { a: '1' } },
    ]);
    expect(databases.w?.phase).toBe('Pending');
    expect(readyOf(databases.w)).toMatchObject({ status: 'False', reason: 'NotCreated' });
  });

  it.each([
    ['as many as it says', { replicationFactor: 2 }, ['A', 'C']],
    ['where its tags let it be', { placement: { tags: ['B', 'D', 'F'] } }, ['B', 'D']],
    ['where its zones let it be', { placement: { zones: ['z2'] } }, ['C', 'D']],
  ])('is created on %s', (_claim, spec, tags) => {
    expect(decideWith({ wishes: [wish('w', spec)] }).actions).toEqual([
      { type: 'CreateDatabase', database: 'shop', tags, settings: {} },
    ]);
  });

  it('waits for a node that may hold it, and says so', () => {
    const { actions, databases } = decideWith({ wishes: [wish('w', { placement: { tags: ['F'] } })] });
    expect(actions).toEqual([]);
    expect(readyOf(databases.w)).toMatchObject({
      reason: 'NoNodeAllowed',
      message: 'No node that is up may hold it: node F',
    });
  });

  it('is not created on a node that is to leave', () => {
    const { actions } = decideWith({ wishes: [wish('w', { replicationFactor: 4 })] }, '{ nodes: 3 }');
    expect(actions).toContainEqual({
      type: 'CreateDatabase',
      database: 'shop',
      tags: ['A', 'C', 'B'],
      settings: {},
    });
  });

  it('is reported with its copies', () => {
    const databases = [{ members: ['A', 'B', 'C'] }];
    const decision = decideWith({ databases, wishes: [wish('w', {}, { generation: 7 })] });
    expect(decision.actions).toEqual([]);
    expect(decision.databases.w).toMatchObject({
      observedGeneration: 7,
      phase: 'Ready',
      replicationFactor: 3,
      copies: 3,
      members: ['A', 'B', 'C'],
    });
  });

  it('wins over the factor of the cluster', () => {
    const databases = [{ members: ['A', 'B', 'C'] }];
    expect(decideWith({ databases, wishes: [wish('w', { replicationFactor: 2 })] }).actions).toEqual([
      { type: 'RemoveDatabaseReplica', database: 'shop', tag: 'B' },
    ]);
  });

  it.each([
    ['are put where they differ', { a: '1' }, { a: '2' }, true],
    ['are put where one is too much', { a: '1' }, { a: '1', b: '2' }, true],
    ['are left where they are the same', { a: '1' }, { a: '1' }, false],
    ['are left where nobody could read them', { a: '1' }, undefined, false],
    ['are left where the resource says nothing of them', {}, { b: '2' }, false],
  ])('has settings that %s', (_claim, settings, current, isPut) => {
    const databases = [{ members: ['A', 'B', 'C'], ...(current === undefined ? {} : { settings: current }) }];
    const { actions } = decideWith({ databases, wishes: [wish('w', { settings })] });
    expect(actions).toEqual(isPut ? [{ type: 'PutDatabaseSettings', database: 'shop', settings }] : []);
  });

  it('is disabled and enabled', () => {
    const wishes = [wish('w', { disabled: true })];
    const databases = [{ members: ['A', 'B', 'C'] }];
    expect(decideWith({ databases, wishes }).actions).toEqual([
      { type: 'SetDatabaseState', database: 'shop', disabled: true },
    ]);
    const disabled = [{ members: ['A', 'B', 'C'], disabled: true }];
    expect(decideWith({ databases: disabled, wishes }).actions).toEqual([]);
    expect(decideWith({ databases: disabled, wishes: [wish('w', {})] }).actions).toEqual([
      { type: 'SetDatabaseState', database: 'shop', disabled: false },
    ]);
  });
});

describe('another placement', () => {
  const moved = (picture: Partial<Picture>, placement: object, factor = 1) =>
    decideWith({ wishes: [wish('w', { replicationFactor: factor, placement })], ...picture });

  it('moves copies: first one is added, then the other one goes', () => {
    const before = moved({ databases: [{ members: ['A'] }] }, { tags: ['C'] });
    expect(before.actions).toEqual([{ type: 'AddDatabaseReplica', database: 'shop', tag: 'C' }]);
    expect(before.databases.w?.conditions?.[1]).toMatchObject({ reason: 'Moving' });
    const filling = moved({ databases: [{ members: ['A'], promotables: ['C'] }] }, { tags: ['C'] });
    expect(filling.actions).toEqual([]);
    const after = moved({ databases: [{ members: ['A', 'C'] }] }, { tags: ['C'] });
    expect(after.actions).toEqual([{ type: 'RemoveDatabaseReplica', database: 'shop', tag: 'A' }]);
  });

  it('takes no copy away while there is no other place', () => {
    expect(moved({ databases: [{ members: ['A'] }] }, { tags: ['F'] }).actions).toEqual([]);
  });

  it('leaves no fewer copies than the minimum of the cluster', () => {
    const wishes = [wish('w', { replicationFactor: 3, placement: { tags: ['A'] } })];
    const databases = [{ members: ['A', 'B', 'C'] }];
    const spec = '{ nodes: 4, replicationFactor: { minimum: 2 } }';
    expect(decideWith({ wishes, databases }, spec).actions).toEqual([]);
    expect(decideWith({ wishes, databases }).actions).toEqual([
      { type: 'RemoveDatabaseReplica', database: 'shop', tag: 'B' },
    ]);
  });

  it('leaves fewer than that minimum when its resource asks for fewer', () => {
    const wishes = [wish('w', { replicationFactor: 1, placement: { tags: ['A', 'C'] } })];
    const decision = decideWith(
      { wishes, databases: [{ members: ['A', 'B'] }] },
      '{ nodes: 4, replicationFactor: { minimum: 2 } }',
    );
    expect(decision.actions).toEqual([{ type: 'RemoveDatabaseReplica', database: 'shop', tag: 'B' }]);
  });

  it('leaves alone what is on a node whose zone is not known just now', () => {
    const zones = inZones({ A: 'z1', B: 'z1', D: 'z2' });
    const picture = { platform: zones, databases: [{ members: ['C'] }] };
    expect(moved(picture, { zones: ['z2'] }).actions).toEqual([]);
  });

  it('that only a leaving node satisfies blocks the scale-down', () => {
    const databases = [{ members: ['D'] }];
    const decision = decideWith(
      { databases, wishes: [wish('w', { replicationFactor: 1, placement: { tags: ['D'] } })] },
      '{ nodes: 3 }',
    );
    expect(decision.actions).toEqual([]);
    expect(conditionOf(decision, 'ScaleSafe')).toEqual({
      status: 'False',
      reason: 'DatabasePinned',
      message: 'The placement of database shop leaves too few nodes without D: change it first',
    });
    expect(conditionOf(decision, 'ReplicationFactorSatisfied')?.reason).toBe('DatabasePinned');
  });
});

describe('of two resources for one database', () => {
  const databases = [{ members: ['A', 'B', 'C'] }];
  const older = wish('z', { disabled: true }, { createdAtMs: 1 });
  const younger = wish('a', { name: 'SHOP' }, { createdAtMs: 2 });

  it('the older one counts, and the other one says so', () => {
    const decision = decideWith({ databases, wishes: [younger, older] });
    expect(decision.actions).toEqual([{ type: 'SetDatabaseState', database: 'shop', disabled: true }]);
    expect(readyOf(decision.databases.a)).toMatchObject({
      reason: 'NameTaken',
      message: 'RavenDatabase z describes database SHOP and is older',
    });
  });

  it('the other one counts as soon as the older one goes and leaves the database', () => {
    const { actions, settled } = decideWith({ databases, wishes: [younger, { ...older, isDeleted: true }] });
    expect(actions).toEqual([]);
    expect(settled).toEqual(['z']);
  });

  it('the younger one deletes nothing', () => {
    const going = wish('a', { reclaimPolicy: 'Delete' }, { createdAtMs: 2, isDeleted: true });
    const decision = decideWith({ databases: [{ members: ['A'], disabled: true }], wishes: [going, older] });
    expect(decision.actions.map(({ type }) => type)).not.toContain('DeleteDatabase');
    expect(decision.settled).toEqual(['a']);
  });
});

describe('a resource that is deleted', () => {
  const deleted = (reclaimPolicy: 'Retain' | 'Delete') => wish('w', { reclaimPolicy }, { isDeleted: true });

  it('with Retain is settled at once, without a leader, too', () => {
    const databases = [{ members: ['A', 'B', 'C'] }];
    expect(decideWith({ databases, wishes: [deleted('Retain')] })).toMatchObject({
      actions: [],
      settled: ['w'],
    });
    expect(decideWith({ leader: null, wishes: [deleted('Retain')] }).settled).toEqual(['w']);
  });

  it('with Delete is settled once every copy is gone', () => {
    const wishes = [deleted('Delete')];
    const there = decideWith({ databases: [{ members: ['A', 'B', 'C'] }], wishes });
    expect(there).toMatchObject({ actions: [{ type: 'DeleteDatabase', database: 'shop' }], settled: [] });
    const going = decideWith({ databases: [{ deleting: ['B'] }], wishes });
    expect(going).toMatchObject({ actions: [], settled: [] });
    expect(readyOf(going.databases.w)).toMatchObject({ message: 'Copies are still on B' });
    expect(decideWith({ databases: [], wishes }).settled).toEqual(['w']);
    expect(decideWith({ leader: null, wishes }).settled).toEqual([]);
  });

  it('is settled with the cluster, whatever it says', () => {
    const going = cluster('{ nodes: 4 }');
    const resource = { ...going, metadata: { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    const picture = { members, databases: [{ members: ['A'] }], wishes: [deleted('Delete')] };
    expect(decideOn(resource, picture)).toMatchObject({
      actions: [],
      settled: ['w'],
      status: { phase: 'Deleting' },
    });
  });
});

describe('what the cluster refused', () => {
  const observed = observe({ members, platform, wishes: [wish('w', { settings: { a: '1' } })] });
  const at = (nowMs: number) =>
    decide(
      cluster('{ nodes: 4 }'),
      { ...observed, nowMs, refusals: { shop: { message: 'no such setting', atMs: NOW_MS } } },
      FIRST_MEMORY,
    );

  it('is told in the status, and asked for again after a while only', () => {
    expect(at(NOW_MS + REFUSED_RETRY_MS - 1).actions).toEqual([]);
    expect(readyOf(at(NOW_MS).databases.w)).toMatchObject({ reason: 'Refused', message: 'no such setting' });
    expect(at(NOW_MS + REFUSED_RETRY_MS).actions.map(({ type }) => type)).toEqual(['CreateDatabase']);
  });
});
