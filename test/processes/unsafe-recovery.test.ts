import { afterEach, expect, it } from 'vitest';
import { waitForConvergence } from './harness/compare-members.ts';
import { requestJson, requestText } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import type { RavenNode } from './harness/raven-node.ts';
import { waitUntil } from './harness/wait-until.ts';

let cluster: RavenCluster | undefined;

afterEach(async () => {
  await cluster?.dispose();
  cluster = undefined;
});

interface NodeInfo {
  readonly TopologyId: string;
  readonly CurrentState: string;
  readonly LastLogIndex: number;
  readonly LastLogTerm: number;
  readonly Epoch: number;
}

interface Recovered {
  readonly TopologyId: string;
  readonly Epoch: number;
  readonly LostDatabases: readonly string[];
  readonly IncompleteDatabases: readonly string[];
}

const info = (node: RavenNode) => requestJson<NodeInfo>('GET', `${node.url}/cluster/node-info`);

function recover(node: RavenNode, at: { readonly Term: number; readonly Index: number }): Promise<Recovered> {
  return requestJson('POST', `${node.url}/admin/cluster/recover`, { body: at });
}

const put = (node: RavenNode, id: string, document: object = { N: 1 }) =>
  requestText('PUT', `${node.url}/databases/shop/docs?id=${id}`, {
    body: { ...document, '@metadata': { '@collection': 'Things' } },
  });
const remove = (node: RavenNode, id: string) =>
  requestText('DELETE', `${node.url}/databases/shop/docs?id=${id}`);

async function has(node: RavenNode, id: string): Promise<boolean> {
  const response = await fetch(`${node.url}/databases/shop/docs?id=${id}`);
  await response.body?.cancel();
  return response.status === 200;
}

/** Where its log ends, once it has noticed that nobody leads. */
async function loneEnd(node: RavenNode): Promise<{ Term: number; Index: number }> {
  await waitUntil('the survivor missing its leader', async () => {
    const { Leader } = await node.topology();
    return Leader === null;
  });
  const { LastLogTerm: Term, LastLogIndex: Index } = await info(node);
  return { Term, Index };
}

