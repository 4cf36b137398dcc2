import { CreateDatabaseOperation, DocumentStore } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

class Reading {
  id?: string;
  readonly sensor: string;
  readonly value: number;

  constructor(sensor: string, value: number) {
    this.sensor = sensor;
    this.value = value;
  }
}

const COUNT = 5000;
let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'stream');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'stream' }));
  const bulk = store.bulkInsert();
  for (let n = 0; n < COUNT; n++) {
    await bulk.store(new Reading(n % 2 === 0 ? 'even' : 'odd', n), `readings/${String(n).padStart(5, '0')}`);
  }
  await bulk.finish();
  await store.openSession().query<Reading>({ collection: 'Readings' }).whereEquals('sensor', 'even').count();
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

async function gathered<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('a stream', () => {
  it('of a query gives every result, in order, and says how many there are', async () => {
    const session = store.openSession();
    const query = session
      .query<Reading>({ collection: 'Readings' })
      .whereEquals('sensor', 'odd')
      .orderBy('value', 'Long');
    let total = 0;
    const stream = await session.advanced.stream(query, (statistics) => {
      total = statistics.totalResults;
    });
    const items = await gathered(stream);
    expect(items.map(({ document }) => (document as Reading).value)).toEqual(
      Array.from({ length: COUNT / 2 }, (_, at) => at * 2 + 1),
    );
    expect(total).toBe(COUNT / 2);
  });

  it('of a collection, and of documents whose ids begin alike, is whole', async () => {
    const session = store.openSession();
    expect(
      await gathered(await session.advanced.stream(session.query<Reading>({ collection: 'Readings' }))),
    ).toHaveLength(COUNT);
    const byId = await gathered(await session.advanced.stream<Reading>('readings/000'));
    expect(byId).toHaveLength(100);
    expect(byId[0]?.id).toBe('readings/00000');
  });

  it('that is left in the middle is closed; the next one is whole', async () => {
    const session = store.openSession();
    for (let attempt = 0; attempt < 3; attempt++) {
      for await (const _ of await session.advanced.stream(session.query<Reading>({ collection: 'Readings' })))
        break;
    }
    expect(
      await gathered(await session.advanced.stream(session.query<Reading>({ collection: 'Readings' }))),
    ).toHaveLength(COUNT);
  });

  it('of an index that is not there is refused', async () => {
    const session = store.openSession();
    const query = session.query<Reading>({ indexName: 'Nope' });
    await expect(session.advanced.stream(query).then(gathered)).rejects.toThrow();
  });
});
