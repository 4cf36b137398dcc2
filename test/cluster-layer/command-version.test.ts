import { afterEach, describe, expect, it } from 'vitest';
import {
  COMMAND_VERSIONS,
  type CommandVersions,
  checkJoiner,
  checkVersion,
} from '../../node/cluster/command-version.ts';
import { LayerCluster, type LayerNode, until } from './layer-harness.ts';

let cluster: LayerCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

const VERSION = COMMAND_VERSIONS.own + 1;
/** A release that brought the suspension of the observer. */
const NEXT: CommandVersions = { own: VERSION, introduced: { SuspendObserver: VERSION } };

describe('a command that a release brought', () => {
  it('is refused as long as some node does not know it, by its tag, and any other is not', () => {
    const nodes = [
      { tag: 'A', version: VERSION },
      { tag: 'B', version: VERSION - 1 },
    ];
    expect(() => checkVersion({ type: 'SuspendObserver' }, nodes, NEXT)).toThrow(
      `B (version ${VERSION - 1})`,
    );
    expect(() => checkVersion({ type: 'EditLockMode' }, nodes, NEXT)).not.toThrow();
    expect(() => checkVersion({ type: 'SuspendObserver' }, nodes.slice(0, 1), NEXT)).not.toThrow();
  });

  it('is taken through any node once all are updated, one after the other', async () => {
    cluster = await LayerCluster.of(2);
    const suspend = (suspended: boolean) =>
      cluster?.up[0]?.layer.submit({ type: 'SuspendObserver', suspended });
    const tellings = (node: LayerNode) =>
      node.layer.raft.history(100).filter(({ type }) => type === 'SetNodeProperties').length;
    const first = await cluster.leader();
    await until(
      () => first.layer.commandVersions().cluster === VERSION - 1,
      'all nodes to tell their present version',
    );
    const toldBefore = tellings(first);
    for (const [place, node] of cluster.nodes.entries()) {
      await node.stop();
      node.versions = NEXT;
      await node.start();
      // The node at which the command is asked for may be an old one: it is the leader that refuses.
      const leader = await cluster.leader();
      await until(() => tellings(leader) > toldBefore + place, 'the node to tell its version');
      if (place === cluster.nodes.length - 1) break;
      if (leader.versions === NEXT) await expect(suspend(true)).rejects.toThrow(`needs version ${VERSION}`);
    }
    await cluster.leader();
    await suspend(true);
    expect(cluster.up[0]?.layer.commandVersions()).toEqual({ own: VERSION, cluster: VERSION });
  });

  it('has to be known by a node that joins, once all others know it', () => {
    const nodes = [
      { tag: 'A', version: 3, hasTold: true },
      { tag: 'B', version: 2, hasTold: true },
    ];
    expect(() => checkJoiner('http://c', 1, nodes)).toThrow(/too old to join/);
    expect(() => checkJoiner('http://c', 2, nodes)).not.toThrow();
    // A node that has just joined is no reason to let older ones in: the log may hold what all others knew.
    const joined = [...nodes, { tag: 'D', version: 1, hasTold: false }];
    expect(() => checkJoiner('http://c', 1, joined)).toThrow(/too old to join/);
    expect(() => checkJoiner('http://c', 1, joined.slice(2))).not.toThrow();
  });

  it('needs nothing in a cluster of one release', () => {
    expect(
      Object.values(COMMAND_VERSIONS.introduced).every((version) => version <= COMMAND_VERSIONS.own),
    ).toBe(true);
  });
});
