import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { NodePassiveError, NoLeaderError } from '../../../node/rachis/rachis-error.ts';
import { TestCluster, until } from './test-cluster.ts';

let cluster: TestCluster;
afterEach(() => cluster.close());

describe('three nodes over TCP and files', () => {
  it('elect a leader, and apply on every node what is submitted on any of them', async () => {
    cluster = await TestCluster.of(3);
    for (const [i, node] of cluster.nodes.entries()) {
      const { result } = await node.append(`line ${i}`);
      expect(result).toEqual({ length: i + 1 });
      // Applied here when it resolves.
      expect(node.machine.lines).toContain(`line ${i}`);
    }
    expect(await cluster.converged()).toEqual(['line 0', 'line 1', 'line 2']);
    expect(cluster.nodes.map((node) => node.rachis.tag).sort()).toEqual(['A', 'B', 'C']);
  });

  it('have a new leader after the old one has gone, and lose nothing', async () => {
    cluster = await TestCluster.of(3);
    const old = await cluster.leader();
    await old.append('before');
    await old.stop();
    const next = await cluster.leader();
    await next.append('after');
    await old.start();
    expect(await cluster.converged()).toEqual(['before', 'after']);
  });

  it('go on where they were after all were restarted', async () => {
    cluster = await TestCluster.of(3);
    for (let i = 0; i < 20; i++) await (await cluster.leader()).append(`line ${i}`);
    await Promise.all(cluster.nodes.map((node) => node.stop()));
    await Promise.all(cluster.nodes.map((node) => node.start()));
    const { index } = await (await cluster.leader()).append('afterwards');
    expect(index).toBeGreaterThan(21);
    expect(await cluster.converged()).toHaveLength(21);
  });

  it('run a command once although its leader was lost while it was under way', async () => {
    cluster = await TestCluster.of(3);
    const follower = await cluster.follower();
    let appended = 0;
    const stop = new AbortController();
    const writer = (async () => {
      for (let i = 0; !stop.signal.aborted; i++) {
        await follower.append(`line ${i}`);
        appended++;
      }
    })();
    for (let round = 0; round < 3; round++) {
      const target = appended + 30;
      await until(() => appended >= target, 'thirty more lines');
      const leader = await cluster.leader();
      if (leader === follower) await leader.rachis.transferLeadership();
      else {
        await leader.stop();
        await until(() => appended >= target + 5, 'lines under the new leader');
        await leader.start();
      }
    }
    stop.abort();
    await writer;
    const lines = await cluster.converged();
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, i) => `line ${i}`));
    expect(lines.length).toBe(appended);
  });

  it('refuse a wiped node as what it was, and take it back as a new one', async () => {
    cluster = await TestCluster.of(3);
    const wiped = await cluster.follower();
    const { id, tag } = wiped.rachis;
    await (await cluster.leader()).append('before');
    await wiped.wipe();
    expect(wiped.rachis.id).not.toBe(id);
    const leader = await cluster.leader();
    await leader.append('without it');
    await until(
      () =>
        leader.rachis
          .status()
          .peers.find((peer) => peer.node.id === id)
          ?.error?.includes('storage') === true,
      'the refusal',
    );
    await leader.rachis.changeConfiguration({ remove: [id] });
    await cluster.join(wiped, tag);
    expect(await cluster.converged()).toEqual(['before', 'without it']);
  });

  it('lose nothing and run nothing twice while their connections break all the time', async () => {
    cluster = await TestCluster.of(3);
    const stop = new AbortController();
    const written: string[] = [];
    const writers = cluster.nodes.map(async (node, who) => {
      for (let i = 0; !stop.signal.aborted; i++) {
        await node.append(`${who}:${i}`);
        written.push(`${who}:${i}`);
      }
    });
    for (let round = 0; round < 60; round++) {
      const seen = written.length;
      cluster.nodes[round % 3]?.cutConnections();
      await until(() => written.length > seen + 3, 'lines after the cut');
    }
    stop.abort();
    await Promise.all(writers);
    const lines = await cluster.converged();
    expect([...lines].sort()).toEqual([...written].sort());
    for (const who of [0, 1, 2]) {
      const own = lines.filter((line) => line.startsWith(`${who}:`));
      expect(own).toEqual(own.map((_, i) => `${who}:${i}`));
    }
  });

  it('let another node lead when the disk of the leader does not answer', async () => {
    cluster = await TestCluster.of(3);
    const leader = await cluster.leader();
    const follower = await cluster.follower();
    // The next segment of the log can't be made: its place is taken by a folder.
    for (let segment = 2; segment < 9; segment++) {
      mkdirSync(join(leader.folder, 'log', `000000000${segment}.segment.tmp`), { recursive: true });
    }
    const big = (i: number) => `${i} `.padEnd(30_000, 'x');
    for (let i = 0; i < 20; i++) await follower.append(big(i));
    await until(() => !leader.rachis.isLeader, 'the old leader giving up');
    const next = await cluster.leader();
    expect(next).not.toBe(leader);
    await next.append('after');
    for (let segment = 2; segment < 9; segment++) {
      rmSync(join(leader.folder, 'log', `000000000${segment}.segment.tmp`), { recursive: true, force: true });
    }
    expect(await cluster.converged()).toHaveLength(21);
  });

  it('tell who asks in vain why', async () => {
    cluster = await TestCluster.of(3);
    const passive = await cluster.add();
    await expect(passive.append('x', 200)).rejects.toThrow(NodePassiveError);
    const leader = await cluster.leader();
    for (const node of cluster.nodes.slice(0, 3)) if (node !== leader) await node.stop();
    await until(() => !leader.rachis.isLeader, 'stepping down without a quorum');
    await expect(leader.append('x', 300)).rejects.toThrow(NoLeaderError);
  });

  it('read what was written before by a barrier, on any node', async () => {
    cluster = await TestCluster.of(3);
    const leader = await cluster.leader();
    const follower = await cluster.follower();
    await leader.append('written');
    await follower.rachis.readBarrier();
    expect(follower.machine.lines).toEqual(['written']);
  });

  it('hand leadership over when asked on any of them', async () => {
    cluster = await TestCluster.of(3);
    const leader = await cluster.leader();
    await (await cluster.follower()).rachis.transferLeadership();
    await until(() => !leader.rachis.isLeader);
    expect(await cluster.leader()).not.toBe(leader);
  });

  it('hand leadership over once, though the request comes again to the next leader', async () => {
    cluster = await TestCluster.of(3);
    const leader = await cluster.leader();
    const request = { target: null, from: leader.rachis.id };
    await leader.rachis.askLeader('transfer', request);
    const next = await cluster.leader();
    await leader.rachis.askLeader('transfer', request);
    expect(next.rachis.isLeader).toBe(true);
  });
});

