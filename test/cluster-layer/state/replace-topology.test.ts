import { describe, expect, it } from 'vitest';
import { Machine } from './machine.ts';

function grown() {
  const machine = new Machine();
  machine.create('shop', 'A', 'B');
  machine.apply({ type: 'AddDatabaseNode', name: 'shop', node: 'C', mentor: 'B' });
  return machine;
}

function replace(machine: Machine, topology: object | null | undefined, replicationFactor?: number) {
  const record = { DatabaseName: 'shop', ...(topology === undefined ? {} : { Topology: topology }) };
  return machine.apply({
    type: 'AddDatabase',
    record,
    expectedEtag: machine.index,
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
  });
}

describe('the topology of a record that is replaced', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['what was read', { Members: ['A', 'B'], Promotables: ['C'], Rehabs: [], ReplicationFactor: 3 }],
    ['empty lists', { Members: [], Promotables: [], Rehabs: [] }],
  ])('stays as it is, stamp and all, when the new record says %s of it', (_what, given) => {
    const machine = grown();
    const before = machine.record('shop')?.record.Topology;
    replace(machine, given);
    expect(machine.record('shop')).toMatchObject({ etag: 3 });
    expect(machine.record('shop')?.record.Topology).toEqual(before);
  });

  it('takes the factor, the order of the members and who places copies from it, and has clients refresh', () => {
    const machine = grown();
    replace(machine, { Members: ['B', 'A'], DynamicNodesDistribution: true, PriorityOrder: ['B'] }, 5);
    expect(machine.record('shop')?.record.Topology).toMatchObject({
      Members: ['B', 'A'],
      Promotables: ['C'],
      PredefinedMentors: { C: 'B' },
      ReplicationFactor: 5,
      DynamicNodesDistribution: true,
      PriorityOrder: ['B'],
      Stamp: { Index: 3 },
    });
  });

  it.each([
    [{ Members: ['A'] }, 'ClusterOperationError'],
    [{ Members: ['A', 'Z'] }, 'ClusterOperationError'],
    [{ Members: ['A', 'B', 'C'] }, 'ClusterOperationError'],
    [{ Rehabs: ['C'] }, 'ClusterOperationError'],
    [{ ReplicationFactor: 0 }, 'ClusterArgumentError'],
    [{ ReplicationFactor: '3' }, 'ClusterArgumentError'],
  ])('refuses %j, and the rest of the record with it', (given, error) => {
    const machine = grown();
    const before = machine.image;
    expect(replace(machine, given)).toBe(error);
    expect(machine.image).toBe(before);
  });
});

describe('the mentor of a new copy', () => {
  it.each(['C', 'Z'])('is a member of the group; %s is none', (mentor) => {
    const machine = grown();
    expect(machine.apply({ type: 'AddDatabaseNode', name: 'shop', node: 'D', mentor })).toBe(
      'ClusterOperationError',
    );
  });
});

describe('the indexes of databases', () => {
  it('are stopped and let go on in all of them at once, or in none, beside the other settings', () => {
    const machine = new Machine();
    machine.create('one', 'A');
    machine.create('two', 'A');
    machine.apply({ type: 'PutDatabaseSettings', name: 'one', settings: { x: 'y' } });
    const toggle = (names: readonly string[], disable: boolean) =>
      machine.apply({ type: 'ToggleDatabasesIndexing', names, disable });
    expect(toggle(['one', 'nope'], true)).toBe('DatabaseDoesNotExistError');
    expect(machine.record('one')?.record.Settings).toEqual({ x: 'y' });
    toggle(['one', 'two'], true);
    expect(machine.record('one')?.record.Settings).toEqual({ x: 'y', 'Indexing.Disable': 'True' });
    toggle(['two'], false);
    expect(machine.record('two')?.record.Settings).toEqual({ 'Indexing.Disable': 'False' });
  });
});

describe('a client configuration that comes with a record', () => {
  it('has the etag of the change, and keeps it as long as it is the same', () => {
    const machine = new Machine();
    const put = (Client: object, expectedEtag: number | null) =>
      machine.apply({
        type: 'AddDatabase',
        record: { DatabaseName: 'shop', Topology: { Members: ['A'] }, Client },
        expectedEtag,
      });
    put({ Disabled: false, MaxNumberOfRequestsPerSession: 7, Etag: 99 }, null);
    expect(machine.record('shop')?.record.Client).toMatchObject({ Etag: 1 });
    put({ Disabled: false, MaxNumberOfRequestsPerSession: 7, Etag: 0 }, 1);
    expect(machine.record('shop')?.record.Client).toMatchObject({ Etag: 1 });
    put({ Disabled: false, MaxNumberOfRequestsPerSession: 8, Etag: 1 }, 2);
    expect(machine.record('shop')?.record.Client).toEqual({
      Disabled: false,
      MaxNumberOfRequestsPerSession: 8,
      Etag: 3,
    });
  });
});
