import { afterEach, describe, expect, it } from 'vitest';
import { LayerCluster, until } from './layer-harness.ts';

let cluster: LayerCluster;
afterEach(() => cluster.close());

const leads = (tag: string) => async () => (await cluster.leader()).layer.nodeTag() === tag;

describe('handing leadership over', () => {
  it('goes to the member that is named, asked on any node, and again without harm', async () => {
    cluster = await LayerCluster.of(3);
    for (const tag of ['C', 'A', 'B', 'B']) {
      await (await cluster.follower()).layer.reelect(tag);
      expect(await leads(tag)()).toBe(true);
    }
  });

  it('is refused for a node that could not lead, and the leader goes on', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    const watcher = await cluster.add();
    await leader.layer.addNode(watcher.url, { watcher: true });
    await until(() => watcher.layer.nodeTag() === 'D', 'the watcher to be in the cluster');
    await expect(leader.layer.reelect('D')).rejects.toThrow(/a watcher, and only members lead/);
    await expect(leader.layer.reelect('Q')).rejects.toThrow(/no node Q/);
    const down = await cluster.follower();
    const tag = down.layer.nodeTag();
    await down.stop();
    await until(() => leader.layer.status().peers[tag]?.connected === false, 'the loss of the connection');
    await expect(leader.layer.reelect(tag)).rejects.toThrow(/no connection to it/);
    expect(leader.layer.status().state).toBe('Leader');
    await leader.layer.submit({ type: 'SetNodeProperties', node: 'A', zone: 'z' });
  });
});

describe('a leader that is gone', () => {
  it('is removed by the others, and is of no cluster when it comes back', async () => {
    cluster = await LayerCluster.of(3);
    const old = await cluster.leader();
    const tag = old.layer.nodeTag();
    await old.stop();
    const next = await cluster.leader();
    await next.layer.removeNode(tag);
    await cluster.settled(2);
    await old.start();
    await until(() => old.layer.nodeTag() === '?', 'the old leader learning that it was removed');
    expect(old.layer.status().state).toBe('Passive');
  });

  it('is demoted by the others, and is a watcher when it comes back, until it is promoted', async () => {
    cluster = await LayerCluster.of(3);
    const old = await cluster.leader();
    const tag = old.layer.nodeTag();
    await old.stop();
    const next = await cluster.leader();
    await next.layer.demote(tag);
    await old.start();
    await until(() => tag in old.layer.topology().watchers, 'the old leader being a watcher');
    await next.layer.promote(tag);
    await cluster.settled(3);
  });

  it('need not be gone: a leader that is demoted hands over', async () => {
    cluster = await LayerCluster.of(3);
    const old = await cluster.leader();
    const tag = old.layer.nodeTag();
    await old.layer.demote(tag);
    const next = await cluster.leader();
    expect(next).not.toBe(old);
    await until(() => tag in next.layer.topology().watchers, 'the old leader being a watcher');
    await next.layer.promote(tag);
    await cluster.settled(3);
  });
});
