import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HttpFailure, requestText } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import { SmallDisk } from './harness/small-disk.ts';
import { waitUntil } from './harness/wait-until.ts';

let disk: SmallDisk | undefined;
let cluster: RavenCluster | undefined;

beforeAll(async () => {
  disk = await SmallDisk.mount(192);
});
afterAll(async () => {
  await cluster?.dispose();
  await disk?.unmount();
});

it('says clearly that the disk is full, keeps serving reads, and takes writes again once there is room', async ({
  skip,
}) => {
  if (disk === undefined) return skip('needs the right to mount a file system');
  cluster = await RavenCluster.start(1, { dataDirectories: [join(disk.path, 'data')] });
  const node = cluster.node(0);
  await cluster.createDatabase('full', 1);
  const base = `${node.url}/databases/full/docs?id=`;
  const put = (id: string, bytes: number) =>
    requestText('PUT', base + id, { body: { Text: 'x'.repeat(bytes) } });
  await put('before', 100);

  await disk.fillUpTo(4 * 1024 * 1024);
  const acknowledged: string[] = [];
  const refusal = await waitUntil('a write to be refused', async () => {
    const id = `big/${acknowledged.length}`;
    try {
      await put(id, 256 * 1024);
      acknowledged.push(id);
      return undefined;
    } catch (error) {
      if (error instanceof HttpFailure) return error;
      throw error;
    }
  });
  // The protocol's word for "not here, not now": clients go to another node.
  expect([refusal.status, refusal.message]).toEqual([503, expect.stringMatching(/disk|space/i)]);
  expect(node.isRunning).toBe(true);
  expect(await requestText('GET', `${base}before`)).toContain('"Text"');

  await disk.relieve();
  await waitUntil('writes to be taken again', async () => (await put('after', 100)) !== '');
  for (const id of ['before', 'after', ...acknowledged]) {
    expect(JSON.parse(await requestText('GET', base + id)).Results).toHaveLength(1);
  }
});
