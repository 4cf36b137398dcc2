import { type BenchServer, startNode } from './node-process.ts';

/** Longest wait for a cluster or a database to be ready, in milliseconds. */
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/** Asks again until `ready` gives something; throws with `what` when it takes too long. */
export async function until<T>(what: string, ready: () => Promise<T | null>): Promise<T> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const value = await ready().catch(() => null);
    if (value !== null) return value;
    if (performance.now() > deadline) throw new Error(`Waited ${READY_TIMEOUT_MS} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function expectOk(response: Response): Promise<Response> {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response;
}

export async function createDatabase(url: string, name: string, replicationFactor: number): Promise<void> {
  await expectOk(
    await fetch(`${url}/admin/databases?name=${name}&replicationFactor=${replicationFactor}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ DatabaseName: name }),
    }),
  );
}

export async function deleteDatabase(url: string, name: string): Promise<void> {
  await expectOk(
    await fetch(`${url}/admin/databases`, {
      method: 'DELETE',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        DatabaseNames: [name],
        HardDelete: true,
        TimeToWaitForConfirmation: '00:00:15',
      }),
    }),
  );
}

interface ClusterTopology {
  readonly Leader: string | null;
  readonly Topology: { readonly Members: Record<string, string> };
}

export async function clusterTopology(url: string): Promise<ClusterTopology> {
  return (await (await expectOk(await fetch(`${url}/cluster/topology`))).json()) as ClusterTopology;
}

/** Starts `count` nodes, with further arguments, and makes them members of one cluster. */
export async function startCluster(
  count: number,
  more: readonly string[] = [],
): Promise<readonly BenchServer[]> {
  const nodes = await Promise.all(Array.from({ length: count }, () => startNode(more)));
  const [first, ...rest] = nodes;
  if (first === undefined) return nodes;
  await expectOk(await fetch(`${first.url}/admin/cluster/bootstrap`, { method: 'POST' }));
  for (const [i, node] of rest.entries()) {
    await until('a leader', async () => (await clusterTopology(first.url)).Leader);
    await expectOk(
      await fetch(`${first.url}/admin/cluster/node?url=${encodeURIComponent(node.url)}`, { method: 'PUT' }),
    );
    await until('the new node to be a member', async () =>
      Object.keys((await clusterTopology(node.url)).Topology.Members).length === i + 2 ? true : null,
    );
  }
  return nodes;
}

/** The node that leads. */
export async function leaderOf(nodes: readonly BenchServer[]): Promise<BenchServer> {
  return until('a leader', async () => {
    for (const node of nodes) {
      const topology = await clusterTopology(node.url).catch(() => null);
      const url = topology?.Leader ? topology.Topology.Members[topology.Leader] : undefined;
      const leader = nodes.find((candidate) => candidate.url === url);
      if (leader !== undefined) return leader;
    }
    return null;
  });
}