it('goes on with one of three, refuses the old ones with their data, and takes them back as new nodes', async () => {
  cluster = await RavenCluster.start(3);
  const { nodes } = cluster;
  await cluster.createDatabase('shop', 3);
  await cluster.createDatabase('elsewhere', 1, cluster.node(0), ['A']);
  for (let i = 0; i < 50; i++) await put(cluster.node(0), `docs/${i}`);
  await waitForConvergence(nodes, 'shop');
  const former = await info(cluster.node(0));
  const [a, survivor, c] = [cluster.node(0), cluster.node(1), cluster.node(2)];

  const early = await info(survivor);
  await expect(
    recover(survivor, { Term: early.LastLogTerm, Index: early.LastLogIndex }),
  ).rejects.toMatchObject({
    status: 409,
  });
  await Promise.all([a.kill(), c.kill()]);
  const end = await loneEnd(survivor);
  await expect(recover(survivor, { ...end, Index: end.Index + 1 })).rejects.toMatchObject({ status: 409 });
  const recovered = await recover(survivor, end);
  expect(recovered).toMatchObject({ Epoch: 1, LostDatabases: ['elsewhere'], IncompleteDatabases: [] });
  expect(recovered.TopologyId).not.toBe(former.TopologyId);
  expect(await recover(survivor, end)).toEqual(recovered);
  expect(survivor.process.output).toContain('UNSAFE RECOVERY');

  // It is durable, and a working cluster of one: kill -9 changes nothing.
  await survivor.kill();
  await survivor.start();
  await waitUntil('the lone leader', async () => (await info(survivor)).CurrentState === 'Leader');
  expect(await info(survivor)).toMatchObject({ TopologyId: recovered.TopologyId, Epoch: 1 });
  expect((await cluster.record('shop', survivor)).Topology.Members).toEqual(['B']);
  await put(survivor, 'docs/after');
  await remove(survivor, 'docs/0');

  // The old ones come back with their disks: a majority of the old cluster, which goes on without the survivor.
  await Promise.all([a.start(), c.start()]);
  for (const old of [a, c]) {
    await waitUntil('the refusal in the log of an old member', () =>
      /Node B does not accept this node's connection.*belongs to cluster/.test(old.process.output),
    );
    await waitUntil('the refusal of its replication', () =>
      /Replication to B is interrupted.*copies replicate inside of one cluster only/.test(old.process.output),
    );
  }
  await put(a, 'docs/of-the-old-cluster');
  await waitUntil('the write to reach the other old member', () => has(c, 'docs/of-the-old-cluster'));
  expect(await has(survivor, 'docs/of-the-old-cluster')).toBe(false);
  expect((await info(survivor)).CurrentState).toBe('Leader');
  const refused = await fetch(
    `${survivor.url}/admin/cluster/node?url=${encodeURIComponent(a.publicUrl)}&tag=A`,
    { method: 'PUT' },
  );
  expect([refused.status, await refused.text()]).toEqual([
    500,
    expect.stringContaining('already in another cluster'),
  ]);

  // Without their data they are new nodes, and get what the new cluster has.
  await Promise.all([a.kill(), c.kill()]);
  await Promise.all([a.wipe(), c.wipe()]);
  await Promise.all([a.start(), c.start()]);
  for (const [node, tag] of [
    [a, 'A'],
    [c, 'C'],
  ] as const) {
    const url = encodeURIComponent(node.publicUrl);
    await requestText('PUT', `${survivor.url}/admin/cluster/node?url=${url}&tag=${tag}`);
    await waitUntil(
      'the new node to be a member',
      async () => tag in (await node.topology()).Topology.Members,
    );
    await requestText('PUT', `${survivor.url}/admin/databases/node?name=shop&node=${tag}`);
  }
  await waitUntil('three copies', async () => {
    const { Topology } = await (cluster as RavenCluster).record('shop', survivor);
    return Topology.Members.length === 3;
  });
  expect(await waitForConvergence(nodes, 'shop')).toBe(50);
  for (const node of nodes) {
    expect(await Promise.all(['after', '1', '0'].map((name) => has(node, `docs/${name}`)))).toEqual([
      true,
      true,
      false,
    ]);
  }
});

it('sets a copy aside that a node brings along from its life in the old cluster', async () => {
  cluster = await RavenCluster.start(3);
  await cluster.createDatabase('shop', 3);
  const [a, survivor, c] = [cluster.node(0), cluster.node(1), cluster.node(2)];
  await put(a, 'docs/deleted-later');
  await waitForConvergence(cluster.nodes, 'shop');
  await Promise.all([a.kill(), c.kill()]);
  await recover(survivor, await loneEnd(survivor));
  await remove(survivor, 'docs/deleted-later');
  // Only the identity and the log are gone, as if somebody had cleaned up by half.
  await a.wipeIdentity();
  await a.start();
  const url = encodeURIComponent(a.publicUrl);
  await requestText('PUT', `${survivor.url}/admin/cluster/node?url=${url}&tag=A`);
  await waitUntil('the new node to be a member', async () => 'A' in (await a.topology()).Topology.Members);
  await requestText('PUT', `${survivor.url}/admin/databases/node?name=shop&node=A`);
  await waitUntil('two copies', async () => {
    const { Topology } = await (cluster as RavenCluster).record('shop', survivor);
    return Topology.Members.length === 2;
  });
  await waitForConvergence([a, survivor], 'shop');
  expect(a.process.output).toContain('The copy of shop on this node was given up');
  expect([await has(a, 'docs/deleted-later'), await has(survivor, 'docs/deleted-later')]).toEqual([
    false,
    false,
  ]);
});
