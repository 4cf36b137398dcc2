import { expect, it } from 'vitest';
import type { ClusterCommand } from '../../node/cluster/cluster-command.ts';
import { decideAsLeader } from '../../node/cluster/leader-decisions.ts';
import { Machine } from './state/machine.ts';

const deletion = { type: 'DeleteDatabase', names: ['shop'], hardDelete: true, fromNodes: null } as const;
const addition = { type: 'AddDatabaseNode', name: 'shop', node: 'B' } as const;
const removal = { type: 'RemoveNodeFromCluster', node: 'B' } as const;
const removalOfStranger = { type: 'RemoveNodeFromCluster', node: 'Z' } as const;

it.each<[what: string, command: ClusterCommand, commandVersion: number, rules: number | undefined]>([
  ['a deletion', deletion, 6, 6],
  ['a new copy', addition, 6, 6],
  ['the removal of a node', removal, 6, 6],
  ['the removal of a node that has left already', removalOfStranger, 6, undefined],
  ['a deletion, while a node is older', deletion, 5, undefined],
  ['what somebody else has noted, while a node is older', { ...addition, rules: 6 }, 5, undefined],
])('the leader notes the rules in %s', (_, command, commandVersion, rules) => {
  const decided = decideAsLeader(command, () => ({
    state: new Machine().reader,
    candidates: [],
    nodeIdOf: (tag) => (tag === 'Z' ? undefined : `node-${tag}`),
    commandVersion,
    turn: 0,
  }));
  const { rules: _rules, ...plain } = command as { readonly rules?: number };
  expect(decided).toEqual({ ...plain, ...(rules === undefined ? {} : { rules }) });
});
