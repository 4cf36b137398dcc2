import { afterEach, describe, expect, it } from 'vitest';
import type { AddDatabase, DatabaseWritten } from '../../node/cluster/cluster-command.ts';
import {
  ClusterOperationError,
  DatabaseAlreadyExistsError,
  RachisConcurrencyError,
} from '../../node/cluster/cluster-error.ts';
import type { DatabaseReport } from '../../node/cluster/node-report.ts';
import { LayerCluster, until } from './layer-harness.ts';

let cluster: LayerCluster;
afterEach(() => cluster.close());

const create = (name: string, replicationFactor: number): AddDatabase => ({
  type: 'AddDatabase',
  record: { DatabaseName: name },
  replicationFactor,
  expectedEtag: null,
});

const loaded = (name: string): DatabaseReport => ({
  name,
  status: 'Loaded',
  lastEtag: 1,
  changeVector: `A:1-${'a'.repeat(22)}`,
  documentsCount: 1,
  connectedPeers: [],
});

describe('commands', () => {
  it('create a database through any node, and every node knows its record when it has applied it', async () => {
    cluster = await LayerCluster.of(3);
    const follower = await cluster.follower();
    const { index, result } = await follower.layer.submit(create('Shop', 2));
    const { topology } = result as DatabaseWritten;
    expect(topology.Members).toHaveLength(2);
    expect(topology.Stamp.Index).toBe(index);
    for (const node of cluster.nodes) {
      await node.layer.waitForIndex(index, 5000);
      expect(node.layer.record('shop')).toEqual({
        record: expect.objectContaining({ DatabaseName: 'Shop' }),
        etag: index,
      });
      expect(node.layer.record('SHOP')?.record.Topology).toEqual(topology);
    }
  });

  it('answer with their own error, on the leader and on a follower alike', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    const follower = await cluster.follower();
    await leader.layer.submit(create('shop', 1));
    for (const node of [leader, follower]) {
      await expect(node.layer.submit(create('SHOP', 1))).rejects.toThrow(DatabaseAlreadyExistsError);
      await expect(node.layer.submit({ ...create('shop', 1), expectedEtag: 999_999 })).rejects.toThrow(
        RachisConcurrencyError,
      );
      await expect(node.layer.submit({ type: 'AddDatabaseNode', name: 'shop', node: 'Q' })).rejects.toThrow(
        ClusterOperationError,
      );
    }
  });

  it('run once however often they are sent with the same request id, through different nodes', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    await leader.layer.submit(create('shop', 3));
    const next = { type: 'NextIdentities' as const, database: 'shop', names: ['users|'] };
    const results: unknown[] = [];
    for (const node of [...cluster.nodes, ...cluster.nodes]) {
      results.push((await node.layer.submit(next, { requestId: 'the same' })).result);
    }
    expect(results).toEqual(results.map(() => [1]));
    expect((await leader.layer.submit(next)).result).toEqual([2]);
  });

  it('give out identities without a gap or a repeat while leaders are lost', async () => {
    cluster = await LayerCluster.of(3);
    const [first] = cluster.nodes;
    if (first === undefined) throw new Error('no node');
    await first.layer.submit(create('shop', 1));
    const values: number[] = [];
    const stop = new AbortController();
    const writers = Array.from({ length: 8 }, async () => {
      while (!stop.signal.aborted) {
        const { result } = await first.layer.submit({
          type: 'NextIdentities',
          database: 'shop',
          names: ['users|'],
        });
        values.push(...(result as number[]));
      }
    });
    for (let round = 0; round < 3; round++) {
      const seen = values.length;
      await until(() => values.length > seen + 50, 'fifty more identities');
      const leader = await cluster.leader();
      if (leader === first) await leader.layer.reelect();
      else {
        await leader.stop();
        const before = values.length;
        await until(() => values.length > before + 20, 'identities from the next leader');
        await leader.start();
      }
    }
    stop.abort();
    await Promise.all(writers);
    const sorted = [...values].sort((a, b) => a - b);
    expect(sorted).toEqual(sorted.map((_, i) => i + 1));
  });
});

