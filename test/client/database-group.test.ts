import type { DatabaseRecordWithEtag, DocumentStore } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestJson, requestText } from '../processes/harness/http-json.ts';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';
import { Customer } from './model.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(3);
});
afterAll(() => cluster.dispose());

describe.each(OFFICIAL_CLIENTS)(
  'a database group changed by the official client $version',
  ({ version, client }) => {
    const database = `group-${version.replaceAll('.', '-')}`;
    let store: DocumentStore;

    beforeAll(async () => {
      await cluster.createDatabase(database, 1, cluster.node(0), ['A']);
      store = new client.DocumentStore(cluster.node(0).url, database);
      store.initialize();
      const session = store.openSession();
      await session.store(new Customer('Ada'), 'customers/ada');
      await session.saveChanges();
    });
    afterAll(() => store.dispose());

    async function record(): Promise<DatabaseRecordWithEtag> {
      const found = await store.maintenance.server.send(new client.GetDatabaseRecordOperation(database));
      if (found === null) throw new Error(`${database} is gone.`);
      return found;
    }
    const members = (tags: readonly string[]) =>
      waitUntil(`the members to be ${tags.join(', ')}`, async () => {
        const { topology } = await record();
        return topology?.members.join() === tags.join() && topology.promotables.length === 0;
      });
    const edit = (path: string, body?: unknown) =>
      requestText('POST', `${cluster.node(1).url}${path}`, body === undefined ? {} : { body });

    it('gets a copy on another node, filled by the mentor, which a client then reads there', async () => {
      const { server } = store.maintenance;
      const { topology } = await server.send(new client.AddDatabaseNodeOperation(database, 'B'));
      expect(topology).toMatchObject({ members: ['A'], promotables: ['B'], replicationFactor: 2 });
      await members(['A', 'B']);
      const added = await requestJson<{ Topology: unknown }>(
        'PUT',
        `${cluster.node(2).url}/admin/databases/node?name=${database}&mentor=B`,
      );
      expect(added.Topology).toMatchObject({ Promotables: ['C'], ReplicationFactor: 3 });
      await members(['A', 'B', 'C']);
      expect(await cluster.node(2).get(`/databases/${database}/docs?id=customers/ada`)).toContain('Ada');
      await expect(server.send(new client.AddDatabaseNodeOperation(database))).rejects.toThrow(
        'already exists on all the nodes',
      );
      await expect(
        requestText('PUT', `${cluster.node(0).url}/admin/databases/node?name=${database}&node=Q`),
      ).rejects.toMatchObject({ status: 500, type: 'System.InvalidOperationException' });
    });

    it('has another preferred node when its members are reordered, and clients go there without being told', async () => {
      const { server } = store.maintenance;
      await server.send(new client.ReorderDatabaseMembersOperation(database, ['C', 'A', 'B'], true));
      expect((await record()).topology).toMatchObject({
        members: ['C', 'A', 'B'],
        priorityOrder: ['C', 'A', 'B'],
      });
      await waitUntil('the client to prefer node C', async () => {
        await store.openSession().load('customers/ada');
        const { currentNode } = await store.getRequestExecutor().getPreferredNode();
        return currentNode.clusterTag === 'C';
      });
      await expect(
        server.send(new client.ReorderDatabaseMembersOperation(database, ['C', 'A'])),
      ).rejects.toThrow("doesn't correspond");
      await server.send(new client.ReorderDatabaseMembersOperation(database, ['A', 'B', 'C']));
      expect((await record()).topology).toMatchObject({ priorityOrder: [] });
    });

    it('is updated by its record at the etag that was read, once', async () => {
      const read = await record();
      const { topology } = read;
      if (topology === undefined) throw new Error('The record has no topology.');
      const changed = {
        ...read,
        settings: { ...read.settings, 'Custom.Key': 'kept' },
        topology: { ...topology, dynamicNodesDistribution: true },
      };
      const update = () =>
        store.maintenance.server.send(new client.UpdateDatabaseOperation(changed, read.etag, 2));
      await update();
      const now = await record();
      expect(now.topology).toMatchObject({
        members: ['A', 'B', 'C'],
        replicationFactor: 2,
        dynamicNodesDistribution: true,
      });
      // As it is stored: on their way back the clients change the names of settings, each in its own way.
      expect(await cluster.record(database)).toMatchObject({ Settings: { 'Custom.Key': 'kept' } });
      await expect(update()).rejects.toMatchObject({ name: 'ConcurrencyException' });
      await store.maintenance.server.send(
        new client.SetDatabaseDynamicDistributionOperation(database, false),
      );
      expect((await record()).topology?.dynamicNodesDistribution).toBe(false);
    });

    it('keeps settings, as texts', async () => {
      await store.maintenance.send(
        new client.PutDatabaseSettingsOperation(database, { 'Custom.Key': 'other', 'Custom.Number': '7' }),
      );
      const { settings } = await store.maintenance.send(new client.GetDatabaseSettingsOperation(database));
      expect(settings).toEqual({ 'Custom.Key': 'other', 'Custom.Number': '7' });
    });

    it('is protected by its lock, which a deletion of the whole meets', async () => {
      const { server } = store.maintenance;
      await server.send(new client.SetDatabasesLockOperation(database, 'PreventDeletesError'));
      await expect(
        server.send(new client.DeleteDatabasesOperation({ databaseNames: [database], hardDelete: true })),
      ).rejects.toThrow('PreventDeletesError');
      await server.send(new client.SetDatabasesLockOperation(database, 'Unlock'));
    });

    it('loses one copy to a deletion from a node, and its client leaves that node', async () => {
      const { server } = store.maintenance;
      const { pendingDeletes } = await server.send(
        new client.DeleteDatabasesOperation({
          databaseNames: [database],
          hardDelete: true,
          fromNodes: ['A'],
        }),
      );
      expect(pendingDeletes).toEqual([]);
      await members(['B', 'C']);
      const session = store.openSession();
      expect(await session.load('customers/ada')).not.toBeNull();
      const tags = store.getRequestExecutor().getTopologyNodes();
      expect(tags.map(({ clusterTag }) => clusterTag)).toEqual(['B', 'C']);
      const modified = (await record()).topology;
      if (modified === undefined) throw new Error('The record has no topology.');
      const reversed = { ...modified, members: ['C', 'B'] };
      // 7.2.6 takes it from the third place only, whatever its types say.
      await server.send(new client.ModifyDatabaseTopologyOperation(database, reversed as never, reversed));
      expect((await record()).topology?.members).toEqual(['C', 'B']);
      await server.send(new client.PromoteDatabaseNodeOperation(database, 'C'));
      await expect(server.send(new client.PromoteDatabaseNodeOperation(database, 'A'))).rejects.toThrow(
        'holds no copy',
      );
    });

    it('stops its indexes on every node, also for the writes of afterwards, until they are let go on', async () => {
      const ask = () =>
        store.openSession().query<Customer>({ collection: 'Customers' }).whereEquals('city', 'Oslo');
      await ask().waitForNonStaleResults(15_000).all();
      await edit(`/admin/databases/indexing?enable=false`, { DatabaseNames: [database] });
      const status = (position: number) =>
        requestJson<{ Status: string }>(
          'GET',
          `${cluster.node(position).url}/databases/${database}/indexes/status`,
        );
      for (const position of [1, 2]) {
        await waitUntil('the indexes to stop', async () => (await status(position)).Status === 'Disabled');
      }
      const session = store.openSession();
      await session.store(new Customer('Kari', 'Oslo'), 'customers/kari');
      await session.saveChanges();
      await expect(ask().waitForNonStaleResults(300).all()).rejects.toThrow();
      await edit(`/admin/databases/indexing?enable=true`, { DatabaseNames: [database] });
      expect(await ask().waitForNonStaleResults(15_000).all()).toHaveLength(1);
      await expect(edit('/admin/databases/indexing', { DatabaseNames: [database] })).rejects.toMatchObject({
        status: 500,
        type: 'System.ArgumentException',
      });
    });

    it('keeps the ids of copies that are gone, and refuses to take one that is there for gone', async () => {
      const { server } = store.maintenance;
      const gone = 'A'.repeat(22);
      await server.send(new client.UpdateUnusedDatabasesOperation(database, [gone], true));
      expect((await record()).unusedDatabaseIds).toEqual([gone]);
      const there = await requestJson<{ DatabaseId: string }>(
        'GET',
        `${cluster.node(1).url}/databases/${database}/stats`,
      );
      await expect(
        server.send(new client.UpdateUnusedDatabasesOperation(database, [there.DatabaseId], true)),
      ).rejects.toThrow('on node B');
      await expect(
        server.send(new client.UpdateUnusedDatabasesOperation(database, ['abc'], true)),
      ).rejects.toThrow("'abc'");
    });
  },
);