describe('membership', () => {
  it('grows from three to five and shrinks back, the leader included, while it takes commands', async () => {
    cluster = await TestCluster.of(3);
    const first = cluster.nodes[0];
    let count = 0;
    const stop = new AbortController();
    const writer = (async () => {
      while (!stop.signal.aborted) await first?.append(`line ${count++}`);
    })();
    for (const tag of ['D', 'E']) await cluster.join(await cluster.add(), tag);
    expect((await cluster.leader()).rachis.configuration?.nodes).toHaveLength(5);
    for (let i = 0; i < 2; i++) {
      const leader = await cluster.leader();
      const leaving = leader === first ? await cluster.follower() : leader;
      const { id } = leaving.rachis;
      await first?.rachis.changeConfiguration({ remove: [id] });
      await until(() => leaving.rachis.tag === '?', 'the removed node learning of it');
      await leaving.stop();
    }
    stop.abort();
    await writer;
    expect(await cluster.converged()).toHaveLength(count);
    expect((await cluster.leader()).rachis.configuration?.nodes).toHaveLength(3);
  });

  it.each([
    ['entries', 20],
    ['a snapshot', 17_000],
  ])('takes a removed node back with its old storage, by %s', async (_how, missed) => {
    cluster = await TestCluster.of(3, { logTailEntriesMin: 10, logTailEntriesMax: 20 });
    const leader = await cluster.leader();
    const removed = await cluster.follower();
    await leader.append('before');
    await until(() => removed.machine.lines.length === 1, 'the line before');
    await leader.rachis.changeConfiguration({ remove: [removed.rachis.id] });
    for (let from = 0; from < missed; from += 1000) {
      const lines = Array.from({ length: Math.min(1000, missed) }, (_, i) => `missed ${from + i}`);
      await Promise.all(lines.map((line) => leader.append(line)));
    }
    await removed.stop();
    await removed.start();
    await until(() => removed.rachis.tag === '?', 'the removed node knowing that it is');
    await cluster.join(removed, 'D');
    expect(await cluster.converged()).toHaveLength(missed + 1);
  });

  it('keeps a watcher out of the quorum', async () => {
    cluster = await TestCluster.of(1);
    const watcher = await cluster.add();
    await cluster.join(watcher, 'B', 'watcher');
    await (await cluster.leader()).append('x');
    await until(() => watcher.machine.lines.length === 1);
    await watcher.stop();
    await (await cluster.leader()).append('y');
  });

  it('brings a node that lagged behind the compacted log up by a snapshot, and survives a crash in the middle of installing it', async () => {
    cluster = await TestCluster.of(3, { logTailEntriesMin: 10, logTailEntriesMax: 20 });
    const lagging = await cluster.follower();
    await lagging.stop();
    const leader = await cluster.leader();
    const line = (i: number) => `${i} `.padEnd(200, 'x');
    for (let from = 0; from < 20_000; from += 1000) {
      await Promise.all(Array.from({ length: 1000 }, (_, i) => leader.append(line(from + i))));
    }
    await until(
      () => cluster.up.every((node) => node.rachis.status().firstIndex > 1000),
      'the compaction on the leader and on the follower',
    );
    lagging.disk.interrupted = null;
    const start = lagging.start();
    await start;
    lagging.machine.failsRestore = true;
    // The transfer goes on from the last acknowledged chunk.
    for (let cut = 0; cut < 3; cut++) leader.cutConnections();
    await until(() => lagging.fatal.length > 0, 'the crash');
    expect(lagging.disk.interrupted).not.toBeNull();
    await lagging.stop();
    await lagging.start();
    expect(await cluster.converged()).toHaveLength(20_000);
    await leader.append('after');
    expect(await cluster.converged()).toHaveLength(20_001);
    await lagging.stop();
    await lagging.start();
    expect(await cluster.converged()).toHaveLength(20_001);
  });

  it('gives a node that joins late a snapshot, whatever the network does meanwhile', async () => {
    cluster = await TestCluster.of(1, { logTailEntriesMin: 10, logTailEntriesMax: 20 });
    const leader = await cluster.leader();
    const line = (i: number) => `${i} `.padEnd(400, 'x');
    for (let from = 0; from < 17_000; from += 1000) {
      await Promise.all(Array.from({ length: 1000 }, (_, i) => leader.append(line(from + i))));
    }
    await until(() => leader.rachis.status().firstIndex > 1000, 'the compaction');
    const late = await cluster.add();
    const cutter = setInterval(() => leader.cutConnections(), 60);
    await leader.rachis.changeConfiguration({ upsert: [late.asMember('B', 'watcher')] });
    await until(
      () => late.machine.lines.length === 17_000,
      () => `${late.machine.lines.length} lines`,
    );
    clearInterval(cutter);
    expect(late.machine.digest).toBe(leader.machine.digest);
  });
});
