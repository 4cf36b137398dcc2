import { CmpXchg, type IDocumentQuery } from 'ravendb';

// biome-ignore lint/suspicious/noExplicitAny: the fields are asked for by every name that a document could have.
export type Person = any;
export type Query = IDocumentQuery<Person>;

const BIRTHDAY = new Date('1906-12-09T00:00:00Z');
const MANY_NAMES = [...Array.from({ length: 5000 }, (_, at) => `nobody ${at}`), 'ada'];

export const PEOPLE: readonly object[] = [
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
export const BUILT: readonly (readonly [build: (q: Query) => Query, found: string])[] = [
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
