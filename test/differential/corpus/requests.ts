/**
 * A request of the corpus: not only queries, but what else is asked and done with them. Paths are below the database,
 * which `{database}` stands for in bodies.
 */
export interface CorpusRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** The answer names an operation; its end is what is compared. */
  readonly isOperation?: boolean;
}

const get = (path: string): CorpusRequest => ({ method: 'GET', path });
const query = (Query: string, more: object = {}): CorpusRequest => ({
  method: 'POST',
  path: '/queries',
  body: { Query, WaitForNonStaleResults: true, ...more },
});
const stream = (Query: string, format = ''): CorpusRequest => ({
  method: 'POST',
  path: `/streams/queries${format === '' ? '' : `?format=${format}`}`,
  body: { Query, WaitForNonStaleResults: true },
});
const value = (key: string, json: unknown): CorpusRequest => ({
  method: 'PUT',
  path: `/cmpxchg?key=${key}&index=0`,
  body: { Object: json },
});
const patch = (Query: string, parameters = ''): CorpusRequest => ({
  method: 'PATCH',
  path: `/queries?allowStale=false&staleTimeout=00:00:15${parameters}`,
  body: { Query: { Query } },
  isOperation: true,
});
const multi = (...requests: readonly object[]): CorpusRequest => ({
  method: 'POST',
  path: '/multi_get',
  body: { Requests: requests },
});
const asked = (Query: string) => ({
  Url: '{database}/queries',
  Method: 'POST',
  Query: '',
  Content: JSON.stringify({ Query, WaitForNonStaleResults: true }),
});

/** By topic. In their order: some change what later ones see. */
export const REQUESTS: Readonly<Record<string, readonly CorpusRequest[]>> = {
  includes: [
    value('people%2F1', { rank: 1 }),
    value('flag', true),
    get('/cmpxchg?key=flag'),
    query('from People where id() = $id include boss', { QueryParameters: { id: 'people/2' } }),
    query('from People include boss, nope order by id() limit 3'),
    query('from People as p include p.boss order by id() limit 3'),
    query('from People as p load p.boss as b select { n: p.name, b: b.name } include b'),
    query("from People where name = cmpxchg('flag')"),
    query("from People where name = 'Ada' include cmpxchg('nope')"),
    query("from People where name = 'Ada' include cmpxchg(name)"),
  ],
  indexAdmin: [
    get('/indexes/source?name=CitiesC'),
    get('/indexes/source?name=ProductsC'),
    get('/indexes/source?name=Nope'),
    get('/indexes/source'),
  ],
  streams: [
    stream('from People order by id()'),
    stream('from People order by id() limit 1, 2'),
    stream('from People where age > 36.0 order by age as long select name, age'),
    stream('from People order by id() select { n: this.name }'),
    stream('from People as p order by id() select { n: p.name }'),
    stream('from People group by active select count() as n, active'),
    stream('from People order by id() include boss'),
    stream('from Nobody'),
    stream('from index Nope'),
    stream('from People where'),
    stream('from People select facet(name)'),
    stream('from People order by id()', 'json'),
    stream('from People order by id()', 'jsonl'),
    get('/streams/docs'),
    get('/streams/docs?startsWith=people/'),
    get('/streams/docs?startsWith=people/&start=1&pageSize=2'),
    get('/streams/docs?startsWith=people/&matches=1|2'),
    get('/streams/docs?startsWith=people/&exclude=1*'),
    get('/streams/docs?startsWith=people/&startAfter=people/2'),
    get('/streams/docs?startsWith=nobody/'),
  ],
  multiGet: [
    multi(asked("from People where name = 'Ada'"), asked('from People where'), asked('from index Nope')),
    multi({ Url: '{database}/docs', Method: 'GET', Query: '?id=people/1&id=people/2' }),
    multi({ Url: '{database}/docs', Method: 'GET', Query: '?id=people/none' }),
    multi({ Url: '{database}/docs', Method: 'GET', Query: '?startsWith=people/&pageSize=2' }),
    multi({ Url: '{database}/cmpxchg', Method: 'GET', Query: '?key=flag' }),
    multi(),
    { method: 'POST', path: '/multi_get', body: {} },
  ],
  patches: [
    patch("from People where name = 'Ada' update { this.seen = 1; }"),
    get('/docs?id=people/1'),
    patch('from People as p where p.age > 36.0 update { p.age += 1; }'),
    get('/docs?startsWith=people/'),
    patch('from People update { throw new Error("no"); }'),
    patch('from People where name = '),
    patch('from People'),
    patch('from index Nope update { this.x = 1; }'),
    patch(
      "from People update { put('made/', { a: this.name, '@metadata': { '@collection': 'Made' } }); } limit 1",
    ),
    query('from People where seen = 1 select name, seen'),
    {
      method: 'DELETE',
      path: '/queries?allowStale=false&staleTimeout=00:00:15',
      body: { Query: "from People where name = 'Grace'" },
      isOperation: true,
    },
    {
      method: 'DELETE',
      path: '/queries?allowStale=false&staleTimeout=00:00:15',
      body: { Query: 'from Nobody' },
      isOperation: true,
    },
    {
      method: 'DELETE',
      path: '/queries?allowStale=false&staleTimeout=00:00:15',
      body: { Query: 'from index Nope' },
      isOperation: true,
    },
    {
      method: 'DELETE',
      path: '/queries?allowStale=false&staleTimeout=00:00:15',
      body: { Query: 'from People update { this.a = 1; }' },
      isOperation: true,
    },
    query('from People order by id() select name'),
  ],
};
