import {
  CreateDatabaseOperation,
  DocumentStore,
  GroupBy,
  PutCompareExchangeValueOperation,
  QueryData,
  type QueryStatistics,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { BUILT, PEOPLE, type Person, type Query } from './built-queries.ts';

const SEARCHED = ['bio', 'tags', 'address.city'];
const FIELDS = [
  'age',
  'ok',
  'born',
  "'first name'",
  "'na-me'",
  'übung',
  'address.zip',
  'address.zip.main',
].concat(['lines[].n', '@metadata.@last-modified']);

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'query-builder');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'query-builder' }));
  const session = store.openSession();
  for (const [at, person] of PEOPLE.entries()) {
    await session.store({ ...person, '@metadata': { '@collection': 'People' } }, `people/${at + 1}`);
  }
  await session.saveChanges();
  await store.operations.send(new PutCompareExchangeValueOperation('boss', 'Grace', 0));
  // One index with all fields, instead of one more for each query that needs another field.
  const needed = [
    ...FIELDS.map((field) => `exists(${field})`),
    ...SEARCHED.map((field) => `search(${field}, 'x')`),
  ];
  await raw(`from People where exact(name = 'x') or ${needed.join(' or ')}`);
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

const people = (session = store.openSession()): Query =>
  session.query<Person>({ collection: 'People' }).waitForNonStaleResults();
const numbers = (found: readonly Person[]): string =>
  found.map(({ id }: { id: string }) => id.slice('people/'.length)).join(' ');
const raw = (rql: string, parameters: Readonly<Record<string, unknown>> = {}) => {
  const query = store.openSession().advanced.rawQuery<Person>(rql).waitForNonStaleResults();
  for (const [name, value] of Object.entries(parameters)) query.addParameter(name, value);
  return query.all();
};
const withoutMetadata = (rows: readonly Person[]) => rows.map(({ '@metadata': _, ...row }: Person) => row);

