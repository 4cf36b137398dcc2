import {
  CmpXchg,
  CreateDatabaseOperation,
  DocumentStore,
  GroupBy,
  type IDocumentQuery,
  PutCompareExchangeValueOperation,
  QueryData,
  type QueryStatistics,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

// biome-ignore lint/suspicious/noExplicitAny: the fields are asked for by every name that a document could have.
type Person = any;
type Query = IDocumentQuery<Person>;

const BIRTHDAY = new Date('1906-12-09T00:00:00Z');
const MANY_NAMES = [...Array.from({ length: 5000 }, (_, at) => `nobody ${at}`), 'ada'];

const PEOPLE: readonly object[] = [
  {
    name: 'Ada',
    age: 36,
    ok: true,
    tags: ['math', 'code'],
    address: { city: 'London', zip: { main: '12' } },
    born: '1815-12-10T00:00:00.0000000',
    boss: 'people/3',
    'first name': 'A',
    'na-me': 'dash',
    übung: 'ü',
    bio: 'The quick brown fox',
    pals: ['people/2', 'people/3'],
  },
  {
    name: 'Grace',
    age: 85,
    ok: false,
    tags: ['code', 'navy'],
    address: { city: 'New York' },
    born: '1906-12-09T00:00:00.0000000Z',
    boss: 'people/1',
    übung: 'Ü',
    bio: 'jumps over the lazy dog',
  },
  {
    name: 'Linus',
    age: 54,
    ok: true,
    tags: [],
    address: null,
    boss: null,
    lines: [
      { p: 'products/1', n: 3 },
      { p: 'products/2', n: 1 },
    ],
  },
  {
    name: 'ada',
    age: 9,
    ok: null,
    address: { city: 'london' },
    lines: [{ p: 'products/1', n: 5 }],
    bio: 'A brown dog',
  },
  { name: 'O\'Neil \\ "x"', age: 41.5, address: { city: null }, tags: ['math'], bio: 'lazy fox' },
  { name: null, address: { city: 'Oslo' }, born: '2020-05-05' },
  { name: 'N10', age: 10, address: { city: 'Oslo' } },
  { name: 'N2', age: 2, address: { city: 'Oslo' } },
];

/** What the client can build, and the numbers of the people that RavenDB finds for it, in their order. */
const BUILT: readonly (readonly [build: (q: Query) => Query, found: string])[] = [
  [(q) => q.whereEquals('name', 'ada'), '1 4'],
  [(q) => q.whereEquals('name', 'Ada', true), '1'],
  [(q) => q.whereEquals('name', 'O\'Neil \\ "x"'), '5'],
  [(q) => q.whereEquals('age', 41.5), '5'],
  [(q) => q.whereEquals('ok', false), '2'],
  [(q) => q.whereEquals('ok', null), '4'],
  [(q) => q.whereEquals('born', BIRTHDAY), '2'],
  [(q) => q.whereEquals('first name', 'A'), '1'],
  [(q) => q.whereEquals('na-me', 'dash'), '1'],
  [(q) => q.whereEquals('übung', 'ü'), '1 2'],
  [(q) => q.whereEquals('address.zip.main', '12'), '1'],
  [(q) => q.whereEquals('lines[].n', 5), '4'],
  [(q) => q.whereNotEquals('name', null), '1 2 3 4 5 7 8'],
  [(q) => q.whereNotEquals('name', 'ada', true), '2 3 5 6 7 8'],
  [(q) => q.not().whereEquals('name', 'ada'), '2 3 5 6 7 8'],
  [(q) => q.negateNext().whereEquals('name', 'ada'), '2 3 5 6 7 8'],
  [(q) => q.not().whereNotEquals('name', 'ada'), '1 4'],
  [(q) => q.not().whereIn('name', ['ada', 'Grace']), '3 5 6 7 8'],
  [(q) => q.not().search('bio', 'fox'), '2 4'],
  [(q) => q.not().whereStartsWith('name', 'n'), '1 2 3 4 5 6'],
  [(q) => q.not().whereBetween('age', 1.5, 50.5), '2 3'],
  [(q) => q.not().containsAll('tags', ['math', 'code']), '2 5'],
  [(q) => q.not().whereExists('address.zip'), '2 3 4 5 6 7 8'],
  [(q) => q.whereGreaterThan('age', 5.5).andAlso().not().whereEquals('name', 'ada'), '2 3 5 7'],
  [(q) => q.whereGreaterThan('age', 50.5).orElse().not().whereEquals('name', 'ada'), '2 3 5 6 7 8'],
  [
    (q) =>
      q
        .whereExists('age')
        .andAlso()
        .not()
        .openSubclause()
        .whereEquals('name', 'ada')
        .orElse()
        .whereEquals('name', 'Grace')
        .closeSubclause(),
    '3 5 7 8',
  ],
  [
    (q) =>
      q
        .openSubclause()
        .whereEquals('name', 'Grace')
        .orElse()
        .openSubclause()
        .whereGreaterThan('age', 5.5)
        .andAlso()
        .whereLessThan('age', 10.5)
        .closeSubclause()
        .closeSubclause()
        .andAlso()
        .whereExists('name'),
    '2 4 7',
  ],
  [
    (q) =>
      q
        .whereEquals('name', 'Grace')
        .orElse()
        .whereEquals('name', 'ada')
        .andAlso(true)
        .whereGreaterThan('age', 50.5),
    '2',
  ],
  [(q) => q.usingDefaultOperator('OR').whereEquals('name', 'Grace').whereEquals('name', 'Linus'), '2 3'],
  [(q) => q.whereEquals('name', 'ada').whereGreaterThan('age', 20.5), '1'],
  [(q) => q.whereIn('name', ['grace', 'LINUS']), '2 3'],
  [(q) => q.whereIn('name', ['grace', 'Linus'], true), '3'],
  [(q) => q.whereIn('name', [null, 'ada']), '1 4 6'],
  [(q) => q.whereIn('name', []), ''],
  [(q) => q.whereIn('name', MANY_NAMES), '1 4'],
  [(q) => q.whereIn('name', [['ada'], ['Grace', ['Linus']]]), '1 2 3 4'],
  [(q) => q.whereIn('age', [36, 85]), '1 2'],
  [(q) => q.whereIn('id', ['people/3', 'people/1', 'people/404']), '1 3'],
  [(q) => q.whereIn('id', ['people/3', 'people/1']).orderBy('name'), '1 3'],
  [(q) => q.whereEquals('id', 'PEOPLE/2'), '2'],
  [(q) => q.whereNotEquals('id', 'people/2'), '1 3 4 5 6 7 8'],
  [(q) => q.whereEquals('id', 'people/2').andAlso().whereEquals('name', 'grace'), '2'],
  [(q) => q.whereEquals('id', 'people/2').orElse().whereEquals('id', 'people/1'), '1 2'],
  [(q) => q.whereStartsWith('id', 'people/').whereGreaterThan('age', 50.5), '2 3'],
  [(q) => q.whereGreaterThan('id', 'people/5'), '6 7 8'],
  [(q) => q.whereBetween('id', 'people/2', 'people/4'), '2 3 4'],
  [(q) => q.whereEndsWith('id', '/4'), '4'],
  [(q) => q.search('id', 'PEOPLE/1 *3'), '1 3'],
  [(q) => q.search('id', 'people/*'), '1 2 3 4 5 6 7 8'],
  [(q) => q.whereRegex('id', '[12]$'), '1 2'],
  [(q) => q.whereExists('id'), '1 2 3 4 5 6 7 8'],
  [(q) => q.containsAny('id', ['people/1']), '1'],
  [(q) => q.whereStartsWith('name', 'A', true), '1'],
  [(q) => q.whereStartsWith('name', ''), ''],
  [(q) => q.whereEndsWith('name', 'us', true), '3'],
  [(q) => q.whereRegex('name', '^[NL]'), '3 7 8'],
  [(q) => q.containsAny('tags', ['math', 'navy']), '1 2 5'],
  [(q) => q.containsAny('tags', []), ''],
  [(q) => q.containsAll('tags', ['math', 'code']), '1'],
  [(q) => q.whereGreaterThan('name', 'M', true), '4 5 7 8'],
  [(q) => q.whereGreaterThanOrEqual('name', 'grace'), '2 3 5 7 8'],
  [(q) => q.whereLessThan('born', BIRTHDAY), '1'],
  [(q) => q.whereBetween('born', new Date(0), new Date('2030-01-01')), '6'],
  [(q) => q.whereBetween('name', 'a', 'h'), '1 2 4'],
  [(q) => q.search('bio', 'dog brown', 'AND'), '4'],
  [(q) => q.search('address.city', 'york'), '2'],
  [(q) => q.search('tags', 'math'), '1 5'],
  [(q) => q.search('bio', 'fox').boost(10).orElse().search('bio', 'dog').boost(2), '1 5 2 4'],
  [(q) => q.whereEquals('name', 'Linus').boost(2).orElse().whereEquals('name', 'ada').boost(0.5), '3 1 4'],
  [(q) => q.whereIn('name', ['Linus', 'ada']).boost(3), '3 1 4'],
  [(q) => q.orderBy('name').take(3), '6 1 4'],
  [(q) => q.orderByDescending('name').take(3), '5 8 7'],
  [(q) => q.orderBy('name', 'Last').skip(5), '8 5 6'],
  [(q) => q.orderByDescending('name', 'First').take(2), '6 5'],
  [(q) => q.orderBy('age', 'Last', 'Double').skip(6), '2 6'],
  [(q) => q.whereStartsWith('name', 'N').orderBy('name', 'AlphaNumeric'), '8 7'],
  [(q) => q.orderBy('address.city').orderByDescending('age', 'Double'), '3 5 1 4 2 7 8 6'],
  [(q) => q.orderByDescending('id').take(2), '8 7'],
  [(q) => q.addOrder('age', true, 'Double').take(2), '2 3'],
  [(q) => q.orderBy('@metadata.@last-modified').orderBy('id').take(2), '1 2'],
  [(q) => q.orderBy('first name').skip(6), '8 1'],
  [(q) => q.search('bio', 'fox dog brown').orderByScore(), '1 4 2 5'],
  [(q) => q.skip(6), '7 8'],
  [(q) => q.take(0), ''],
  [(q) => q.distinct(), '1 2 3 4 5 6 7 8'],
  [
    (q) =>
      q.filter((f) =>
        f
          .openSubclause()
          .equals('name', 'Ada')
          .orElse()
          .equals('name', 'Grace')
          .closeSubclause()
          .andAlso()
          .not()
          .equals('age', 85),
      ),
    '1',
  ],
  [(q) => q.filter((f) => f.greaterThan('age', 1), 3), '1 2 3'],
  [(q) => q.filter((f) => f.lessThan('born', BIRTHDAY)), '1'],
  [(q) => q.filter((f) => f.equals('name', null)), '6'],
  [(q) => q.filter((f) => f.equals('id', 'people/3')), '3'],
  [
    (q) =>
      q.filter((f) =>
        f.equals('@metadata.@collection', 'People').andAlso().notEquals('address.city', 'Oslo'),
      ),
    '1 2 3 4 5',
  ],
  [
    (q) =>
      q
        .whereExists('name')
        .filter((f) => f.greaterThan('age', 40))
        .orderBy('name'),
    '2 3 5',
  ],
  [(q) => q.whereEquals('name', CmpXchg.value('boss')), '2'],
  [(q) => q.whereNotEquals('name', CmpXchg.value('boss')), '1 3 4 5 6 7 8'],
  [
    (q) => q.addParameter('unused', 5).withTag('tag').noTracking().noCaching().whereEquals('name', 'ada'),
    '1 4',
  ],
];

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
