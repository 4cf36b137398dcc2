import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { requestJson, requestText } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import type { RavenNode } from './harness/raven-node.ts';
import { waitUntil } from './harness/wait-until.ts';

const DOCUMENTS = 20;
const DATABASE = 'long-away';

interface Topology {
  readonly Members: readonly string[];
  readonly DemotionReasons: Readonly<Record<string, string>>;
}

let cluster: RavenCluster | undefined;

afterEach(async () => {
  await cluster?.dispose();
  cluster = undefined;
});

const topologyOn = async (node: RavenNode): Promise<Topology> =>
  (await requestJson<{ Topology: Topology }>('GET', `${node.url}/admin/databases?name=${DATABASE}`)).Topology;

const statisticsOf = (node: RavenNode) =>
  requestJson<{ CountOfDocuments: number; CountOfTombstones: number }>(
    'GET',
    `${node.url}/databases/${DATABASE}/stats`,
  );

it('a copy that was away for too long holds no tombstones, and brings nothing back when its node returns', async () => {
  cluster = await RavenCluster.start(3, {
    behindProxies: true,
    settings: ['--Cluster.TimeBeforeMovingToRehabInSec=1', '--Cluster.TimeBeforeExpiringSilentCopyInSec=2'],
  });
  await cluster.createDatabase(DATABASE, 3);
  const leader = await cluster.leader();
  const lonely = cluster.nodes.find((node) => node !== leader) as RavenNode;
  const lonelyTag = (await lonely.topology()).NodeTag;
  const others = cluster.nodes.filter((node) => node !== lonely);
  const otherTags = await Promise.all(others.map(async (node) => (await node.topology()).NodeTag));
  const docUrl = (node: RavenNode, id: string) => `${node.url}/databases/${DATABASE}/docs?id=${id}`;
  for (let i = 0; i < DOCUMENTS; i++) {
    await requestText('PUT', docUrl(leader, `docs/${i}`), { body: { N: i } });
  }
  await waitUntil(
    'all copies to have the documents',
    async () => (await statisticsOf(lonely)).CountOfDocuments === DOCUMENTS,
  );

  await lonely.kill();
  for (let i = 1; i < DOCUMENTS; i++) await requestText('DELETE', docUrl(leader, `docs/${i}`));
  await waitUntil('the lonely copy to be given up', async () => {
    const topologies = await Promise.all(others.map(topologyOn));
    return topologies.every(({ DemotionReasons }) => DemotionReasons[lonelyTag]?.includes('not trusted'));
  });
  await waitUntil('the tombstones to go', async () => {
    for (const node of others) {
      await requestText('POST', `${node.url}/databases/${DATABASE}/admin/tombstones/cleanup`);
    }
    const left = await Promise.all(others.map(async (node) => (await statisticsOf(node)).CountOfTombstones));
    return left.every((count) => count === 0);
  });

  // It comes back, still cut off: there an old document is written once more.
  lonely.cutFrom(otherTags);
  for (const node of others) node.cutFrom([lonelyTag]);
  await lonely.start();
  await requestText('PUT', docUrl(lonely, 'docs/1'), { body: { N: 'late' } });
  for (const node of cluster.nodes) node.heal();
  await waitUntil('the copy to serve again', async () =>
    (await topologyOn(leader)).Members.includes(lonelyTag),
  );
  await waitUntil(
    'its node to have the new copy',
    async () => (await statisticsOf(lonely)).CountOfDocuments === 1,
  );
  for (const node of cluster.nodes) {
    expect(await statisticsOf(node)).toMatchObject({ CountOfDocuments: 1 });
    expect(await requestText('GET', docUrl(node, 'docs/0'))).toContain('"N":0');
  }
  const aside = await readdir(join(lonely.dataDirectory, 'Databases', '.quarantine'));
  expect(aside.filter((folder) => folder.startsWith(DATABASE))).toHaveLength(1);
});
