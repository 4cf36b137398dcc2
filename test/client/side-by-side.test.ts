import {
  CreateDatabaseOperation,
  DocumentStore,
  GetIndexesOperation,
  GetIndexNamesOperation,
  GetIndexOperation,
  IndexDefinition,
  PutIndexesOperation,
} from 'ravendb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestText } from '../processes/harness/http-json.ts';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';

const DATABASE = 'side-by-side';

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, DATABASE);
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: DATABASE }));
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

class Part {
  id?: string;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

async function putIndex(map: string): Promise<void> {
  const definition = Object.assign(new IndexDefinition(), { name: 'Parts', maps: new Set([map]) });
  await store.maintenance.send(new PutIndexesOperation(definition));
}

const setIndexing = (isEnabled: boolean) =>
  requestText('POST', `${cluster.node(0).url}/admin/databases/indexing?enable=${isEnabled}`, {
    body: { DatabaseNames: [DATABASE] },
  });

const countOf = (label: string) =>
  store.openSession().advanced.rawQuery(`from index 'Parts' where label = '${label}'`).count();

const indexNames = () => store.maintenance.send(new GetIndexNamesOperation(0, 10));

it('an index that is being replaced answers as before over a kill of the node, until the new one has caught up', async () => {
  const session = store.openSession();
  await session.store(new Part('bolt'), 'parts/1');
  await session.saveChanges();
  await putIndex("map('Parts', p => ({ label: p.name }))");
  await waitUntil('the index', async () => (await countOf('bolt')) === 1);
  // An index that its node has forgotten again by the kill, for a moment, would be made anew.
  await cluster.node(0).process.stop();
  await cluster.node(0).start();
  await setIndexing(false);
  await putIndex("map('Parts', p => ({ label: 'new ' + p.name }))");

  await cluster.node(0).kill();
  await cluster.node(0).start();
  // What was not in its state yet it applies again from its log, once there is a leader.
  await waitUntil('what it knew', async () => (await indexNames()).includes('ReplacementOf/Parts'));

  expect([await countOf('bolt'), await countOf('new bolt')]).toEqual([1, 0]);
  expect(await indexNames()).toEqual(['Parts', 'ReplacementOf/Parts']);
  const shown = await store.maintenance.send(new GetIndexesOperation(0, 10));
  expect(shown?.map(({ name, maps }) => [name, ...maps])).toEqual([
    ['Parts', "map('Parts', p => ({ label: p.name }))"],
    ['ReplacementOf/Parts', "map('Parts', p => ({ label: 'new ' + p.name }))"],
  ]);

  await setIndexing(true);
  await waitUntil('the replacement', async () => (await countOf('new bolt')) === 1);
  expect(await countOf('bolt')).toBe(0);
  expect(await indexNames()).toEqual(['Parts']);
  const after = await store.maintenance.send(new GetIndexOperation('Parts'));
  expect([...(after?.maps ?? [])]).toEqual(["map('Parts', p => ({ label: 'new ' + p.name }))"]);
});
