import type { DocumentStore } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';
import { Customer } from './model.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(3);
});
afterAll(() => cluster.dispose());

describe.each(OFFICIAL_CLIENTS)('a cluster seen by the official client $version', ({ version, client }) => {
  const database = `cluster-${version.replaceAll('.', '-')}`;
  let store: DocumentStore;

  beforeAll(async () => {
    store = new client.DocumentStore(cluster.node(0).url, database);
    store.initialize();
    await store.maintenance.server.send(new client.CreateDatabaseOperation({ databaseName: database }, 3));
  });
  afterAll(() => store.dispose());

  it('creates, lists, disables, enables and deletes databases', async () => {
    const { server } = store.maintenance;
    const name = `${database}-other`;
    const created = await server.send(new client.CreateDatabaseOperation({ databaseName: name }, 2));
    expect(created.topology.members).toHaveLength(2);
    await expect(
      server.send(new client.CreateDatabaseOperation({ databaseName: name })),
    ).rejects.toMatchObject({
      name: 'ConcurrencyException',
    });
    expect(await server.send(new client.GetDatabaseNamesOperation(0, 100))).toContain(name);
    const record = await server.send(new client.GetDatabaseRecordOperation(name));
    expect(record.topology?.members).toEqual(created.topology.members);
    await server.send(new client.ToggleDatabasesStateOperation(name, true));
    await waitUntil('the database to be refused', async () => {
      const session = store.openSession(name);
      const error = await session.load('x').then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      return error !== undefined && /disabled/i.test(error.message);
    });
    await server.send(new client.ToggleDatabasesStateOperation(name, false));
    await waitUntil(
      'the database to be back',
      async () => (await store.openSession(name).load('x')) === null,
    );
    await server.send(new client.DeleteDatabasesOperation({ databaseNames: [name], hardDelete: true }));
    await waitUntil('the database to be gone', async () => {
      return !(await server.send(new client.GetDatabaseNamesOperation(0, 100))).includes(name);
    });
    expect((await server.send(new client.GetDatabaseRecordOperation(name))) ?? null).toBeNull();
  });

  it('says that a database does not exist', async () => {
    const nowhere = new client.DocumentStore(cluster.node(1).url, 'nowhere');
    nowhere.initialize();
    await expect(nowhere.openSession().load('x')).rejects.toMatchObject({
      name: 'DatabaseDoesNotExistException',
    });
    nowhere.dispose();
  });

  it('shows all nodes in the topology, whichever node the client was given', async () => {
    for (const node of cluster.nodes) {
      const near = new client.DocumentStore(node.url, database);
      near.initialize();
      await near.openSession().load('x');
      const tags = near
        .getRequestExecutor()
        .getTopologyNodes()
        .map(({ clusterTag }) => clusterTag);
      expect([...tags].sort()).toEqual(['A', 'B', 'C']);
      near.dispose();
    }
  });

  it('answers statistics and health', async () => {
    const statistics = await store.maintenance.send(new client.GetStatisticsOperation());
    expect(statistics).toMatchObject({
      countOfDocuments: expect.any(Number),
      databaseId: expect.stringMatching(/^.{22}$/),
    });
    const { fullVersion } = await store.maintenance.server.send(new client.GetBuildNumberOperation());
    expect(fullVersion).toMatch(/^\d/);
  });

  it('holds a write on all members before it says so when asked to wait', async () => {
    const session = store.openSession();
    session.advanced.waitForReplicationAfterSaveChanges({
      replicas: 2,
      timeout: 15_000,
      throwOnTimeout: true,
    });
    await session.store(new Customer('Everywhere'), 'customers/everywhere');
    await session.saveChanges();
    for (const node of cluster.nodes) {
      expect(await node.get(`/databases/${database}/docs?id=customers/everywhere`)).toContain('Everywhere');
    }
  });

  it('says after the time given that a write is not on as many nodes as asked for, and keeps it', async () => {
    const session = store.openSession();
    session.advanced.waitForReplicationAfterSaveChanges({ replicas: 7, timeout: 200, throwOnTimeout: true });
    await session.store(new Customer('Few'), 'customers/few');
    await expect(session.saveChanges()).rejects.toThrow();
    expect(await store.openSession().load('customers/few')).not.toBeNull();
  });

  it('goes on reading and writing through another node when the preferred one dies, and learns of its return', async () => {
    const session = store.openSession();
    session.advanced.waitForReplicationAfterSaveChanges({ replicas: 2, timeout: 15_000 });
    await session.store(new Customer('Survivor'), 'customers/survivor');
    await session.saveChanges();
    const { currentNode } = await store.getRequestExecutor().getPreferredNode();
    const victim = cluster.nodes.find((node) => node.url === currentNode.url);
    if (victim === undefined) throw new Error(`${currentNode.url} is not a node of the cluster.`);
    await victim.kill();
    const during = store.openSession();
    const loaded = await during.load<Customer>('customers/survivor', Customer);
    if (loaded === null) throw new Error('customers/survivor is missing.');
    loaded.city = 'Elsewhere';
    await during.store(new Customer('Newcomer'), 'customers/newcomer');
    await during.saveChanges();
    await victim.start();
    await waitUntil('the write to reach the node that was down', async () => {
      const text = await victim.get(
        `/databases/${database}/docs?id=customers/survivor&id=customers/newcomer`,
      );
      return text.includes('Elsewhere') && text.includes('Newcomer');
    });
    await waitUntil('the client to use it again', async () => {
      const { currentNode: preferred } = await store.getRequestExecutor().getPreferredNode();
      return preferred.url === victim.url || preferred.serverRole === 'Member';
    });
  });
});
