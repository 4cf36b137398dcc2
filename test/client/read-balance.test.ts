import type { DocumentStore, SessionOptions } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestText } from '../processes/harness/http-json.ts';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import type { RavenNode } from '../processes/harness/raven-node.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';
import { Customer } from './model.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(3);
});
afterAll(() => cluster.dispose());

describe.each(OFFICIAL_CLIENTS)(
  'the official client $version, told how to balance',
  ({ version, client }) => {
    const database = `balance-${version.replaceAll('.', '-')}`;
    let store: DocumentStore;
    const asked: string[] = [];

    beforeAll(async () => {
      await cluster.createDatabase(database, 3, cluster.node(0), ['A', 'B', 'C']);
      store = new client.DocumentStore(cluster.node(0).url, database);
      store.initialize();
      const session = store.openSession();
      session.advanced.waitForReplicationAfterSaveChanges({ replicas: 2, timeout: 15_000 });
      await session.store(new Customer('Ada'), 'customers/ada');
      await session.saveChanges();
      store.getRequestExecutor().on('succeedRequest', ({ url }) => {
        if (/\/(bulk_)?docs\b/.test(url)) asked.push(tagAt(url));
      });
    });
    afterAll(() => store.dispose());

    const tagAt = (url: string) =>
      ['A', 'B', 'C'][cluster.nodes.findIndex((node) => url.startsWith(node.url))] ?? url;

    /** Which node answered each of so many sessions, all with the same options. */
    async function sessions(count: number, options: SessionOptions = {}): Promise<readonly string[]> {
      asked.length = 0;
      for (let i = 0; i < count; i++) {
        const session = store.openSession({ ...options, noCaching: true });
        expect(await session.load('customers/ada')).not.toBeNull();
      }
      return [...asked];
    }
    /** Tells the database's clients, and waits until this one knows. */
    async function tell(configuration: Parameters<typeof configurationOf>[0]): Promise<void> {
      await store.maintenance.send(
        new client.PutClientConfigurationOperation(configurationOf(configuration)),
      );
      const wanted = configuration.readBalanceBehavior ?? 'None';
      await waitUntil('the client to know', async () => {
        await sessions(1);
        return store.getRequestExecutor().conventions.readBalanceBehavior === wanted;
      });
    }
    const configurationOf = (given: {
      readBalanceBehavior?: 'None' | 'RoundRobin' | 'FastestNode';
      loadBalanceBehavior?: 'UseSessionContext';
      loadBalancerContextSeed?: number;
      disabled?: boolean;
    }) => ({ identityPartsSeparator: '/', ...given });

    it('asks the preferred node until it is told otherwise', async () => {
      expect(new Set(await sessions(6))).toEqual(new Set(['A']));
    });

    it('reads from all members in turn, and goes on writing to the preferred one', async () => {
      await tell({ readBalanceBehavior: 'RoundRobin' });
      const read = await sessions(9);
      expect(read.toSorted().join('')).toBe('AAABBBCCC');
      asked.length = 0;
      for (let i = 0; i < 3; i++) {
        const session = store.openSession();
        await session.store(new Customer(`Writer ${i}`), `customers/writer-${i}`);
        await session.saveChanges();
      }
      expect(asked).toEqual(['A', 'A', 'A']);
    });

    it('goes back to its own conventions when that is taken back', async () => {
      await tell({ readBalanceBehavior: 'None', disabled: true });
      expect(new Set(await sessions(6))).toEqual(new Set(['A']));
    });

    it('finds the fastest node by asking all of them, and stays with one', async () => {
      await tell({ readBalanceBehavior: 'FastestNode' });
      await waitUntil('the speed test to end', async () => {
        await sessions(5);
        return !store.getRequestExecutor().inSpeedTestPhase();
      });
      expect(new Set(await sessions(6)).size).toBe(1);
    });

    it('reads and writes one context at one node, different ones at several, and moves them with the seed', async () => {
      const contexts = ['oslo', 'paris', 'rome', 'kyiv', 'bern', 'riga'];
      const places = async () => {
        const found: string[] = [];
        for (const context of contexts) {
          asked.length = 0;
          for (let i = 0; i < 2; i++) {
            const session = store.openSession({ noCaching: true });
            session.advanced.sessionInfo.setContext(context);
            await session.load('customers/ada');
            await session.store(new Customer(context), `customers/${context}-${i}`);
            await session.saveChanges();
          }
          expect([context, new Set(asked).size]).toEqual([context, 1]);
          found.push(asked[0] ?? '');
        }
        return found.join('');
      };
      const before = await placesAfter(1);
      expect(new Set(before).size).toBeGreaterThan(1);
      expect(await placesAfter(1)).toBe(before);
      const others = [await placesAfter(2), await placesAfter(3)];
      expect(others.some((other) => other !== before)).toBe(true);

      async function placesAfter(seed: number): Promise<string> {
        await tell({ loadBalanceBehavior: 'UseSessionContext', loadBalancerContextSeed: seed });
        await waitUntil('the client to know the seed', async () => {
          await sessions(1);
          return store.getRequestExecutor().conventions.loadBalancerContextSeed === seed;
        });
        return places();
      }
    });

    it('obeys what is told to the clients of all databases, unless its own database says otherwise', async () => {
      const other = `${database}-other`;
      await cluster.createDatabase(other, 1, cluster.node(0), ['A']);
      const url = cluster.node(2).url;
      const put = (configuration: object) =>
        requestText('PUT', `${url}/admin/configuration/client`, { body: configuration });
      await put({ MaxNumberOfRequestsPerSession: 7 });
      const known = async (name: string) => {
        await store.openSession(name).load('x');
        return store.getRequestExecutor(name).conventions.maxNumberOfRequestsPerSession;
      };
      await waitUntil('the other database to have it', async () => (await known(other)) === 7);
      const { configuration } = await store.maintenance.send(new client.GetClientConfigurationOperation());
      expect(configuration.maxNumberOfRequestsPerSession).toBeNull();
      const serverWide = await store.maintenance.server.send(
        new client.GetServerWideClientConfigurationOperation(),
      );
      expect(serverWide.maxNumberOfRequestsPerSession).toBe(7);
      await put({ Disabled: true });
      await waitUntil('the other database to be free of it', async () => (await known(other)) !== 7);
    });
  },
);

