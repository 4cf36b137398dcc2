import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteDocument } from '../../node/documents/commands/delete-document.ts';
import { IndexedDatabase } from './indexed-database.ts';

let database: IndexedDatabase;

const DOCUMENTS: readonly object[] = [
  {
    v: [1, 0, 0.5],
    n: 0,
    parts: [
      [1, 0],
      [0, 1],
    ],
    deep: { list: { '@vector': [1, 0] } },
    eight: [127, 0, 64, 0, 0, -128, 63],
  },
  {
    v: [0, 1, 0.5],
    n: 1,
    parts: [[-1, 0]],
    deep: { list: { '@vector': [0, 1] } },
    eight: [0, 127, 64, 0, 0, -128, 63],
  },
  { v: [0.9, 0.1, 0.4], n: 2, bits: [160] },
  { v: [-1, 0, -0.5], n: 3, bits: [95] },
  { v: 'no vector', n: 4 },
  { v: [1, 2], n: 5 },
  { n: 6 },
];
const ASKED = { p: [1, 0, 0.5] };

beforeAll(async () => {
  database = await IndexedDatabase.open();
  for (const [at, document] of DOCUMENTS.entries()) await database.put(`${at}`, document, 'Things');
  const fields = 'V: createVector(t.v), Small: createVector(t.v), Bits: createVector(t.v), n: t.n';
  database.defineIndex('Vectors', `map('Things', t => ({ ${fields} }))`, {
    Small: { Vector: { SourceEmbeddingType: 'Single', DestinationEmbeddingType: 'Int8', Dimensions: 3 } },
    Bits: { Vector: { DestinationEmbeddingType: 'Binary' } },
  });
  database.defineIndex(
    'Linq',
    'from t in docs.Things where t.n < 4 select new { V = CreateVector(t.v), t.n }',
  );
});
afterAll(() => database.close());

const found = async (query: string, parameters: Readonly<Record<string, unknown>> = ASKED) =>
  (await database.ids(query, parameters)).join(' ');
const where = (condition: string, parameters?: Readonly<Record<string, unknown>>) =>
  found(`from Things where ${condition}`, parameters);

