import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestJson } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(3);
  await cluster.createDatabase('known', 3);
});
afterAll(() => cluster.dispose());

it('knows at its start what the others agreed on while it was away', async () => {
  const away = cluster.node(2);
  await away.kill();
  await cluster.createDatabase('meanwhile', 3, cluster.node(0));
  await away.start();
  const { Databases } = await requestJson<{ readonly Databases: readonly string[] }>(
    'GET',
    `${away.url}/databases?namesOnly=true`,
  );
  expect(Databases).toContain('meanwhile');
});

it('serves what it has when there is no majority to learn from', async () => {
  await requestJson('PUT', `${cluster.node(1).url}/databases/known/docs?id=a/1`, { body: { name: 'kept' } });
  await Promise.all(cluster.nodes.map((node) => node.kill()));
  await cluster.node(1).start();
  const { Results } = await requestJson<{ readonly Results: readonly object[] }>(
    'GET',
    `${cluster.node(1).url}/databases/known/docs?id=a/1`,
  );
  expect(Results).toEqual([expect.objectContaining({ name: 'kept' })]);
});
