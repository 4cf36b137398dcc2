/** A document of the corpus: its id says its collection. */
export interface CorpusDocument {
  readonly id: string;
  readonly collection: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Values of every kind, each as the only field of a document: what predicates and orders make of them. */
const VALUES: readonly unknown[] = [
  null,
  undefined,
  '',
  ' ',
  [],
  [null],
  ['Foo', 'bar'],
  [1, 5],
  ['zed', 7, null],
  true,
  false,
  0,
  1,
  2,
  10,
  -5,
  1.5,
  '1',
  '10',
  '2',
  'foo',
  'FOO BAR',
  'Éclair',
  'éclair',
  'eclair',
  'straße',
  'null',
  'true',
  '2020-01-01',
  '2020-01-01T10:00:00Z',
  '2020-01-01T12:00:00.0000000+02:00',
  '2020-02-01T00:00:00.0000000',
];

const PEOPLE: readonly Readonly<Record<string, unknown>>[] = [
  {
    name: 'Ada',
    age: 36,
    city: 'London',
    tags: ['math', 'code'],
    boss: 'people/3',
    address: { zip: '12', city: 'London' },
  },
  {
    name: 'Grace',
    age: 85,
    city: 'New York',
    tags: ['code', 'navy'],
    boss: 'people/1',
    address: { zip: '7' },
  },
  { name: 'Linus', age: 54, city: 'Portland', tags: [], boss: null },
  {
    name: 'ada',
    age: 9,
    city: 'london',
    lines: [
      { p: 'tea', n: 2 },
      { p: 'cup', n: 1 },
    ],
  },
  { name: 'Barbara', age: 41, city: null, lines: [{ p: 'tea', n: 5 }], tags: ['clu'] },
  { name: 'Edsger', age: 72.5, city: 'Nuenen', tags: ['math'], boss: 'people/404' },
  { name: 'N2', age: 5, city: 'Oslo', born: '2020-01-01T10:00:00Z' },
  { name: 'N10', age: 6, city: 'Oslo', born: '2019-05-05' },
  { name: 'N1', city: 'Oslo', born: '2021-12-31T23:59:59.9990000Z' },
];

const PRODUCTS: readonly Readonly<Record<string, unknown>>[] = [
  {
    color: 'Red',
    price: 1.2,
    qty: 10,
    date: '2020-01-15T00:00:00Z',
    text: 'sweet fruit from a tree',
    name: 'Apple',
    tags: ['a', 'b'],
  },
  {
    color: 'red',
    price: 5,
    qty: 20,
    date: '2020-02-15T00:00:00Z',
    text: 'sweet fruit that is long and yellow',
    name: 'Banana',
    tags: ['b', 'c'],
  },
  {
    color: 'Green',
    price: 10,
    qty: 4,
    date: '2020-03-15T00:00:00Z',
    text: 'a green vegetable',
    name: 'Broccoli',
    tags: [],
  },
  {
    color: 'White',
    price: 2,
    qty: 5,
    date: '2021-03-15T00:00:00Z',
    text: 'bitter root with leaves',
    name: 'Radish',
    tags: ['c'],
  },
  {
    color: 'Yellow',
    price: 7.5,
    qty: 1,
    date: '2020-03-15T00:00:00Z',
    text: 'sour fruit',
    name: 'Lemon',
    tags: ['a', 'c', 'd'],
  },
  {
    color: 'Grey',
    price: 3,
    qty: 2,
    date: '2020-03-16T00:00:00Z',
    text: 'quick brown fox jumps over the lazy dog',
    name: 'Applet',
  },
  {
    color: 'Blue',
    price: 100,
    qty: 7,
    date: '2020-04-15T00:00:00Z',
    text: 'the lazy brown dog sleeps quick',
    name: 'Apply',
    tags: ['z'],
  },
  {
    color: 'blue',
    price: 15,
    qty: 9,
    date: '2020-05-15T00:00:00Z',
    text: 'ape and fruit: john.doe@example.com',
    name: 'Ape',
    tags: ['z', 'a'],
  },
];

const SHIRTS: readonly Readonly<Record<string, unknown>>[] = [
  {
    name: 'T1',
    types: [
      { c: 'red', s: 'S' },
      { c: 'blue', s: 'M' },
    ],
  },
  {
    name: 'T2',
    types: [
      { c: 'red', s: 'M' },
      { c: 'blue', s: 'S' },
    ],
  },
  {
    name: 'T3',
    types: [
      { c: 'red', s: 'S' },
      { c: 'blue', s: 'M' },
      { c: 'green', s: 'L' },
    ],
  },
];

const PLACES: readonly Readonly<Record<string, unknown>>[] = [
  { name: 'Oslo', lat: 59.91, lng: 10.75, area: 'POINT(10.75 59.91)' },
  { name: 'Bergen', lat: 60.39, lng: 5.32, area: 'POINT(5.32 60.39)' },
  { name: 'Berlin', lat: 52.52, lng: 13.4, area: 'POINT(13.4 52.52)' },
  { name: 'Quito', lat: -0.18, lng: -78.47, area: 'POINT(-78.47 -0.18)' },
  { name: 'Fiji', lat: -17.7, lng: 178, area: 'POINT(178 -17.7)' },
];

const VECTORS: readonly Readonly<Record<string, unknown>>[] = [
  {
    v: [1, 0, 0.5],
    n: 1,
    i8: [127, 0, 64, 0, 0, -128, 63],
    i1: [160],
    parts: [
      [1, 0],
      [0, 1],
    ],
  },
  { v: [0, 1, 0.5], n: 2, i8: [0, 127, 64, 0, 0, -128, 63], i1: [96], parts: [[-1, 0]] },
  { v: [0.9, 0.1, 0.4], n: 3, i8: [-127, 0, -64, 0, 0, -128, 63], i1: [95] },
  { n: 4 },
];

/** Teams name their members in every way. */
const TEAMS: readonly Readonly<Record<string, unknown>>[] = [
  { n: 1, m: ['people/1', 'people/3', 'people/404'], lead: 'people/1' },
  { n: 2, m: [] },
  { n: 3, m: ['people/2'] },
  { n: 4, m: 'people/1' },
  { n: 5, m: null },
  { n: 6 },
  { n: 7, m: [null, 'people/1', 5, ['people/2']] },
  { n: 8, m: [{ id: 'people/1' }, { id: 'people/3' }] },
  { n: 9, m: { id: 'people/1' } },
  { n: 10, m: 5 },
];

const SETUP: CorpusDocument = {
  id: 'facets/1',
  collection: 'Setups',
  body: {
    Facets: [
      {
        FieldName: 'color',
        DisplayFieldName: 'Colour',
        Options: { TermSortMode: 'CountDesc', PageSize: 2, IncludeRemainingTerms: true },
        Aggregations: { Sum: [{ Name: 'price', DisplayName: 'total' }] },
      },
      { FieldName: 'qty' },
    ],
    RangeFacets: [{ Ranges: ['price < 5', 'price >= 5'], DisplayFieldName: 'Price' }],
  },
};

function numbered(
  prefix: string,
  collection: string,
  bodies: readonly Readonly<Record<string, unknown>>[],
): readonly CorpusDocument[] {
  return bodies.map((body, at) => ({ id: `${prefix}/${at + 1}`, collection, body }));
}

/** In the order in which they are stored. */
export const DOCUMENTS: readonly CorpusDocument[] = [
  ...numbered(
    'values',
    'Values',
    VALUES.map((v) => (v === undefined ? {} : { v })),
  ),
  ...numbered('people', 'People', PEOPLE),
  ...numbered('products', 'Products', PRODUCTS),
  ...numbered('shirts', 'Shirts', SHIRTS),
  ...numbered('places', 'Places', PLACES),
  ...numbered('vectors', 'Vectors', VECTORS),
  ...numbered('teams', 'Teams', TEAMS),
  SETUP,
];