describe('the preferred node', () => {
  it('is another one after it was lost, also when it is back, and both clients end there', async () => {
    const database = 'preferred';
    await cluster.createDatabase(database, 3, cluster.node(0), ['A', 'B', 'C']);
    const stores = OFFICIAL_CLIENTS.map(({ client }) => {
      const store = new client.DocumentStore(cluster.node(0).url, database);
      store.initialize();
      return store;
    });
    const touch = (store: DocumentStore) => store.openSession({ noCaching: true }).load('x');
    const members = async (through: RavenNode) => (await cluster.record(database, through)).Topology.Members;
    const ends = (store: DocumentStore, through: RavenNode) =>
      waitUntil('the client to prefer the first node', async () => {
        await touch(store);
        const { currentNode } = await store.getRequestExecutor().getPreferredNode();
        return currentNode.clusterTag === (await members(through))[0];
      });
    const [first] = await members(cluster.node(0));
    const lost = cluster.node(['A', 'B', 'C'].indexOf(first ?? ''));
    const other = cluster.node(first === 'B' ? 2 : 1);
    for (const store of stores) await ends(store, other);
    await lost.kill();
    for (const store of stores) expect(await touch(store)).toBeNull();
    await waitUntil(
      'the observer to put another node first',
      async () => (await members(other))[0] !== first,
    );
    await lost.start();
    for (const store of stores) await ends(store, other);
    expect((await members(other))[0]).not.toBe(first);
    for (const store of stores) store.dispose();
  });
});
