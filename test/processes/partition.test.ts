import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareMembers, NOTHING_WRONG, waitForConvergence } from './harness/compare-members.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import type { RavenNode } from './harness/raven-node.ts';
import { waitUntil } from './harness/wait-until.ts';
import { WriteLedger } from './harness/write-ledger.ts';

const WRITERS = 4;
const PROGRESS = 200;

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(3, { behindProxies: true });
});
afterAll(() => cluster.dispose());

function isolate(position: number): void {
  const tags = ['A', 'B', 'C'];
  const [lonely = ''] = tags.splice(position, 1);
  cluster.node(position).cutFrom(tags);
  for (const node of cluster.nodes) if (node !== cluster.node(position)) node.cutFrom([lonely]);
}

it('takes writes on both sides of a partition, keeps one leader on the side of the many, and converges', async () => {
  await cluster.createDatabase('split', 3);
  const leader = await cluster.leader();
  const lonely = cluster.nodes.indexOf(leader);
  const others = cluster.nodes.filter((node) => node !== leader);
  const fewSide = new WriteLedger('split', () => [leader]);
  const manySide = new WriteLedger('split', () => others);

  isolate(lonely);
  fewSide.start(WRITERS, 'few');
  manySide.start(WRITERS, 'many');
  const newLeader = await cluster.leader(others);
  expect(newLeader).not.toBe(leader);
  // A leader without a quorum must find out by itself that it is none.
  await waitUntil(
    'the cut-off leader to step down',
    async () => (await leader.topology()).CurrentState !== 'Leader',
  );
  // And it says so with every answer, unlike the others.
  const isolation = async (node: RavenNode) => {
    const response = await fetch(`${node.url}/databases/split/docs?id=any`);
    return response.headers.get('raven-cluster-isolated');
  };
  await waitUntil('the cut-off node to tell that it is', async () => (await isolation(leader)) !== null);
  expect(await isolation(leader)).toMatch(/^\d+$/);
  expect(await Promise.all(others.map(isolation))).toEqual([null, null]);
  await waitUntil('both sides to take writes', () => {
    return fewSide.acknowledged > PROGRESS && manySide.acknowledged > PROGRESS;
  });
  await Promise.all([fewSide.stop(), manySide.stop()]);
  const tags = await Promise.all(others.map(async (node) => (await node.topology()).NodeTag));
  await cluster.createDatabase('born-in-the-split', 2, newLeader, tags);

  for (const node of cluster.nodes) node.heal();
  await waitUntil('the healed node to be one of all again', async () => (await isolation(leader)) === null);
  await waitForConvergence(cluster.nodes, 'split');
  expect(await compareMembers(cluster.nodes, 'split', fewSide)).toMatchObject(NOTHING_WRONG);
  expect(await compareMembers(cluster.nodes, 'split', manySide)).toMatchObject(NOTHING_WRONG);
  // The minority learns what the majority decided without it.
  await waitUntil('the record to reach the healed node', async () => {
    return (await leader.get('/databases?namesOnly=true')).includes('born-in-the-split');
  });
});

it('resolves two versions of one document, written on both sides, to the same bytes everywhere', async () => {
  await cluster.createDatabase('conflicts', 3);
  const [first, second] = cluster.nodes;
  if (first === undefined || second === undefined) throw new Error('The cluster has too few nodes.');
  const put = async (node: typeof first, id: string, side: string) => {
    const response = await fetch(`${node.url}/databases/conflicts/docs?id=${id}`, {
      method: 'PUT',
      body: JSON.stringify({ side, '@metadata': { '@collection': 'Sides' } }),
    });
    expect(response.status).toBe(201);
  };
  const ids = Array.from({ length: 20 }, (_, i) => `sides/${i}`);
  isolate(0);
  await Promise.all(ids.map((id) => put(first, id, 'few')));
  await Promise.all(ids.map((id) => put(second, id, 'many')));
  for (const node of cluster.nodes) node.heal();
  await waitForConvergence(cluster.nodes, 'conflicts');
  const read = (node: typeof first) =>
    node.get(`/databases/conflicts/docs?${ids.map((id) => `id=${id}`).join('&')}`);
  const [reference, ...rest] = await Promise.all(cluster.nodes.map(read));
  for (const text of rest) expect(text).toBe(reference);
  // Both sides wrote after one another, so the later one wins everywhere.
  expect(JSON.parse(reference ?? '').Results.map(({ side }: { side: string }) => side)).toEqual(
    ids.map(() => 'many'),
  );
});
