import { afterEach, describe, expect, it } from 'vitest';
import { LayerCluster, type LayerNode, until } from './layer-harness.ts';

let cluster: LayerCluster;
afterEach(() => cluster.close());

const configurations = (node: LayerNode) =>
  node.layer.raft.log(1000).filter(({ kind }) => kind === 'configuration').length;
const create = (members: readonly string[]) => ({
  type: 'AddDatabase' as const,
  record: { DatabaseName: 'shop', Topology: { Members: members } },
  expectedEtag: null,
});

describe('a node that takes the place of another', () => {
  it('is a member by one joint step, when it has what the cluster has, also for one that is dead', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    await leader.layer.submit(create(['A', 'B', 'C']));
    const lost = await cluster.follower();
    const tag = lost.layer.nodeTag();
    await lost.stop();
    const before = configurations(leader);
    const fresh = await cluster.add();
    await leader.layer.replaceNode(tag, fresh.url);
    expect(Object.keys(leader.layer.topology().members).sort()).toEqual(
      ['A', 'B', 'C', 'D'].filter((other) => other !== tag),
    );
    await leader.layer.replaceNode(tag, fresh.url);
    // Joining without a vote, the joint step, and its end; nothing for the same request again.
    expect(configurations(leader) - before).toBe(3);
    expect(fresh.layer.record('shop')?.record.Topology.Members).not.toContain(tag);
    await leader.layer.reelect('D');
    await until(() => fresh.layer.status().state === 'Leader', 'the new node to lead');
  });

  it('may take the place of the leader, asked of any node', async () => {
    cluster = await LayerCluster.of(3);
    const first = await cluster.leader();
    const asked = await cluster.follower();
    const fresh = await cluster.add();
    await asked.layer.replaceNode(first.layer.nodeTag(), fresh.url);
    await until(() => Object.keys(asked.layer.topology().members).join() === 'B,C,D', 'the new members');
  });

  it('takes nothing when a database would be lost, or the other is no node, and joins nothing then', async () => {
    cluster = await LayerCluster.of(1);
    const leader = await cluster.leader();
    const fresh = await cluster.add();
    await leader.layer.submit(create(['A']));
    await expect(leader.layer.replaceNode('A', fresh.url)).rejects.toThrow(/only copy of shop/);
    await expect(leader.layer.replaceNode('Q', fresh.url)).rejects.toThrow(/no node Q/);
    expect(Object.keys(leader.layer.topology().allNodes)).toEqual(['A']);
  });
});
