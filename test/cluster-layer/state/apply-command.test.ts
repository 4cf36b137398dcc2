import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterCommand } from '../../../node/cluster/cluster-command.ts';
import { holdersOf } from '../../../node/cluster/state/change-topology.ts';
import { identitiesIn } from '../../../node/cluster/state/identities.ts';
import { RECORDS } from '../../../node/cluster/state/state-keys.ts';
import type { StoredRecord } from '../../../node/cluster/state/stored-record.ts';
import { Machine } from './machine.ts';

describe('the cluster state machine', () => {
  it('creates a database once, whatever the casing of its name, and keeps members it does not know', () => {
    const machine = new Machine();
    machine.apply({
      type: 'AddDatabase',
      record: { DatabaseName: 'Shop', Topology: { Members: ['A'] }, Custom: { x: 1 } },
      expectedEtag: null,
    });
    expect(machine.record('sHOP')).toMatchObject({
      etag: 1,
      record: { DatabaseName: 'Shop', Custom: { x: 1 } },
    });
    expect(machine.create('shop', 'B')).toBe('DatabaseAlreadyExistsError');
    expect(machine.create('a*b', 'A')).toBe('InvalidDatabaseNameError');
    expect(machine.create('empty')).toBe('ClusterOperationError');
  });

  it('replaces a record only where it stands', () => {
    const machine = new Machine();
    machine.create('shop', 'A');
    const put = (expectedEtag: number) =>
      machine.apply({
        type: 'AddDatabase',
        record: { DatabaseName: 'shop', Settings: { a: 'b' } },
        expectedEtag,
      });
    expect(put(7)).toBe('RachisConcurrencyError');
    put(1);
    expect(machine.record('shop')?.record).toMatchObject({
      Settings: { a: 'b' },
      Topology: { Members: ['A'] },
    });
    expect(machine.apply({ type: 'AddDatabase', record: { DatabaseName: 'x' }, expectedEtag: 1 })).toBe(
      'UpdateOfMissingDatabaseError',
    );
  });

  it('deletes by marking, and forgets the database with its identities when the last copy has confirmed', () => {
    const machine = new Machine();
    machine.create('shop', 'A', 'B');
    machine.apply({ type: 'NextIdentities', database: 'shop', names: ['users'] });
    machine.apply({ type: 'DeleteDatabase', names: ['shop', 'nope'], hardDelete: true, fromNodes: null });
    expect(machine.record('shop')?.record).toMatchObject({
      DeletionInProgress: { A: 'HardDelete', B: 'HardDelete' },
      Topology: { Members: [] },
    });
    const confirm = (node: string, topologyId = 'group-shop') =>
      machine.apply({ type: 'RemoveNodeFromDatabase', name: 'shop', node, topologyId });
    confirm('A');
    confirm('A');
    confirm('B', 'another group of the same name');
    expect(machine.record('shop')).toBeDefined();
    confirm('B');
    expect(machine.record('shop')).toBeUndefined();
    expect(identitiesIn(machine.reader, 'shop')).toEqual({});
  });

  it('takes one copy away, and remembers since when each node has had its copy', () => {
    const machine = new Machine();
    machine.create('shop', 'A', 'B');
    machine.apply({ type: 'DeleteDatabase', names: ['shop'], hardDelete: false, fromNodes: ['B'] });
    expect(machine.apply({ type: 'AddDatabaseNode', name: 'shop', node: 'B' })).toBe('ClusterOperationError');
    machine.apply({ type: 'RemoveNodeFromDatabase', name: 'shop', node: 'B', topologyId: 'group-shop' });
    machine.apply({ type: 'AddDatabaseNode', name: 'shop', node: 'B' });
    expect(machine.record('shop')?.record.Topology).toMatchObject({
      Members: ['A'],
      Promotables: ['B'],
      PromotablesStatus: { B: 'WaitingForFirstPromotion' },
      ReplicationFactor: 2,
      NodesAddedAt: { A: 1, B: 5 },
      Stamp: { Index: 5 },
    });
  });

  it('honours the lock of a database', () => {
    const machine = new Machine();
    machine.create('shop', 'A');
    const remove = () =>
      machine.apply({ type: 'DeleteDatabase', names: ['shop'], hardDelete: true, fromNodes: null });
    machine.apply({ type: 'EditLockMode', names: ['shop'], mode: 'PreventDeletesError' });
    expect(remove()).toBe('ClusterOperationError');
    machine.apply({ type: 'EditLockMode', names: ['shop'], mode: 'PreventDeletesIgnore' });
    expect(remove()).toEqual({ pending: {} });
    expect(machine.apply({ type: 'EditLockMode', names: ['shop', 'no'], mode: 'Unlock' })).toBe(
      'DatabaseDoesNotExistError',
    );
    expect(machine.record('shop')?.record.LockMode).toBe('PreventDeletesIgnore');
  });

  it('scrubs a removed node from every group, unless a database would go with it', () => {
    const machine = new Machine();
    machine.create('two', 'A', 'B');
    machine.create('one', 'B');
    const next = () => machine.apply({ type: 'NextIdentities', database: 'one', names: ['users'] });
    next();
    const remove = () => machine.apply({ type: 'RemoveNodeFromCluster', node: 'B' });
    expect(remove()).toBe('ClusterOperationError');
    expect(machine.record('two')?.record.Topology.Members).toEqual(['A', 'B']);
    // Its deletion is under way, and the node that should confirm it goes.
    machine.apply({ type: 'DeleteDatabase', names: ['one'], hardDelete: true, fromNodes: null });
    remove();
    expect(machine.record('two')?.record.Topology).toMatchObject({ Members: ['A'], ReplicationFactor: 1 });
    expect(machine.record('one')).toBeUndefined();
    // Nothing of the lost database turns up in a new one of the same name.
    machine.create('one', 'A');
    expect(next()).toEqual([1]);
  });

  it('lets no node go that holds the only copy, or the only one that is whole', () => {
    const machine = new Machine();
    machine.create('shop', 'A');
    const leave = () => machine.apply({ type: 'RemoveNodeFromCluster', node: 'A', rules: 6 });
    expect(leave()).toBe('ClusterOperationError');
    machine.apply({ type: 'AddDatabaseNode', name: 'shop', node: 'B' });
    expect(leave()).toBe('ClusterOperationError');
    expect(machine.record('shop')?.record.Topology).toMatchObject({ Members: ['A'], Promotables: ['B'] });
    machine.apply({ type: 'PromoteDatabaseNode', name: 'shop', node: 'B' });
    expect(leave()).toBeNull();
    expect(machine.record('shop')?.record.Topology).toMatchObject({ Members: ['B'], Promotables: [] });
  });

  it('gives no copy to a database that is being deleted, once every node knows that rule', () => {
    const machine = new Machine();
    machine.create('shop', 'A');
    machine.apply({ type: 'DeleteDatabase', names: ['shop'], hardDelete: true, fromNodes: null });
    const add = { type: 'AddDatabaseNode', name: 'shop', node: 'B' } as const;
    expect(machine.apply({ ...add, rules: 6 })).toBe('ClusterOperationError');
    expect(machine.apply(add)).toMatchObject({ topology: { Promotables: ['B'] } });
  });

  it('counts no copy in the factor whose place another one has taken, once every node knows that rule', () => {
    const factorAfter = (rules: { readonly rules?: number }) => {
      const machine = new Machine();
      machine.create('shop', 'A', 'B');
      const before = machine.record('shop')?.record.Topology;
      if (before === undefined) throw new Error('There is no record.');
      // B is gone, and C is there in its place.
      const topology = { ...before, Members: ['A', 'C'], Rehabs: ['B'] };
      machine.apply({ type: 'UpdateTopology', name: 'shop', topology, expectedEtag: null });
      machine.apply({
        type: 'DeleteDatabase',
        names: ['shop'],
        hardDelete: true,
        fromNodes: ['B'],
        ...rules,
      });
      return machine.record('shop')?.record.Topology.ReplicationFactor;
    };
    expect(factorAfter({})).toBe(1);
    expect(factorAfter({ rules: 6 })).toBe(2);
  });

  it('counts identities up, by name without case, and seeds them', () => {
    const machine = new Machine();
    machine.create('shop', 'A');
    const next = (...names: string[]) => machine.apply({ type: 'NextIdentities', database: 'SHOP', names });
    expect(next('Users', 'users|', 'orders')).toEqual([1, 2, 1]);
    const seed = (value: number, force: boolean) =>
      machine.apply({ type: 'SeedIdentity', database: 'shop', name: 'users', value, force });
    expect(seed(1, false)).toBe(2);
    expect(seed(10, false)).toBe(10);
    expect(seed(3, true)).toBe(3);
    expect(identitiesIn(machine.reader, 'shop')).toEqual({ 'Users|': 3, 'orders|': 1 });
    expect(machine.apply({ type: 'NextIdentities', database: 'nope', names: ['a'] })).toBe(
      'DatabaseDoesNotExistError',
    );
  });

  it('answers an unknown or malformed command with an error and changes nothing', () => {
    const machine = new Machine();
    machine.create('shop', 'A');
    const before = machine.image;
    for (const command of [
      { type: 'FromTheFuture' },
      { type: 'DeleteDatabase' },
      {},
      { type: 'SeedIdentity' },
    ]) {
      expect(typeof machine.apply(command as ClusterCommand)).toBe('string');
    }
    expect(machine.image).toBe(before);
  });

  it('keeps its invariants under any sequence of commands, and gives the same state on every node', () => {
    const tag = fc.constantFrom('A', 'B', 'C');
    const name = fc.constantFrom('x', 'Y', 'z');
    const command: fc.Arbitrary<ClusterCommand> = fc.oneof(
      fc.record({ name, members: fc.uniqueArray(tag, { minLength: 1 }) }).map(
        ({ name: DatabaseName, members }): ClusterCommand => ({
          type: 'AddDatabase',
          record: { DatabaseName, Topology: { Members: members, DatabaseTopologyIdBase64: 'g' } },
          expectedEtag: null,
        }),
      ),
      fc.record({ type: fc.constant('AddDatabaseNode' as const), name, node: tag }),
      fc.record({ type: fc.constant('PromoteDatabaseNode' as const), name, node: tag }),
      fc.record(
        { type: fc.constant('RemoveNodeFromCluster' as const), node: tag, rules: fc.constant(6) },
        { requiredKeys: ['type', 'node'] },
      ),
      fc.record({
        type: fc.constant('DeleteDatabase' as const),
        names: fc.array(name),
        hardDelete: fc.boolean(),
        fromNodes: fc.option(fc.uniqueArray(tag)),
      }),
      fc.record({
        type: fc.constant('RemoveNodeFromDatabase' as const),
        name,
        node: tag,
        topologyId: fc.constant('g'),
      }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const one = new Machine();
        const other = new Machine();
        for (const each of commands) {
          one.apply(each);
          other.apply(structuredClone(each));
          for (const [, value] of one.reader.list(RECORDS)) {
            const { record, etag } = value as StoredRecord;
            const holders = holdersOf(record.Topology);
            expect(new Set(holders).size).toBe(holders.length);
            expect(holders.some((holder) => record.DeletionInProgress[holder] !== undefined)).toBe(false);
            expect(holders.length + Object.keys(record.DeletionInProgress).length).toBeGreaterThan(0);
            expect(etag).toBeLessThanOrEqual(one.index);
          }
        }
        expect(other.image).toBe(one.image);
      }),
    );
  });
});
