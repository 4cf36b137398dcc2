import { afterEach, expect, it } from 'vitest';
import { requestJson, requestText } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import { waitUntil } from './harness/wait-until.ts';

const DOCUMENTS = 200;

let cluster: RavenCluster | undefined;

afterEach(async () => {
  await cluster?.dispose();
  cluster = undefined;
});

it('a copy that is taken from its node first hands over what only it has acknowledged', async () => {
  cluster = await RavenCluster.start(3);
  const a = cluster.node(0);
  const b = cluster.node(1);
  await cluster.createDatabase('moving', 2, a, ['A', 'B']);
  await waitUntil('replication to B', async () => {
    await requestText('PUT', `${a.url}/databases/moving/docs?id=first`, { body: { N: 0 } });
    return (await requestText('GET', `${b.url}/databases/moving/docs?id=first`)) !== '';
  });
  // B can't take anything: from here on only A's disk has what A acknowledges.
  b.process.pause();
  for (let i = 0; i < DOCUMENTS; i++) {
    await requestText('PUT', `${a.url}/databases/moving/docs?id=docs/${i}`, { body: { N: i } });
  }
  await requestText('DELETE', `${a.url}/admin/databases`, {
    body: {
      DatabaseNames: ['moving'],
      HardDelete: true,
      FromNodes: ['A'],
      TimeToWaitForConfirmation: '00:00:00',
    },
  });
  b.process.resume();
  await waitUntil('the deletion on A to be confirmed', async () => {
    const record = await requestJson<{ DeletionInProgress: object }>(
      'GET',
      `${a.url}/admin/databases?name=moving`,
    );
    return Object.keys(record.DeletionInProgress).length === 0;
  });
  for (let i = 0; i < DOCUMENTS; i++) {
    const { Results } = await requestJson<{ Results: [{ N: number }] }>(
      'GET',
      `${b.url}/databases/moving/docs?id=docs/${i}`,
    );
    expect(Results[0].N).toBe(i);
  }
});