describe('the state', () => {
  it('is there again after all nodes were restarted, and their listeners are told', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    for (let i = 0; i < 10; i++) await leader.layer.submit(create(`db${i}`, 2));
    await cluster.converged();
    const records = leader.layer.records();
    await Promise.all(cluster.nodes.map((node) => node.stop()));
    await Promise.all(cluster.nodes.map((node) => node.start()));
    await cluster.settled(3);
    for (const node of cluster.nodes) expect(node.layer.records()).toEqual(records);
    let told = 0;
    const follower = await cluster.follower();
    follower.layer.onRecordsChanged(() => told++);
    await (await cluster.leader()).layer.submit(create('later', 1));
    await until(() => told > 0, 'the news of a record');
  });

  it('reaches a node that joins late', async () => {
    cluster = await LayerCluster.of(1);
    const leader = await cluster.leader();
    for (let i = 0; i < 20; i++) await leader.layer.submit(create(`db${i}`, 1));
    const late = await cluster.add();
    await leader.layer.addNode(late.url);
    await cluster.settled(2);
    await cluster.converged();
    expect(late.layer.records()).toEqual(leader.layer.records());
  });
});

describe('membership', () => {
  it('gives tags in order, goes from three to five and back, and takes copies off a node that leaves', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    for (const tag of ['D', 'E']) {
      const node = await cluster.add();
      await leader.layer.addNode(node.url);
      await until(() => node.layer.nodeTag() === tag, `tag ${tag}`);
    }
    await cluster.settled(5);
    await leader.layer.submit(create('shop', 5));
    for (const tag of ['D', 'E']) {
      await leader.layer.removeNode(tag);
      expect(leader.layer.record('shop')?.record.Topology.Members).not.toContain(tag);
    }
    await cluster.settled(3);
    expect(leader.layer.topology().lastNodeId).toBe('E');
  });

  it('refuses to remove the node that holds the only copy of a database', async () => {
    cluster = await LayerCluster.of(2);
    const leader = await cluster.leader();
    await leader.layer.submit({
      ...create('shop', 1),
      record: { DatabaseName: 'shop', Topology: { Members: ['B'] } },
    });
    await expect(leader.layer.removeNode('B')).rejects.toThrow(/only copy of shop/);
    expect(Object.keys(leader.layer.topology().members)).toEqual(['A', 'B']);
  });

  it('lets the leader remove itself', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    await leader.layer.removeNode(leader.layer.nodeTag());
    await until(() => leader.layer.nodeTag() === '?', 'the old leader being out');
    await cluster.settled(2);
  });

  it('refuses a node of another cluster and one that does not answer', async () => {
    cluster = await LayerCluster.of(1);
    const leader = await cluster.leader();
    const other = await cluster.add();
    await other.layer.bootstrap();
    await expect(leader.layer.addNode(other.url)).rejects.toThrow(/already in another cluster/);
    await expect(leader.layer.addNode('http://127.0.0.1:1')).rejects.toThrow(ClusterOperationError);
  });

  it('makes a member a watcher and a watcher a member', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    const follower = await cluster.follower();
    const tag = follower.layer.nodeTag();
    await leader.layer.demote(tag);
    expect(Object.keys(leader.layer.topology().watchers)).toEqual([tag]);
    await leader.layer.promote(tag);
    await cluster.settled(3);
  });

  it('takes a wiped node back as a new one, after the old one was removed', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    const follower = await cluster.follower();
    const tag = follower.layer.nodeTag();
    await leader.layer.submit(create('shop', 3));
    await follower.wipe();
    await expect(leader.layer.addNode(follower.url)).rejects.toThrow(/remove node/);
    await leader.layer.removeNode(tag);
    await leader.layer.addNode(follower.url, { tag });
    await cluster.settled(3);
    await cluster.converged();
    expect(follower.layer.record('shop')?.record.Topology.Members).not.toContain(tag);
  });
});

describe('the observer on the leader', () => {
  it('moves a member that is gone to rehab, and makes it a member again when it proves itself', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    await leader.layer.submit(create('shop', 3));
    for (const node of cluster.nodes) node.reports = [loaded('shop')];
    const gone = await cluster.follower();
    const tag = gone.layer.nodeTag();
    const topology = () => leader.layer.record('shop')?.record.Topology;
    await gone.stop();
    await until(() => topology()?.Rehabs.includes(tag) ?? false, 'rehab');
    expect(topology()?.DemotionReasons[tag]).toMatch(/has not served/);
    await gone.start();
    await until(() => topology()?.Members.includes(tag) ?? false, 'membership');
    expect(topology()?.Rehabs).toEqual([]);
    expect(leader.layer.observer.decisions().decisions.length).toBeGreaterThan(1);
  });

  it('goes on under a new leader', async () => {
    cluster = await LayerCluster.of(3);
    const first = await cluster.leader();
    await first.layer.submit(create('shop', 3));
    for (const node of cluster.nodes) node.reports = [loaded('shop')];
    const tag = first.layer.nodeTag();
    await first.stop();
    const second = await cluster.leader();
    await until(() => second.layer.record('shop')?.record.Topology.Rehabs.includes(tag) ?? false, 'rehab');
  });
});
