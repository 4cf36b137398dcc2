import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pendingIndexes, rollingIndexesOf, runningIndexes } from '../../../node/cluster/rolling-index.ts';
import { advanced } from '../../../node/cluster/state/rolling-indexes.ts';
import { Machine } from './machine.ts';

const GROUP = { Members: ['A', 'B', 'C'], Promotables: ['D'], Rehabs: ['E'] };
const AT = '2026-01-01T00:00:00.0000000Z';

const definition = (map: string, more: object = {}) => ({ Name: 'Sums', Maps: [map], ...more });

function rollingMachine(): Machine {
  const machine = new Machine();
  machine.create('shop', 'A', 'B', 'C');
  machine.apply({
    type: 'PutRollingIndexes',
    name: 'shop',
    definitions: [definition('1')],
    rolling: ['Sums'],
  });
  return machine;
}

const finish = (machine: Machine, node: string | null, deployment: number | null = null) =>
  machine.apply({ type: 'FinishRollingIndex', name: 'shop', index: 'sums', node, deployment });

function statesOf(machine: Machine): string {
  const record = machine.record('shop')?.record;
  const deployments = record === undefined ? {} : (rollingIndexesOf(record).Sums?.ActiveDeployments ?? {});
  return Object.entries(deployments)
    .map(([tag, { State }]) => `${tag} ${State}`)
    .join(', ');
}

describe('the deployment of a rolling index', () => {
  it('goes over members, promotables and rehabs, each from the last one', () => {
    const order: string[] = [];
    let deployments = advanced({}, GROUP, AT);
    while (deployments !== null) {
      const running = Object.entries(deployments).filter(([, { State }]) => State === 'Running');
      expect(running).toHaveLength(1);
      const [tag = ''] = running[0] ?? [];
      order.push(tag);
      deployments = advanced(deployments, GROUP, AT, (one) => one === tag);
    }
    expect(order).toEqual(['C', 'B', 'A', 'D', 'E']);
  });

  it('does not begin anew on a node that nobody is to go before', () => {
    const group = { Members: ['A'], Promotables: [], Rehabs: ['B'] };
    const begun = advanced({}, group, AT, (tag) => tag === 'A');
    const later = advanced(begun ?? {}, { ...group, Rehabs: ['B', 'C'] }, '2026-02-02T00:00:00.0000000Z');
    expect(later?.B).toMatchObject({ State: 'Running', StartedAt: AT });
    expect(later?.C?.State).toBe('Pending');
  });

  it('ends, has one that runs as long as any waits, and lets no member wait for who is none, whatever happens', () => {
    const tags = ['A', 'B', 'C', 'D', 'E'];
    const group = fc
      .tuple(fc.shuffledSubarray(tags), fc.nat(5), fc.nat(5))
      .map(([all, members, promotables]) => ({
        Members: all.slice(0, members),
        Promotables: all.slice(members, members + promotables),
        Rehabs: all.slice(members + promotables),
      }));
    const step = fc.record({ group, finished: fc.constantFrom(...tags) });
    fc.assert(
      fc.property(group, fc.array(step, { maxLength: 20 }), (first, steps) => {
        let deployments = advanced({}, first, AT);
        for (const { group: next, finished } of steps) {
          if (deployments === null) break;
          const before = deployments;
          deployments = advanced(before, next, AT, (tag) => tag === finished);
          const all = Object.entries(deployments ?? {});
          const inState = (state: string) =>
            all.filter(([, { State }]) => State === state).map(([tag]) => tag);
          const running = inState('Running');
          const waiting = inState('Pending');
          expect(running.length).toBeLessThanOrEqual(1);
          if (waiting.length > 0) expect(running).toHaveLength(1);
          if (waiting.some((tag) => next.Members.includes(tag))) expect(next.Members).toContain(running[0]);
          // Who was done stays so, as long as it is in the group.
          for (const [tag, { State }] of all) if (before[tag]?.State === 'Done') expect(State).toBe('Done');
          const holders = new Set([...next.Members, ...next.Promotables, ...next.Rehabs]);
          if (deployments !== null) expect(new Set(all.map(([tag]) => tag))).toEqual(holders);
        }
      }),
    );
  });
});

describe('the record of a database with a rolling index', () => {
  it('shows one node after the other, and nothing when all are done', () => {
    const machine = rollingMachine();
    expect(statesOf(machine)).toBe('A Pending, B Pending, C Running');
    const record = machine.record('shop')?.record;
    if (record === undefined) throw new Error('There is no record.');
    expect([pendingIndexes(record, 'A'), runningIndexes(record, 'C')]).toEqual([['Sums'], ['Sums']]);
    // A node that is new in the group, and that the deployment does not know, waits.
    expect(pendingIndexes(record, 'Z')).toEqual(['Sums']);
    finish(machine, 'C');
    finish(machine, 'C');
    expect(statesOf(machine)).toBe('A Pending, B Running, C Done');
    finish(machine, 'B');
    finish(machine, 'A');
    expect(machine.record('shop')?.record.RollingIndexes).toEqual({});
    expect(finish(machine, 'A')).toBe(null);
  });

  it('does not take the end of an earlier deployment for that of a later one', () => {
    const machine = rollingMachine();
    const first = machine.index;
    machine.apply({
      type: 'PutRollingIndexes',
      name: 'shop',
      definitions: [definition('2')],
      rolling: ['Sums'],
    });
    finish(machine, 'C', first);
    expect(statesOf(machine)).toBe('A Pending, B Pending, C Running');
    finish(machine, 'C', machine.index - 1);
    expect(statesOf(machine)).toBe('A Pending, B Running, C Done');
  });

  it('begins nothing for what makes no index anew, and leaves a running deployment alone', () => {
    const machine = rollingMachine();
    finish(machine, 'C');
    machine.apply({
      type: 'PutRollingIndexes',
      name: 'shop',
      definitions: [definition('1', { Priority: 'High' })],
      rolling: ['Sums'],
    });
    expect(statesOf(machine)).toBe('A Pending, B Running, C Done');
    finish(machine, null);
    machine.apply({
      type: 'PutRollingIndexes',
      name: 'shop',
      definitions: [definition('1')],
      rolling: ['Sums'],
    });
    expect(statesOf(machine)).toBe('');
  });

  it('is rolling no more when the index is put for all at once, or deleted', () => {
    for (const command of [
      { type: 'PutIndexes', name: 'shop', definitions: [definition('1')] },
      { type: 'DeleteIndexes', name: 'shop', indexes: ['SUMS'] },
    ] as const) {
      const machine = rollingMachine();
      machine.apply(command);
      expect(machine.record('shop')?.record.RollingIndexes).toEqual({});
    }
  });

  it('goes on when a node leaves, or comes', () => {
    const machine = rollingMachine();
    machine.apply({ type: 'DeleteDatabase', names: ['shop'], hardDelete: true, fromNodes: ['C'] });
    expect(statesOf(machine)).toBe('A Pending, B Running');
    machine.apply({ type: 'AddDatabaseNode', name: 'shop', node: 'D' });
    expect(statesOf(machine)).toBe('A Pending, B Running, D Pending');
    machine.apply({ type: 'RemoveNodeFromCluster', node: 'B' });
    expect(statesOf(machine)).toBe('A Running, D Pending');
  });

  it('takes what a client has written into it for nothing when it is none', () => {
    for (const RollingIndexes of [null, 1, 'x', [], { Sums: 1 }, { Sums: { ActiveDeployments: { A: 1 } } }]) {
      expect(rollingIndexesOf({ RollingIndexes })).toEqual({});
    }
  });
});
