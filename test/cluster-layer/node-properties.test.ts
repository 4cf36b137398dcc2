import { afterEach, describe, expect, it } from 'vitest';
import type { DatabaseWritten } from '../../node/cluster/cluster-command.ts';
import { ClusterOperationError } from '../../node/cluster/cluster-error.ts';
import { LayerCluster, type LayerNode, until } from './layer-harness.ts';

let cluster: LayerCluster;
afterEach(() => cluster.close());

const properties = (node: LayerNode) => node.layer.topology().properties;
const none = { zone: null, publicUrl: null };

describe('properties of nodes', () => {
  it('are set through any node, member by member, and every node that applied them shows the same', async () => {
    cluster = await LayerCluster.of(3);
    const { layer } = await cluster.follower();
    const publicUrl = 'https://b.example.com';
    await layer.submit({ type: 'SetNodeProperties', node: 'A', zone: 'z1' });
    await layer.submit({ type: 'SetNodeProperties', node: 'B', zone: 'z2', publicUrl });
    await layer.submit({ type: 'SetNodeProperties', node: 'B', zone: null });
    await cluster.converged();
    for (const node of cluster.nodes) {
      expect(properties(node)).toEqual({
        A: { zone: 'z1', publicUrl: null },
        B: { zone: null, publicUrl },
        C: none,
      });
    }
    await expect(layer.submit({ type: 'SetNodeProperties', node: 'Q', zone: 'z1' })).rejects.toThrow(
      ClusterOperationError,
    );
  });

  it('are there again after all nodes were restarted, and reach a node that joins late', async () => {
    cluster = await LayerCluster.of(1);
    const first = await cluster.leader();
    await first.layer.submit({ type: 'SetNodeProperties', node: 'A', zone: 'z1' });
    await first.stop();
    await first.start();
    await cluster.settled(1);
    const late = await cluster.add();
    await first.layer.addNode(late.url);
    await cluster.settled(2);
    await until(() => properties(late).A?.zone === 'z1', 'the zone of A on the new node');
  });

  it('go with the node, and are not those of the next one with its tag', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    const leaving = await cluster.follower();
    const tag = leaving.layer.nodeTag();
    await leader.layer.submit({ type: 'SetNodeProperties', node: tag, zone: 'z1', publicUrl: 'http://x' });
    await leader.layer.removeNode(tag);
    await cluster.settled(2);
    expect(properties(leader)).not.toHaveProperty(tag);
    await leaving.wipe();
    await leader.layer.addNode(leaving.url, { tag });
    await cluster.settled(3);
    expect(properties(leader)[tag]).toEqual(none);
  });

  it('raise what clients compare topologies by when, and only when, a public URL changes', async () => {
    cluster = await LayerCluster.of(1);
    const { layer } = await cluster.leader();
    const etag = () => layer.topology().etag;
    const before = etag();
    await layer.submit({ type: 'SetNodeProperties', node: 'A', zone: 'z1' });
    expect([etag(), layer.publicUrlsChangedAt()]).toEqual([before, 0]);
    const change = { type: 'SetNodeProperties', node: 'A', publicUrl: 'http://x' } as const;
    const { index } = await layer.submit(change);
    await layer.submit(change);
    expect([etag(), layer.publicUrlsChangedAt()]).toEqual([index, index]);
  });

  it('spread the copies of databases over zones, at creation and when a copy is added', async () => {
    cluster = await LayerCluster.of(3);
    const { layer } = await cluster.follower();
    for (const [node, zone] of Object.entries({ A: 'x', B: 'x', C: 'y' })) {
      await layer.submit({ type: 'SetNodeProperties', node, zone });
    }
    for (let at = 0; at < 6; at++) {
      const name = `db${at}`;
      const create = { type: 'AddDatabase', record: { DatabaseName: name }, expectedEtag: null } as const;
      const { result } = await layer.submit({ ...create, replicationFactor: 2 });
      expect((result as DatabaseWritten).topology.Members).toContain('C');
    }
    const onA = { DatabaseName: 'alone', Topology: { Members: ['A'] } };
    await layer.submit({ type: 'AddDatabase', record: onA, expectedEtag: null });
    const { result } = await layer.submit({ type: 'AddDatabaseNode', name: 'alone' });
    expect((result as DatabaseWritten).topology.Promotables).toEqual(['C']);
  });

  it('name the zone that a node has by its own configuration', async () => {
    cluster = await LayerCluster.of(1);
    const first = await cluster.leader();
    await first.stop();
    first.zone = 'rack 7';
    await first.start();
    await until(() => properties(first).A?.zone === 'rack 7', 'the zone of A');
  });
});