describe('a query that the official client builds', () => {
  it.each(BUILT.map(([build, found]) => [build.toString().slice(9), build, found] as const))(
    '%s finds what it asks for',
    async (_, build, found) => {
      expect(numbers(await build(people()).all())).toBe(found);
    },
  );

  it('may group, and order by what it has given names to', async () => {
    const rows = await people()
      .groupBy('address.city')
      .selectKey('address.city', 'c')
      .selectCount('n')
      .orderByDescending('n')
      .orderBy('c')
      .all();
    expect(withoutMetadata(rows)).toEqual([
      { c: 'Oslo', n: 3 },
      { c: null, n: 2 },
      { c: 'London', n: 1 },
      { c: 'london', n: 1 },
      { c: 'New York', n: 1 },
    ]);
    const whole = await people()
      .groupBy(GroupBy.array('tags'))
      .selectKey('tags', 'all')
      .selectCount('n')
      .all();
    expect(withoutMetadata(whole)).toContainEqual({ all: ['math', 'code'], n: 1 });
    const quoted = await raw("from People group by 'ok' select 'ok' as o, sum('age') as total");
    expect(quoted).toHaveLength(3);
    const named = await raw(
      "from People group by address.city where c = 'oslo' select key() as c, sum(age) as total",
    );
    expect(withoutMetadata(named)).toEqual([{ c: 'Oslo', total: 12 }]);
  });

  it('may have functions show its results', async () => {
    const shown = await people()
      .whereGreaterThan('age', 50.5)
      .orderBy('name')
      .addParameter('k', 'v')
      .selectFields<Person>(QueryData.customFunction('u', '{ n: u.name, twice: u.age * 2, k: $k }'), Object)
      .all();
    expect(withoutMetadata(shown)).toEqual([
      { n: 'Grace', twice: 170, k: 'v' },
      { n: 'Linus', twice: 108, k: 'v' },
    ]);
  });

  it('may load lists, which are empty where nothing is named', async () => {
    const loaded = await raw(
      'from People as u load u.pals as p[], u.boss as b[] select { p: p.map(x => x.name), b: b.length }',
    );
    expect(withoutMetadata(loaded).slice(0, 3)).toEqual([
      { p: ['Grace', 'Linus'], b: 1 },
      { p: [], b: 1 },
      { p: [], b: 0 },
    ]);
  });

  it('gives the documents that it loads when it selects nothing else', async () => {
    const loaded = 'from People as p where exists(boss) order by id() load';
    expect(numbers(await raw(`${loaded} p.boss as b select b limit 2`))).toBe('3 1');
    expect(numbers(await raw(`${loaded} p.boss as b[] select b`))).toBe('3 1');
    const [grace] = await raw("from People as p where p.name = 'Grace' load p.boss as b select b");
    expect(grace).toMatchObject({ name: 'Ada', '@metadata': { '@collection': 'People' } });
    const nothing = await raw("from People as p where p.name = 'Linus' load p.boss as b select b");
    expect(withoutMetadata(nothing)).toEqual([{}]);
  });

  it('shows documents within results with their ids and collections', async () => {
    const within = { name: 'Ada', '@metadata': { '@collection': 'People', '@id': 'people/1' } };
    const from = "from People as p where p.name = 'Grace'";
    for (const rest of [
      'select { b: load(p.boss) }',
      'load p.boss as b select { b: b }',
      'load p.boss as b select b, p.name',
    ]) {
      expect(await raw(`${from} ${rest}`)).toMatchObject([{ b: within }]);
    }
    const [row] = await raw(`${from} select { b: load(p.boss) }`);
    expect(JSON.stringify((row as unknown as { b: object }).b)).not.toMatch(/@change-vector|@last-modified/);
  });

  it('leaves documents that are missing out of the lists that it loads', async () => {
    const loaded = await raw('from People as u load u.lines[].p as p[] select { n: u.name, p: p.length }');
    expect(withoutMetadata(loaded)[2]).toEqual({ n: 'Linus', p: 0 });
  });

  it('may put the names of fields into quotes', async () => {
    const quoted = "from People where exists('first name') and startsWith('first name', 'a')";
    expect(numbers(await raw(quoted))).toBe('1');
    expect(numbers(await raw("from People where search('bio', 'fox') and regex('name', '^a')"))).toBe('1');
  });

  it('may filter by functions and by what it loads', async () => {
    const older = 'declare function older(p, m) { return p.age > m; }';
    expect(numbers(await raw(`${older} from People as p filter older(p, $m)`, { m: 50 }))).toBe('2 3');
    expect(numbers(await raw(`${older} from People filter older(this, 84)`))).toBe('2');
    const name = 'declare function name(p) { return p.name; }';
    expect(numbers(await raw(`${name} from People as p filter name(p) = 'Ada'`))).toBe('1');
    expect(numbers(await raw("from People as p load p.boss as b filter b.name = 'Linus'"))).toBe('1');
    expect(numbers(await raw('from People as p load p.pals as l[] filter l.age > 80 and p.age < 50'))).toBe(
      '1',
    );
    const named = 'from People as p load p.boss as b filter';
    expect(numbers(await raw(`${named} exists(b)`))).toBe('1 2 3');
    expect(numbers(await raw(`${named} b = null`))).toBe('3');
    await expect(raw('from People filter nobody(name)')).rejects.toThrow("Method 'nobody' is not supported");
  });

  it('says how many a filter lets pass when it is asked for no results', async () => {
    const session = store.openSession();
    const counted = session.advanced.rawQuery('from People filter age > 40');
    expect(await counted.count()).toBe((await raw('from People filter age > 40')).length);
    expect(await session.advanced.rawQuery('from People where age > 5 filter age > 40').count()).toBe(6);
    await expect(raw('from People filter age > 40 filter_limit 0')).rejects.toThrow('FilterLimit');
  });

  it('may leave an end of a range open, and write options into a pattern', async () => {
    const aged = (a: unknown, b: unknown) =>
      raw('from People where age between $a and $b order by id()', { a, b }).then(numbers);
    const all = numbers(await raw('from People where exists(age) order by id()'));
    expect(await aged(null, null)).toBe(all);
    expect(await aged(null, 50)).toBe(numbers(await raw('from People where age <= 50 order by id()')));
    expect(await aged(50, null)).toBe(numbers(await raw('from People where age >= 50 order by id()')));
    expect(numbers(await raw("from People where name between $a and 'b'", { a: null }))).toBe('1 4');
    expect(numbers(await raw('from People filter age between null and 10'))).toBe(
      numbers(await raw('from People filter age <= 10')),
    );
    expect(numbers(await raw("from People where regex(name, '(?i)^ADA$')"))).toBe('1 4');
    expect(numbers(await raw("from People where regex(name, '(?-i)^ADA$')"))).toBe('');
    await expect(raw("from People where regex(name, '(?x)a')")).rejects.toThrow('not a regular expression');
  });

  it('may compare with the time of the server, moved by a parameter', async () => {
    expect(numbers(await raw('from People where born > now($p)', { p: '-100y' }))).toBe('6');
    await expect(raw('from People where born > now($p)', { p: 5 })).rejects.toThrow('Method now() expects');
    await expect(raw('from People where age < now().Year')).rejects.toThrow("has no member 'Year'");
  });

  it('may wait with others for one request, or say no more than counts', async () => {
    const session = store.openSession();
    const found = people(session).whereEquals('name', 'ada').lazily();
    const count = people(session).whereExists('age').countLazily();
    const linus = session.advanced.lazily.load<Person>('people/3');
    const before = session.advanced.numberOfRequests;
    await session.advanced.eagerly.executeAllPendingLazyOperations();
    expect(session.advanced.numberOfRequests - before).toBe(1);
    expect(numbers(await found.getValue())).toBe('1 4');
    expect([await count.getValue(), (await linus.getValue()).name]).toEqual([7, 'Linus']);
    const result = await people().whereEquals('name', 'ada').take(1).getQueryResult();
    expect([result.totalResults, result.results.length]).toEqual([2, 1]);
    let statistics: QueryStatistics | undefined;
    await people()
      .selectFields<Person>(['ok'])
      .distinct()
      .statistics((given) => {
        statistics = given;
      })
      .all();
    expect([statistics?.totalResults, statistics?.skippedResults]).toEqual([8, 5]);
    expect(await people().whereEquals('name', 'nobody').any()).toBe(false);
  });

  it('may have clauses that depend on its parameters', async () => {
    const named = 'from People where when($name != null, name = $name) and when($age > 0, age > $age)';
    expect(numbers(await raw(named, { name: 'ada', age: 10 }))).toBe('1');
    expect(numbers(await raw(named, { name: 'ada', age: 0 }))).toBe('1 4');
    expect(numbers(await raw(named, { name: null, age: 50 }))).toBe('2 3');
    expect(numbers(await raw(named))).toBe('1 2 3 4 5 6 7 8');
  });
});
