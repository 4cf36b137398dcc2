import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReplicatedGroup, type ReplicatedNode } from './replicated-node.ts';

let group: ReplicatedGroup;

afterEach(async () => {
  await group.close();
});

async function open<Size extends 2 | 3>(
  size: Size,
): Promise<
  Size extends 2 ? [ReplicatedNode, ReplicatedNode] : [ReplicatedNode, ReplicatedNode, ReplicatedNode]
> {
  group = await ReplicatedGroup.open(size);
  return group.nodes as never;
}

async function expectConverged(nodes: readonly ReplicatedNode[] = group.nodes): Promise<void> {
  await vi.waitFor(
    () => {
      const [first, ...others] = nodes.map((node) => node.digest());
      for (const other of others) expect(other).toEqual(first);
    },
    { timeout: 20_000, interval: 20 },
  );
}

/** Overlapping writes of `count` documents, some of them shared between the nodes. */
async function putMany(node: ReplicatedNode, prefix: string, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, i) => node.put(`${prefix}/${i}`, { from: node.tag, i })),
  );
}

describe('replication over TCP', () => {
  it('brings documents and deletions to the other member, with their change vectors', async () => {
    const [a, b] = await open(2);
    group.connect();
    await a.put('things/1', { n: 1 });
    await b.put('things/2', { n: 2 });
    await vi.waitFor(() => expect([b.get('things/1'), a.get('things/2')]).toEqual([{ n: 1 }, { n: 2 }]));
    await expectConverged();
    await a.delete('things/2');
    await vi.waitFor(() => expect(b.get('things/2')).toBeUndefined());
    await expectConverged();
  });

  it('goes on where it was after connections broke in the middle of many writes', async () => {
    const [a, b, c] = await open(3);
    group.connect();
    for (let round = 0; round < 8; round++) {
      const writes = [a, b, c].map((node) => putMany(node, `${node.tag}${round}`, 150));
      await vi.waitFor(() => expect(b.get(`A${round}/0`)).toBeDefined());
      group.nodes[round % 3]?.breakConnections();
      await Promise.all(writes);
    }
    await expectConverged();
    expect(a.digest()).toHaveLength(8 * 3 * 150);
  });

  it('takes each batch in once although the receiving database restarts in the middle', async () => {
    const [a, b] = await open(2);
    group.connect();
    const writes = putMany(a, 'things', 3000);
    await vi.waitFor(() => expect(b.digest().length).toBeGreaterThan(0));
    await b.restart();
    await writes;
    await b.restart();
    await expectConverged();
    // Nothing was stored twice: each document took one etag.
    await vi.waitFor(() => expect(b.database.lastEtag).toBe(3000));
  });

  it('lets both sides of a partition write, and resolves to the later version without losing the earlier', async () => {
    const [a, b, c] = await open(3);
    group.connect();
    await a.put('things/1', { n: 0 });
    await expectConverged();
    a.cutOff(b);
    a.cutOff(c);
    await a.put('things/1', { from: 'a' });
    await b.put('things/1', { from: 'b' });
    await a.put('things/a', {});
    await b.delete('things/1').then(() => b.put('things/1', { from: 'b', again: true }));
    for (const node of group.nodes) node.reconnect();
    await expectConverged();
    for (const node of group.nodes) {
      expect(node.get('things/1')).toEqual({ from: 'b', again: true });
      const revisions = node.database.read((reader) => [...reader.revisions('things/1')]);
      expect(revisions.map((each) => each.kind === 'document' && each.body.toString())).toContain(
        '{"from":"a"}',
      );
    }
  });

  it('falls silent once everybody has everything', async () => {
    const [a, b, c] = await open(3);
    group.connect();
    await Promise.all([putMany(a, 'x', 50), putMany(b, 'x', 50), putMany(c, 'x', 50)]);
    await expectConverged();
    const etags = () => group.nodes.map((node) => node.database.lastEtag);
    await vi.waitFor(() => {
      for (const node of group.nodes) {
        expect(node.replication.status().outgoing.map((each) => each.etagsBehind)).toEqual([0, 0]);
      }
    });
    const before = etags();
    // One more write, seen everywhere, and nothing else moved.
    await a.put('y', {});
    await expectConverged();
    await vi.waitFor(() => expect(etags()).toEqual(before.map((etag) => etag + 1)));
  });

  it('fills a replica that joins while the group is written to', async () => {
    const [a, b, c] = await open(3);
    group.connect([a, b]);
    await putMany(a, 'old', 2000);
    const writes = Promise.all([putMany(a, 'new', 500), putMany(b, 'more', 500)]);
    group.connect();
    await writes;
    await expectConverged();
    expect(c.digest()).toHaveLength(3000);
  });

  it('assures a write at as many members as asked for, and says how many when time is up', async () => {
    const [a, b, c] = await open(3);
    group.connect();
    const first = await a.put('things/1', {});
    expect(await a.replication.waitForReplication(first, 2, 10_000)).toBe(2);
    expect([b.get('things/1'), c.get('things/1')]).toEqual([{}, {}]);
    expect(await a.replication.waitForReplication(first, 'majority', 0)).toBe(2);
    a.cutOff(c);
    const second = await a.put('things/2', {});
    expect(await a.replication.waitForReplication(second, 'majority', 10_000)).toBe(1);
    b.cutOff(c);
    const third = await a.put('things/3', {});
    expect(await a.replication.waitForReplication(third, 2, 200)).toBe(1);
  });

  it('cleans tombstones only when every member has them', async () => {
    const [a, b, c] = await open(3);
    group.connect();
    await a.put('things/1', {});
    await expectConverged();
    a.cutOff(c);
    b.cutOff(c);
    await a.delete('things/1');
    await vi.waitFor(() => expect(b.get('things/1')).toBeUndefined());
    expect(await a.database.cleanTombstones()).toBe(0);
    for (const node of group.nodes) node.reconnect();
    for (const node of group.nodes) {
      await vi.waitFor(async () => expect(await node.database.cleanTombstones()).toBe(1), {
        timeout: 20_000,
      });
    }
    await expectConverged();
    expect(c.get('things/1')).toBeUndefined();
  });

  it('says that the members have everything once those that are connected do, without waiting for others', async () => {
    const [a, b, c] = await open(3);
    group.connect();
    await a.put('things/0', { n: 0 });
    await vi.waitFor(() => expect([b.get('things/0'), c.get('things/0')]).toEqual([{ n: 0 }, { n: 0 }]));
    a.cutOff(c);
    await vi.waitFor(() => {
      const connected = a.replication.status().outgoing.filter((peer) => peer.isConnected);
      expect(connected.map(({ tag }) => tag)).toEqual(['B']);
    });
    const writes = putMany(a, 'more', 500);
    await writes;
    expect(await a.replication.flush(20_000)).toBe(true);
    expect(b.get('more/499')).toEqual({ from: 'A', i: 499 });
  });

  it('says after the time given that a connected member still lacks something', async () => {
    const [a, b] = await open(2);
    group.connect();
    await a.put('things/0', { n: 0 });
    await vi.waitFor(() => expect(b.get('things/0')).toEqual({ n: 0 }));
    await a.put('things/1', { n: 1 });
    expect(await a.replication.flush(0)).toBe(false);
    expect(await a.replication.flush(20_000)).toBe(true);
  });
});
