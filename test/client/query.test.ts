import type { DocumentStore, QueryStatistics } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { OFFICIAL_CLIENTS, storeOfNew } from './official-clients.ts';

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
});
afterAll(() => cluster.dispose());

interface Person {
  id?: string;
  name: string | null;
  age?: number;
  tags?: string[];
  address?: { city: string };
  friendId?: string;
  bio?: string;
}

const PEOPLE: readonly (Person & { id: string })[] = [
  {
    id: 'people/1',
    name: 'Ada',
    age: 36,
    tags: ['math', 'code'],
    address: { city: 'London' },
    bio: 'The quick brown fox',
  },
  {
    id: 'people/2',
    name: 'Grace',
    age: 85,
    tags: ['code', 'navy'],
    address: { city: 'New York' },
    friendId: 'people/1',
  },
  { id: 'people/3', name: 'ada', age: 9, tags: [], bio: 'jumps over the lazy dog' },
  { id: 'people/4', name: null, age: 41.5, friendId: 'people/2', bio: 'A brown dog' },
  { id: 'people/5', name: 'Linus' },
];

describe.each(OFFICIAL_CLIENTS)('a query of the official client $version', ({ version, client }) => {
  const database = `query-${version.replaceAll('.', '-')}`;
  let store: DocumentStore;

  beforeAll(async () => {
    store = await storeOfNew(database, client, cluster.node(0).url);
    const session = store.openSession();
    for (const { id, ...person } of PEOPLE) {
      const document = { ...person, '@metadata': { '@collection': 'People' } };
      await session.store(document, id);
    }
    await session.saveChanges();
  });
  afterAll(() => store.dispose());

  const people = () => store.openSession().query<Person>({ collection: 'People' }).waitForNonStaleResults();
  const ids = async (query: { all(): Promise<Person[]> }) => (await query.all()).map(({ id }) => id);

  it('without a condition gives a collection in the order of writing', async () => {
    expect(await ids(store.openSession().query<Person>({ collection: 'People' }))).toEqual(
      PEOPLE.map(({ id }) => id),
    );
  });

  it('by equality finds texts without case, numbers, nulls and elements of arrays', async () => {
    expect(await ids(people().whereEquals('name', 'ADA'))).toEqual(['people/1', 'people/3']);
    expect(await ids(people().whereEquals('name', 'Ada', true))).toEqual(['people/1']);
    expect(await ids(people().whereEquals('age', 41.5))).toEqual(['people/4']);
    expect(await ids(people().whereEquals('name', null))).toEqual(['people/4']);
    expect(await ids(people().whereEquals('tags', 'code'))).toEqual(['people/1', 'people/2']);
    expect(await ids(people().whereEquals('address.city', 'london'))).toEqual(['people/1']);
    expect(await ids(people().whereNotEquals('name', 'ada'))).toEqual(['people/2', 'people/4', 'people/5']);
  });

  it('by range, list, prefix, suffix and existence finds what is there', async () => {
    expect(await ids(people().whereGreaterThan('age', 36))).toEqual(['people/2', 'people/4']);
    expect(await ids(people().whereBetween('age', 9, 36))).toEqual(['people/1', 'people/3']);
    expect(await ids(people().whereIn('name', ['Grace', 'linus']))).toEqual(['people/2', 'people/5']);
    expect(await ids(people().containsAll('tags', ['code', 'navy']))).toEqual(['people/2']);
    expect(await ids(people().whereStartsWith('name', 'gr'))).toEqual(['people/2']);
    expect(await ids(people().whereEndsWith('name', 'us'))).toEqual(['people/5']);
    expect(await ids(people().whereExists('age').orderByDescending('age', 'Double').take(2))).toEqual([
      'people/2',
      'people/4',
    ]);
    expect(await ids(people().not().whereExists('age'))).toEqual(['people/5']);
  });

  it('combines conditions as they are grouped', async () => {
    const query = people()
      .openSubclause()
      .whereEquals('name', 'Grace')
      .orElse()
      .whereEquals('name', 'Linus')
      .closeSubclause()
      .andAlso()
      .whereGreaterThan('age', 1);
    expect(await ids(query)).toEqual(['people/2']);
  });

  it('searches texts by words, phrases and wildcards', async () => {
    expect(await ids(people().search('bio', 'dog fox'))).toEqual(['people/1', 'people/3', 'people/4']);
    expect(await ids(people().search('bio', 'brown dog', 'AND'))).toEqual(['people/4']);
    expect(await ids(people().search('bio', '"quick brown"'))).toEqual(['people/1']);
    expect(await ids(people().search('bio', 'ju* *ox'))).toEqual(['people/1', 'people/3']);
  });

  it('orders, pages and counts', async () => {
    expect(await ids(people().orderBy('name'))).toEqual([
      'people/4',
      'people/1',
      'people/3',
      'people/2',
      'people/5',
    ]);
    expect(await ids(people().orderBy('age', 'Long').skip(1).take(2))).toEqual(['people/3', 'people/1']);
    let statistics: QueryStatistics | undefined;
    await people()
      .whereExists('age')
      .take(1)
      .statistics((given) => {
        statistics = given;
      })
      .all();
    expect(statistics?.totalResults).toBe(4);
    expect(await people().whereExists('age').count()).toBe(4);
    expect((await people().whereEquals('name', 'Grace').single()).age).toBe(85);
    expect(await people().whereEquals('name', 'Nobody').firstOrNull()).toBeNull();
  });

  it('selects fields and includes documents that others name', async () => {
    const rows = await people()
      .whereEquals('name', 'Grace')
      .selectFields<{ name: string; age: number }>(['name', 'age'])
      .all();
    expect(rows.map(({ name, age }) => ({ name, age }))).toEqual([{ name: 'Grace', age: 85 }]);
    const session = store.openSession();
    const [grace] = await session
      .query<Person>({ collection: 'People' })
      .whereEquals('name', 'Grace')
      .include('friendId')
      .all();
    const before = session.advanced.numberOfRequests;
    expect((await session.load<Person>(grace?.friendId ?? ''))?.name).toBe('Ada');
    expect(session.advanced.numberOfRequests).toBe(before);
  });

  it('by ids and by the beginning of ids needs no index', async () => {
    const session = store.openSession();
    let statistics: QueryStatistics | undefined;
    const found = await session
      .query<Person>({ collection: 'People' })
      .whereIn('id()' as never, ['people/3', 'people/1'])
      .statistics((given) => {
        statistics = given;
      })
      .all();
    expect([found.length, statistics?.indexName]).toEqual([2, 'collection/People']);
  });

  it('sees what was written before it when it waits', async () => {
    const writing = store.openSession();
    await writing.store({ name: 'Zoe', '@metadata': { '@collection': 'People' } }, 'people/9');
    await writing.saveChanges();
    expect(await ids(people().whereEquals('name', 'zoe'))).toEqual(['people/9']);
    await writing.delete('people/9');
    await writing.saveChanges();
    expect(await ids(people().whereEquals('name', 'zoe'))).toEqual([]);
  });

  it('that makes no sense is refused with the reason', async () => {
    const raw = (rql: string) => store.openSession().advanced.rawQuery(rql).all();
    await expect(raw('from People where')).rejects.toThrow('Expected a field or a method');
    await expect(raw('from People where nosuch(name)')).rejects.toThrow("Method 'nosuch' is not supported");
    await expect(raw('from People where name = $p')).rejects.toThrow("The parameter '$p' has no value");
  });
});
