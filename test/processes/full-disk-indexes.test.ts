import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestText } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import { SmallDisk } from './harness/small-disk.ts';
import { waitUntil } from './harness/wait-until.ts';

const DOCUMENTS = 20_000;
const MEGABYTE = 1024 * 1024;

let disk: SmallDisk | undefined;
let cluster: RavenCluster | undefined;

beforeAll(async () => {
  disk = await SmallDisk.mount(320);
});
afterAll(async () => {
  await cluster?.dispose();
  await disk?.unmount();
});

it('an index that fills the disk goes on once there is room, without anything being written', async ({
  skip,
}) => {
  if (disk === undefined) return skip('needs the right to mount a file system');
  cluster = await RavenCluster.start(1, { dataDirectories: [join(disk.path, 'data')] });
  const node = cluster.node(0);
  await cluster.createDatabase('full', 1);
  const base = `${node.url}/databases/full`;
  for (let from = 0; from < DOCUMENTS; from += 1000) {
    const Commands = Array.from({ length: 1000 }, (_, n) => ({
      Id: `docs/${from + n}`,
      ChangeVector: null,
      Type: 'PUT',
      Document: {
        words: Array.from({ length: 20 }, (__, word) => `${word} of ${from + n}`),
        '@metadata': { '@collection': 'Docs' },
      },
    }));
    await requestText('POST', `${base}/bulk_docs`, { body: { Commands } });
  }
  const query = async (text: string) =>
    JSON.parse(await requestText('POST', `${base}/queries`, { body: { Query: text } })) as {
      IsStale: boolean;
      TotalResults: number;
    };

  await disk.fillUpTo(5 * MEGABYTE);
  const text = `from Docs where words = '7 of ${DOCUMENTS - 1}'`;
  await query(text);
  const { freeBytes } = disk;
  await waitUntil('the disk to be full', async () => (await freeBytes.call(disk)) < MEGABYTE / 4);
  // What was written before is served meanwhile.
  expect((await query(text)).IsStale).toBe(true);
  expect(await requestText('GET', `${base}/docs?id=docs/1`)).toContain('of 1');

  await disk.relieve();
  const { TotalResults } = await waitUntil('the index to be made', async () => {
    const answer = await query(text);
    return answer.IsStale ? undefined : answer;
  });
  expect(TotalResults).toBe(1);
});