describe('vector.search() of a collection', () => {
  it.each<[condition: string, expected: string, parameters?: Readonly<Record<string, unknown>>]>([
    ['vector.search(v, $p)', '0 2 1 3'],
    ['vector.search(v, $p, 0.59)', '0 2 1'],
    ['vector.search(v, $p, 0.61)', '0 2'],
    ['vector.search(v, $p, 1)', '0'],
    ['vector.search(v, $p, null, 2)', '0 2'],
    ['exact(vector.search(v, $p, 0, 2))', '0 2 1 3'],
    ['vector.search(v, $p, $s, $c)', '0', { ...ASKED, s: 0.2, c: 1 }],
    ['vector.search(v, $p, null, 2) and n > 0.5', '2'],
    ['vector.search(v, $p, 0.9) or n = 6', '0 2 6'],
    ['n < 3.5 and not vector.search(v, $p, 0.9)', '1 3'],
    ['vector.search(v, $p) and vector.search(v, $q, 0.9)', '1', { ...ASKED, q: [0, 1, 0.5] }],
    [
      'boost(vector.search(v, $p, 0.9), 2) or vector.search(v, $q, 0.9)',
      '0 2 1',
      { ...ASKED, q: [0, 1, 0.5] },
    ],
    ['vector.search(v, $p) order by n desc', '3 2 1 0'],
    ['vector.search(v, $p) order by score() desc', '3 1 2 0'],
    ['vector.search(v, $p) order by score() limit 1, 2', '2 1'],
    ['vector.search(v, $p)', '0 2 1 3', { p: { '@vector': [1, 0, 0.5] } }],
    ['vector.search(v, $p)', '0 2 1 3', { p: 'AACAPwAAAAAAAAA/' }],
    ["vector.search(v, 'AACAPwAAAAAAAAA/')", '0 2 1 3', {}],
    [
      'vector.search(v, $p, 0.98)',
      '0 1 2',
      {
        p: [
          [1, 0, 0.5],
          [0, 1, 0.5],
        ],
      },
    ],
    ['vector.search(v, $p)', '5', { p: [1, 2] }],
    ["vector.search(v, embedding.forDoc('1'), 0.9)", '1', {}],
    ['vector.search(v, embedding.forDoc($id), 0.9)', '0 2', { id: '0' }],
    ["vector.search(v, embedding.forDoc('6'))", '', {}],
    ["vector.search(v, embedding.forDoc('nobody'))", '', {}],
    ['vector.search(embedding.f32_i8(v), $p, 0.59)', '0 2 1'],
    // Of bits nobody knows how many of a byte were numbers.
    ['vector.search(embedding.f32_i1(v), $p, 0.8)', '0 1 2 5'],
    ['vector.search(embedding.i8(eight), $p, 0.9)', '0', { p: [127, 0, 64, 0, 0, -128, 63] }],
    ['vector.search(embedding.i1(bits), $p, 0.5)', '2', { p: [160] }],
    ['vector.search(parts, $p)', '0 1', { p: [1, 0] }],
    ['vector.search(parts, $p, 0.9)', '0', { p: [0, 1] }],
    ['vector.search(deep.list, $p, 0.9)', '1', { p: [0, 1] }],
    ['vector.search(nothing, $p)', ''],
    ['vector.search(n, $p)', ''],
    ['when($p != null, vector.search(v, $p, 0.9))', '0 2'],
  ])('%s finds %s', async (condition, expected, parameters) => {
    expect(await where(condition, parameters)).toBe(expected);
  });

  it('finds as many as RavenDB does where nobody says how many', async () => {
    for (let n = 0; n < 20; n++) await database.put(`many/${n}`, { v: [1, n] }, 'Many');
    expect(await database.ids('from Many where vector.search(v, $p)', { p: [1, 0] })).toEqual(
      Array.from({ length: 16 }, (_, n) => `many/${n}`),
    );
    expect(await database.ids('from Many where exact(vector.search(v, $p))', { p: [1, 0] })).toHaveLength(20);
    const names = database.indexes.autoIndexes.map(({ Name }) => Name);
    expect(names).toContain('Auto/Many/ByVector.search(v)');
  });

  it('finds the best of very many', async () => {
    // The last ones are the nearest.
    const rows = Array.from({ length: 1200 }, (_, n) => ({ v: [n, 1000], n }));
    await database.put('rows', { rows }, 'Rows');
    database.defineIndex('Rows', "map('Rows', d => d.rows.map(r => ({ v: createVector(r.v), n: r.n })))", {
      n: { Storage: 'Yes' },
    });
    const query = "from index 'Rows' where vector.search(v, $p, null, 3) select n";
    const { Results, TotalResults } = await database.query(query, { p: [1, 0] });
    expect([Results.map(({ n }) => n), TotalResults]).toEqual([[1199, 1198, 1197], 3]);
    const far = await database.query(query, { p: [-1, 0] });
    expect(far.Results.map(({ n }) => n)).toEqual([0, 1, 2]);
  });

  it.each<[condition: string, parameters: Readonly<Record<string, unknown>>, message: string]>([
    ['vector.search(v)', {}, 'expects two to four arguments'],
    ['vector.search(v, $p, 1, 1, 1)', ASKED, 'expects two to four arguments'],
    [
      'vector.search(v, $p)',
      { p: [1, 2, 3, 4] },
      'has 3 dimensions, but the vector passed to vector.search() has 4',
    ],
    ['vector.search(v, $p)', { p: [] }, 'expects a vector, but got array'],
    ['vector.search(v, $p)', { p: null }, 'expects a vector, but got Null'],
    ['vector.search(v, $p)', { p: 'words' }, 'must be in base64'],
    ['vector.search(v, $p)', {}, "The parameter '$p' has no value"],
    ['vector.search(v, n)', {}, 'expects a vector to search for'],
    ["vector.search(v, $p, 'x')", ASKED, 'The similarity of vector.search() must be a number'],
    ['vector.search(v, $p, null, 0)', ASKED, 'must be a whole number from 1'],
    ['vector.search(v, $p, null, 1.5)', ASKED, 'must be a whole number from 1'],
    ['vector.search(5, $p)', ASKED, 'expects a field as its first argument'],
    ['vector.search(embedding.nosuch(v), $p)', ASKED, "Method 'embedding.nosuch' is not supported"],
    ['vector.search(embedding.f32_i8(v, n), $p)', ASKED, 'expects one field'],
    ['vector.search(embedding.text(v), $p)', { p: 'words' }, 'need a model'],
    ["vector.search(v, embedding.text('words', ai.task('x')))", {}, 'need a model'],
    ['vector.search(v, embedding.forDoc())', {}, 'expects the id of a document'],
    ['vector.search(v, nosuch(1))', {}, "Method 'nosuch' is not supported"],
  ])('%s is refused', async (condition, parameters, message) => {
    await expect(where(condition, parameters)).rejects.toThrow(message);
  });

  it('is no condition of a filter', async () => {
    await expect(found('from Things filter vector.search(v, $p)')).rejects.toThrow(
      'vector.search in a filter',
    );
  });
});

