import { afterEach, expect, it } from 'vitest';
import { requestText } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import { waitUntil } from './harness/wait-until.ts';

let cluster: RavenCluster | undefined;

afterEach(async () => {
  await cluster?.dispose();
  cluster = undefined;
});

it('removes a leader that is frozen, asked at once on a follower that has not noticed yet', async () => {
  cluster = await RavenCluster.start(3);
  const frozen = await cluster.leader();
  const { NodeTag } = await frozen.topology();
  const follower = cluster.nodes.find((node) => node !== frozen) ?? cluster.node(1);
  frozen.process.pause();
  await requestText('DELETE', `${follower.url}/admin/cluster/node?nodeTag=${NodeTag}`);
  frozen.process.resume();
  await waitUntil('the thawed leader to know that it was removed', async () => {
    const { CurrentState } = await frozen.topology();
    return CurrentState === 'Passive';
  });
});

it('hands leadership to the node that is named, through any node', async () => {
  cluster = await RavenCluster.start(3);
  for (const tag of ['C', 'B']) {
    await requestText('POST', `${cluster.node(0).url}/admin/cluster/reelect?nodeTag=${tag}`);
    expect((await (await cluster.leader()).topology()).NodeTag).toBe(tag);
  }
  const refused = await fetch(`${cluster.node(0).url}/admin/cluster/reelect?nodeTag=Q`, { method: 'POST' });
  expect([refused.status, await refused.text()]).toEqual([500, expect.stringContaining('no node Q')]);
});
