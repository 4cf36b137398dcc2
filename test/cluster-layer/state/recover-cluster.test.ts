import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterCommand } from '../../../node/cluster/cluster-command.ts';
import type { DatabaseTopology } from '../../../node/cluster/database-record.ts';
import { applyCommand } from '../../../node/cluster/state/apply-command.ts';
import { holdersOf } from '../../../node/cluster/state/change-topology.ts';
import { ClusterState } from '../../../node/cluster/state/cluster-state.ts';
import { nodePropertiesIn } from '../../../node/cluster/state/node-properties.ts';
import { RECORDS } from '../../../node/cluster/state/state-keys.ts';
import { findRecord, type StoredRecord } from '../../../node/cluster/state/stored-record.ts';

class Machine {
  readonly state = new ClusterState();
  index = 0;

  apply(command: ClusterCommand): unknown {
    const position = { index: ++this.index, term: 1, timeMs: 1_700_000_000_000 + this.index };
    const { outcome, changes } = applyCommand(this.state, position, command);
    this.state.apply(changes);
    if ('error' in outcome) throw new Error(outcome.error.message);
    return outcome.result;
  }

  create(name: string, topology: Partial<DatabaseTopology>): void {
    const Topology = { DatabaseTopologyIdBase64: `group-${name}`, ...topology };
    this.apply({ type: 'AddDatabase', record: { DatabaseName: name, Topology }, expectedEtag: null });
  }

  record(name: string) {
    return findRecord(this.state, name)?.record;
  }

  recover(survivor: string): unknown {
    return this.apply({ type: 'RecoverCluster', survivor });
  }
}

describe('the state after an unsafe recovery', () => {
  it('has the survivor as the one member of every group it holds a copy of, in whatever role', () => {
    const machine = new Machine();
    machine.create('a', { Members: ['A', 'B', 'C'], ReplicationFactor: 3, PriorityOrder: ['C', 'B', 'A'] });
    machine.create('b', { Members: ['A'], Promotables: ['B'], PredefinedMentors: { B: 'A' } });
    machine.create('c', { Members: ['C'], Rehabs: ['B'] });
    const before = machine.record('a')?.Topology.NodesAddedAt.B;
    expect(machine.recover('B')).toEqual({ lost: [], incomplete: ['b', 'c'] });
    for (const name of ['a', 'b', 'c']) {
      expect(machine.record(name)?.Topology).toMatchObject({
        Members: ['B'],
        Promotables: [],
        Rehabs: [],
        PriorityOrder: [],
        PredefinedMentors: {},
        ReplicationFactor: 1,
        Stamp: { Index: machine.index },
        DatabaseTopologyIdBase64: `group-${name}`,
      });
    }
    // The survivor's own copy is the one that it was; whoever gets one later is given it later.
    expect(machine.record('a')?.Topology.NodesAddedAt).toEqual({ B: before });
    machine.apply({ type: 'AddDatabaseNode', name: 'a', node: 'A' });
    expect(machine.record('a')?.Topology.NodesAddedAt.A).toBe(machine.index);
  });

  it('has no database any more of which the survivor holds nothing, and says which they were', () => {
    const machine = new Machine();
    machine.create('kept', { Members: ['A', 'B'] });
    machine.create('gone', { Members: ['B', 'C'] });
    machine.apply({ type: 'NextIdentities', database: 'gone', names: ['users'] });
    expect(machine.recover('A')).toEqual({ lost: ['gone'], incomplete: [] });
    expect([machine.record('kept')?.Topology.Members, machine.record('gone')]).toEqual([['A'], undefined]);
    expect(machine.state.list('identity/')).toEqual([]);
  });

  it('waits for no deletion of others, and for that of the survivor until it is confirmed', () => {
    const machine = new Machine();
    machine.create('shop', { Members: ['A', 'B', 'C'] });
    machine.create('old', { Members: ['A', 'B'] });
    const deletion = { type: 'DeleteDatabase', hardDelete: true } as const;
    machine.apply({ ...deletion, names: ['shop'], fromNodes: ['C'] });
    machine.apply({ ...deletion, names: ['old'], fromNodes: null });
    machine.recover('A');
    expect(machine.record('shop')?.DeletionInProgress).toEqual({});
    expect(machine.record('old')?.DeletionInProgress).toEqual({ A: 'HardDelete' });
    machine.apply({ type: 'RemoveNodeFromDatabase', name: 'old', node: 'A', topologyId: 'group-old' });
    expect(machine.record('old')).toBeUndefined();
  });

  it('keeps what is known of the survivor itself, and of nobody else', () => {
    const machine = new Machine();
    for (const node of ['A', 'B']) {
      machine.apply({ type: 'SetNodeProperties', node, nodeId: `id-${node}`, zone: 'z' });
    }
    machine.recover('B');
    expect([...nodePropertiesIn(machine.state).keys()]).toEqual(['B']);
  });

  it('names nobody but the survivor, whatever it was before', () => {
    const tags = ['A', 'B', 'C', 'D'];
    const roles = fc.constantFrom('Members', 'Promotables', 'Rehabs', 'deleting', 'none');
    const databases = fc.array(fc.tuple(roles, roles, roles, roles), { maxLength: 5 });
    fc.assert(
      fc.property(databases, fc.constantFrom(...tags), (drawn, survivor) => {
        const machine = new Machine();
        for (const [number, rolesOf] of drawn.entries()) {
          const withRole = (role: string) => tags.filter((_, at) => rolesOf[at] === role);
          const deleting = withRole('deleting');
          const Members = [...withRole('Members'), ...deleting];
          if (Members.length === 0) continue;
          const name = `db${number}`;
          machine.create(name, {
            Members,
            Promotables: withRole('Promotables'),
            Rehabs: withRole('Rehabs'),
          });
          if (deleting.length > 0) {
            machine.apply({ type: 'DeleteDatabase', names: [name], hardDelete: true, fromNodes: deleting });
          }
        }
        machine.recover(survivor);
        for (const [, value] of machine.state.list(RECORDS)) {
          const { record } = value as StoredRecord;
          const named = [...holdersOf(record.Topology), ...Object.keys(record.DeletionInProgress)];
          expect(named).toEqual([survivor]);
        }
      }),
    );
  });
});
