import { DocumentStore, IndexDefinition, PutIndexesOperation } from 'ravendb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitForConvergence } from '../processes/harness/compare-members.ts';
import { HttpFailure, requestJson, requestText } from '../processes/harness/http-json.ts';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import type { RavenNode } from '../processes/harness/raven-node.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';

const DATABASE = 'rolling';

class Part {
  id?: string;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

interface Rolling {
  readonly ActiveDeployments: Readonly<
    Record<string, { readonly State: string; readonly StartedAt: string }>
  >;
}

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(3, { settings: ['--Cluster.TimeBeforeMovingToRehabInSec=3'] });
  await cluster.createDatabase(DATABASE, 3);
  store = new DocumentStore(
    cluster.nodes.map(({ url }) => url),
    DATABASE,
  );
  store.initialize();
  const session = store.openSession();
  await session.store(new Part('bolt'), 'parts/1');
  await session.saveChanges();
  await waitForConvergence(cluster.nodes, DATABASE);
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

const at = (node: RavenNode, path: string) => `${node.url}/databases/${DATABASE}${path}`;

/** Stops the indexes of a node, or lets them go on; not in the record. */
const setPaused = (node: RavenNode, isPaused: boolean) =>
  requestText('POST', at(node, `/admin/indexes/${isPaused ? 'stop' : 'start'}`));

/** State of each node's deployment by its tag; empty when the index is not rolling. */
async function states(node: RavenNode): Promise<Readonly<Record<string, string>>> {
  const record = await requestJson<{ readonly RollingIndexes: Readonly<Record<string, Rolling>> }>(
    'GET',
    `${node.url}/admin/databases?name=${DATABASE}`,
  );
  const deployments = record.RollingIndexes.Parts?.ActiveDeployments ?? {};
  return Object.fromEntries(Object.entries(deployments).map(([tag, { State }]) => [tag, State]));
}

const statesAre = (node: RavenNode, wanted: Readonly<Record<string, string>>) =>
  waitUntil(
    `deployments to be ${JSON.stringify(wanted)}`,
    async () => JSON.stringify(await states(node)) === JSON.stringify(wanted),
  );

async function putIndex(map: string): Promise<void> {
  const definition = Object.assign(new IndexDefinition(), {
    name: 'Parts',
    maps: new Set([map]),
    deploymentMode: 'Rolling',
  });
  await store.maintenance.send(new PutIndexesOperation(definition));
}

async function countOf(node: RavenNode, label: string): Promise<number> {
  const answer = await requestJson<{ readonly TotalResults: number }>('POST', at(node, '/queries'), {
    body: { Query: `from index 'Parts' where label = '${label}'` },
  });
  return answer.TotalResults;
}

async function failureOf(node: RavenNode): Promise<HttpFailure | undefined> {
  try {
    await countOf(node, 'bolt');
    return undefined;
  } catch (error) {
    if (error instanceof HttpFailure) return error;
    throw error;
  }
}

async function statusOf(node: RavenNode): Promise<string | undefined> {
  const { Indexes } = await requestJson<{ readonly Indexes: readonly { Name: string; Status: string }[] }>(
    'GET',
    at(node, '/indexes/status'),
  );
  return Indexes.find(({ Name }) => Name === 'Parts')?.Status;
}

/** All nodes, in the order of the group's members. */
async function members(): Promise<readonly RavenNode[]> {
  let tags: readonly string[] = [];
  await waitUntil('all nodes to be members', async () => {
    tags = (await cluster.record(DATABASE, cluster.node(0))).Topology.Members;
    return tags.length === cluster.nodes.length;
  });
  return tags.map((tag) => cluster.node('ABC'.indexOf(tag)));
}

async function tagsOf(nodes: readonly RavenNode[]): Promise<readonly string[]> {
  return Promise.all(nodes.map(async (node) => (await node.topology()).NodeTag));
}

/** States by node, the nodes in the order of their tags. */
function statesOf(tags: readonly string[], ...states: readonly string[]): Readonly<Record<string, string>> {
  const entries = tags.map((tag, place): [string, string] => [tag, states[place] ?? '']);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

it('a rolling index is made on one member after the other, the last one first, and clients ask who has it', async () => {
  const nodes = await members();
  const [first, second, third] = nodes as [RavenNode, RavenNode, RavenNode];
  const tags = await tagsOf(nodes);
  for (const node of nodes) await setPaused(node, true);
  await putIndex("map('Parts', p => ({ label: p.name }))");
  await statesAre(first, statesOf(tags, 'Pending', 'Pending', 'Running'));
  const refused = await failureOf(first);
  expect([refused?.status, refused?.type]).toEqual([
    425,
    'Raven.Client.Exceptions.Documents.Indexes.PendingRollingIndexException',
  ]);
  expect(await statusOf(first)).toBe('Pending');
  const query = store.openSession().advanced.rawQuery<object>("from index 'Parts' where label = 'bolt'");
  await setPaused(third, false);
  await statesAre(first, statesOf(tags, 'Pending', 'Running', 'Done'));
  // The client asks the first member, which sends it on to the second one, which has nothing yet.
  expect(await query.count()).toBe(0);
  expect((await failureOf(first))?.status).toBe(425);
  await setPaused(second, false);
  await statesAre(first, statesOf(tags, 'Running', 'Done', 'Done'));
  await setPaused(first, false);
  await statesAre(first, {});
  expect(await Promise.all(nodes.map((node) => countOf(node, 'bolt')))).toEqual([1, 1, 1]);
});

it('a changed one leaves the answers to the old one where its turn has not come, and a node that is away lets others go first', async () => {
  const nodes = await members();
  const [first, second, third] = nodes as [RavenNode, RavenNode, RavenNode];
  const [, , c] = (await tagsOf(nodes)) as [string, string, string];
  await setPaused(third, true);
  await putIndex("map('Parts', p => ({ label: 'new ' + p.name }))");
  await waitUntil('the last one to begin', async () => (await states(first))[c] === 'Running');
  expect([await countOf(first, 'bolt'), await countOf(first, 'new bolt')]).toEqual([1, 0]);
  expect([await countOf(second, 'bolt'), await countOf(second, 'new bolt')]).toEqual([1, 0]);
  await third.kill();
  await waitUntil('the others to have it', async () => {
    return (await countOf(first, 'new bolt')) === 1 && (await countOf(second, 'new bolt')) === 1;
  });
  await third.start();
  await statesAre(first, {});
  await waitUntil('the last one to have it', async () => (await countOf(third, 'new bolt')) === 1);
});

it('nobody waits any more for whom an administrator says is done', async () => {
  const nodes = await members();
  const [first, second, third] = nodes as [RavenNode, RavenNode, RavenNode];
  const tags = await tagsOf(nodes);
  for (const node of nodes) await setPaused(node, true);
  await putIndex("map('Parts', p => ({ label: 'last ' + p.name }))");
  await statesAre(first, statesOf(tags, 'Pending', 'Pending', 'Running'));
  await requestText('POST', at(first, `/indexes/finish-rolling?name=parts&node=${tags[2]}`));
  await statesAre(first, statesOf(tags, 'Pending', 'Running', 'Done'));
  await requestText('POST', at(second, '/indexes/finish-rolling?name=Parts'));
  await statesAre(first, {});
  for (const node of nodes) await setPaused(node, false);
  for (const node of [first, second, third]) {
    await waitUntil('the index', async () => (await countOf(node, 'last bolt')) === 1);
  }
  await expect(requestText('POST', at(first, '/indexes/finish-rolling?name=Parts'))).rejects.toMatchObject({
    status: 500,
    type: 'System.InvalidOperationException',
  });
});

it('the auto index of a query rolls where the settings of the database say so, and the client finds who has it', async () => {
  const nodes = await members();
  const [first] = nodes as [RavenNode];
  await requestText('PUT', at(first, '/admin/configuration/settings'), {
    body: { 'Indexing.Auto.DeploymentMode': 'Rolling' },
  });
  for (const node of nodes.slice(0, -1)) await setPaused(node, true);
  const query = { Query: "from Parts where name = 'bolt'", WaitForNonStaleResults: true };
  const found = await store
    .openSession()
    .query<Part>({ collection: 'Parts' })
    .whereEquals('name', 'bolt')
    .waitForNonStaleResults()
    .all();
  expect(found).toHaveLength(1);
  await expect(requestText('POST', at(first, '/queries'), { body: query })).rejects.toMatchObject({
    status: 425,
  });
  for (const node of nodes) await setPaused(node, false);
  for (const node of nodes) {
    await waitUntil('the index of each node', async () => {
      const answer = requestJson<{ readonly TotalResults: number }>('POST', at(node, '/queries'), {
        body: query,
      });
      return (await answer.catch(() => ({ TotalResults: 0 }))).TotalResults === 1;
    });
  }
});
