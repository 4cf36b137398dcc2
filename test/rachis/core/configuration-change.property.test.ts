import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClusterNode, Configuration, MemberRole } from '../../../node/rachis/core/configuration.ts';
import {
  laterTag,
  leaveJointConfiguration,
  planConfiguration,
} from '../../../node/rachis/core/configuration-change.ts';
import { hasQuorum, votersOf } from '../../../node/rachis/core/quorum.ts';

const ids = ['a', 'b', 'c', 'd', 'e'];
const role = fc.constantFrom<MemberRole>('member', 'promotable', 'watcher');

function node(id: string, its: MemberRole): ClusterNode {
  return { id, tag: id.toUpperCase(), url: '', tcpAddress: '', role: its };
}

const configuration: fc.Arbitrary<Configuration> = fc
  .tuple(fc.subarray(ids, { minLength: 1 }), fc.array(role, { minLength: 5, maxLength: 5 }))
  .map(([chosen, roles]) => ({
    clusterId: 'x',
    nodes: chosen.map((id, position) => node(id, position === 0 ? 'member' : (roles[position] ?? 'member'))),
    outgoingMembers: [],
    lastTag: 'E',
  }));

const change = fc
  .tuple(fc.subarray(ids), fc.array(role, { minLength: 5, maxLength: 5 }), fc.subarray(ids))
  .map(([upsert, roles, remove]) => ({
    upsert: upsert.map((id, position) => node(id, roles[position] ?? 'member')),
    remove: remove.filter((id) => !upsert.includes(id)),
  }));

test('every quorum of a configuration shares a voter with every quorum of the next one, joint phase included', () => {
  fc.assert(
    fc.property(configuration, change, fc.subarray(ids), fc.subarray(ids), (before, asked, left, right) => {
      const planned = planConfiguration(before, asked);
      fc.pre(planned.isValid);
      const stages = [before, planned.configuration];
      if (planned.configuration.outgoingMembers.length > 0) {
        stages.push(leaveJointConfiguration(planned.configuration));
      }
      for (let at = 1; at < stages.length; at++) {
        const [former, latter] = [stages[at - 1] ?? null, stages[at] ?? null];
        const isQuorum = (of: Configuration | null, side: readonly string[]) =>
          hasQuorum(votersOf(of), (id) => side.includes(id));
        if (isQuorum(former, left) && isQuorum(latter, right)) {
          expect(left.some((id) => right.includes(id))).toBe(true);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('a change ends as asked: nodes upserted with their roles, nodes removed gone, all others as they were', () => {
  fc.assert(
    fc.property(configuration, change, (before, asked) => {
      const planned = planConfiguration(before, asked);
      fc.pre(planned.isValid);
      const joint = planned.configuration;
      const last = joint.outgoingMembers.length > 0 ? leaveJointConfiguration(joint) : joint;
      const expected = new Map(before.nodes.map((known) => [known.id, known.role]));
      for (const { id, role: its } of asked.upsert) expected.set(id, its);
      for (const id of asked.remove) expected.delete(id);
      expect(new Map(last.nodes.map((known) => [known.id, known.role]))).toEqual(expected);
      expect(last.outgoingMembers).toEqual([]);
      expect(last.leavingNodes).toBeUndefined();
      // While joint, the nodes to be removed still get the log.
      for (const { id } of before.nodes) {
        if (joint.outgoingMembers.length > 0) expect(joint.nodes.map((known) => known.id)).toContain(id);
      }
    }),
    { numRuns: 500 },
  );
});

test('the highest tag ever assigned is kept, in the order in which tags are given out', () => {
  expect(laterTag('B', 'C')).toBe('C');
  expect(laterTag('Z', 'AA')).toBe('AA');
  const before: Configuration = {
    clusterId: 'x',
    nodes: [node('a', 'member'), node('c', 'watcher')],
    outgoingMembers: [],
    lastTag: 'C',
  };
  const planned = planConfiguration(before, { remove: ['c'] });
  expect(planned).toMatchObject({ isValid: true, configuration: { lastTag: 'C' } });
});

test.each([
  [{}, 'names no node'],
  [{ remove: ['x'] }, 'not a node of the cluster'],
  [{ remove: ['a'] }, 'without a member'],
  [{ upsert: [{ ...node('b', 'watcher'), tag: 'A' }] }, 'two nodes would have the tag A'],
  [{ upsert: [{ ...node('b', 'watcher'), tag: 'lower' }] }, 'upper-case'],
  [{ upsert: [node('a', 'member')], remove: ['a'] }, 'twice'],
])('a change that makes no sense is refused with the reason (%j)', (asked, message) => {
  const before: Configuration = {
    clusterId: 'x',
    nodes: [node('a', 'member')],
    outgoingMembers: [],
    lastTag: 'A',
  };
  const planned = planConfiguration(before, asked);
  expect(planned.isValid ? '' : planned.message).toContain(message);
});
