import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClusterCommand } from '../../../node/cluster/cluster-command.ts';
import { DECISIONS_KEPT } from '../../../node/cluster/limits.ts';
import type { DatabaseReport } from '../../../node/cluster/node-report.ts';
import type { MaintenanceStats, NodeReportStatus } from '../../../node/cluster/observer-view.ts';
import { observerDecisionsIn } from '../../../node/cluster/state/observer-record.ts';
import { LayerCluster, type LayerNode, until } from '../layer-harness.ts';
import { Machine } from '../state/machine.ts';

let cluster: LayerCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

const create: ClusterCommand = {
  type: 'AddDatabase',
  record: { DatabaseName: 'shop' },
  replicationFactor: 3,
  expectedEtag: null,
};
const loaded: DatabaseReport = {
  name: 'shop',
  status: 'Loaded',
  lastEtag: 7,
  changeVector: '',
  documentsCount: 3,
  connectedPeers: [],
};

/** Resolves when this is what the leader has to say of a node, with what it says of all. */
async function told(asked: LayerNode, tag: string, status: NodeReportStatus): Promise<MaintenanceStats> {
  for (;;) {
    const stats = await asked.layer.observer.maintenanceStats();
    if (stats[tag]?.status === status) return stats;
    await setImmediate();
  }
}

describe('the observer of a cluster', () => {
  it('stays suspended over a change of leader, and starts its waits anew when it goes on', async () => {
    cluster = await LayerCluster.of(3);
    const first = await cluster.leader();
    await first.layer.submit(create);
    for (const node of cluster.nodes) node.reports = [loaded];
    const follower = await cluster.follower();
    await follower.layer.submit({ type: 'SuspendObserver', suspended: true });
    await cluster.converged();
    expect(cluster.up.map(({ layer }) => layer.observer.decisions().suspended)).toEqual([true, true, true]);

    await first.stop();
    const second = await cluster.leader();
    const topology = () => second.layer.record('shop')?.record.Topology;
    await until(() => second.layer.status().state === 'Leader', 'the new leader');
    // Rounds are as frequent as reports: it would have had some by now.
    const third = cluster.up.find((node) => node !== second)?.layer.nodeTag() ?? '';
    await told(second, third, 'Ok');
    expect(second.layer.observer.decisions()).toMatchObject({ iteration: 0, decisions: [] });
    expect(topology()?.Rehabs).toEqual([]);

    await second.layer.submit({ type: 'SuspendObserver', suspended: false });
    await until(() => topology()?.Rehabs.length === 1, 'the demotion');
    const [decision] = second.layer.observer.decisions().decisions;
    expect(decision).toMatchObject({
      Database: 'shop',
      Message: expect.stringMatching(/has not served.*applied at/),
    });
  });

  it('tells every node what it decided, also under the next leader, and what each node reports', async () => {
    cluster = await LayerCluster.of(3);
    const first = await cluster.leader();
    await first.layer.submit(create);
    for (const node of cluster.nodes) node.reports = [loaded];
    const gone = await cluster.follower();
    const tag = gone.layer.nodeTag();
    await gone.stop();
    await until(() => first.layer.record('shop')?.record.Topology.Rehabs[0] === tag, 'rehab');
    await cluster.converged();
    const seen = cluster.up.map(({ layer }) => layer.observer.decisions().decisions);
    expect(seen[0]?.length).toBeGreaterThan(0);
    expect(seen[1]).toEqual(seen[0]);

    const asked = await cluster.follower();
    const stats = await told(asked, tag, 'Timeout');
    expect(stats[first.layer.nodeTag()]).toMatchObject({
      status: 'Ok',
      databases: [loaded],
      lastGoodMs: { shop: expect.any(Number) },
    });

    const peer = (other: string) => first.layer.raft.status().peers.find(({ node }) => node.tag === other);
    expect(peer(tag)).toMatchObject({ isConnected: false, error: expect.any(String) });
    // Leaders add to the log by themselves: there are moments in which it has not arrived.
    const isUpToDate = () => {
      const { inflight, matchIndex, nextIndex } = peer(asked.layer.nodeTag()) ?? {};
      const { lastIndex } = first.layer.raft.status();
      return inflight === 0 && matchIndex === lastIndex && nextIndex === lastIndex + 1;
    };
    await until(isUpToDate, 'all of the log to be at the other one');
    expect(peer(asked.layer.nodeTag())).toMatchObject({ isConnected: true, state: 'replicate' });
    expect(
      first.layer.raft
        .figures()
        .peers.map(({ tag: other }) => other)
        .sort(),
    ).toEqual([tag, asked.layer.nodeTag()].sort());
    expect(asked.layer.raft.figures().peers).toEqual([]);

    await gone.start();
    await first.layer.reelect(asked.layer.nodeTag());
    await until(() => asked.layer.status().state === 'Leader', 'the other leader');
    expect(asked.layer.observer.decisions().decisions).toEqual(expect.arrayContaining([...(seen[0] ?? [])]));
  });
});

describe('the decisions that are remembered', () => {
  it('are those that took effect, and no more than the limit', () => {
    const machine = new Machine();
    machine.create('shop', 'A');
    const decide = (round: number, expectedEtag: number | null) => {
      const topology = machine.record('shop')?.record.Topology;
      if (topology === undefined) throw new Error('shop is missing');
      const observed = { reason: `for reason ${round}`, round };
      return machine.apply({ type: 'UpdateTopology', name: 'shop', topology, expectedEtag, observed });
    };
    expect(decide(0, 77)).toBe('RachisConcurrencyError');
    expect(observerDecisionsIn(machine.reader)).toEqual([]);
    for (let round = 1; round <= DECISIONS_KEPT + 5; round++) decide(round, null);
    const kept = observerDecisionsIn(machine.reader);
    expect(kept).toHaveLength(DECISIONS_KEPT);
    expect([kept[0]?.round, kept.at(-1)?.round]).toEqual([6, DECISIONS_KEPT + 5]);
  });
});