describe('vector.search() of an index', () => {
  it.each<[query: string, expected: string]>([
    ["from index 'Vectors' where vector.search(V, $p, 0.59)", '0 2 1'],
    ["from index 'Vectors' as x where vector.search(x.Small, $p, 0.59)", '0 2 1'],
    ["from index 'Vectors' where vector.search(Bits, $p, 0.8)", '0 1 2'],
    ["from index 'Vectors' where vector.search(V, $p, 0.5) and n > 0.5", '2 1'],
    ["from index 'Vectors' where vector.search(n, $p)", ''],
    ["from index 'Vectors' where V = 1", ''],
    ["from index 'Linq' where vector.search(V, $p, 0.9)", '0 2'],
  ])('%s finds %s', async (query, expected) => {
    expect(await found(query)).toBe(expected);
  });

  it('knows its fields, and how they were made', async () => {
    await expect(found("from index 'Vectors' where vector.search(Nope, $p)")).rejects.toThrow(
      "The field 'Nope' is not indexed",
    );
    await expect(found("from index 'Vectors' where vector.search(embedding.f32_i8(V), $p)")).rejects.toThrow(
      'will be a field name when static index is queried',
    );
  });

  it('notes the documents whose vectors it can not read', async () => {
    const [statistics] = (await database.indexes.statistics()).filter(({ name }) => name === 'Vectors');
    expect(statistics?.errors.map(({ document, error }) => `${document} ${error}`)).toEqual([
      expect.stringMatching(/^4 .*A vector is a text: where that is base64/),
      expect.stringMatching(/^5 .*The vectors of the field must have 3 dimensions, but one has 2/),
    ]);
  });

  it('refuses options that ask for what there is not', async () => {
    const define = (Vector: Readonly<Record<string, unknown>>) =>
      database.indexes.validate({
        Name: 'Odd',
        Maps: ["map('Things', t => ({ V: createVector(t.v) }))"],
        Reduce: null,
        Fields: { V: { Vector } },
        AdditionalSources: {},
        Configuration: {},
        LockMode: 'Unlock',
        Priority: 'Normal',
        State: 'Normal',
      });
    await expect(define({ SourceEmbeddingType: 'Text' })).rejects.toThrow('need a model');
    await expect(define({ Dimensions: -1 })).rejects.toThrow('whole number from 1');
  });
});

describe('vectors that change', () => {
  it('are found as they are: the nearest of all, whatever was there before', async () => {
    const vector = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 2 });
    const step = fc.record({
      at: fc.integer({ min: 0, max: 5 }),
      vectors: fc.array(vector, { maxLength: 2 }),
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const collection = `Round${round++}`;
        const now = new Map<number, number[][]>();
        for (const { at, vectors } of steps) {
          const id = `${collection}/${at}`;
          if (vectors.length === 0)
            await database.execute(deleteDocument, { id, expectedChangeVector: null });
          else await database.put(id, { v: vectors }, collection);
          now.set(at, vectors);
          // The index follows step by step.
          await database.ids(`from ${collection} where vector.search(v, $p)`, { p: [1, 0] });
        }
        const alike = (one: number[]) => {
          const [x = 0, y = 0] = one;
          const length = Math.hypot(x, y);
          return length === 0 ? 0.5 : (1 + x / length) / 2;
        };
        const expected = [...now]
          .flatMap(([at, vectors]) =>
            vectors.length === 0 ? [] : [{ at, best: Math.max(...vectors.map(alike)) }],
          )
          .filter(({ best }) => best >= 0.7)
          .map(({ at }) => `${collection}/${at}`);
        const query = `from ${collection} where vector.search(v, $p, 0.7)`;
        const { TotalResults } = await database.query(query, { p: [1, 0] });
        expect(TotalResults).toBe(expected.length);
        const ids = await database.ids(query, { p: [1, 0] });
        expect([...ids].sort()).toEqual(expected.sort());
      }),
      { numRuns: 12 },
    );
  });
});
