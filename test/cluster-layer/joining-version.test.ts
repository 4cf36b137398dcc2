import { expect, it } from 'vitest';
import { ClusterMembership, type ClusterMembershipOptions } from '../../node/cluster/cluster-membership.ts';

const node = (tag: string) => ({
  id: `id-${tag}`,
  tag,
  url: `http://${tag}`,
  tcpAddress: `${tag}:1`,
  role: 'promotable' as const,
});

it('the leader refuses a node that became too old while it was invited, and trusts who tells no version', () => {
  let lowest = 2;
  const nodes = { versions: () => [{ tag: 'A', version: lowest, hasTold: true }] };
  const membership = new ClusterMembership({ nodes } as unknown as ClusterMembershipOptions);
  const admit = (introductions: Record<string, unknown>) => () =>
    membership.admit([node('C'), node('D')], introductions);
  expect(admit({ 'id-C': 2, 'id-D': 2 })).not.toThrow();
  lowest = 3;
  expect(admit({ 'id-C': 3, 'id-D': 2 })).toThrow('The node at http://D is too old to join');
  expect(admit({})).not.toThrow();
});
