import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { staticIndexSpec } from '../../node/indexing/static/static-index-spec.ts';
import { definitionOf } from './indexed-database.ts';
import { IndexedDatabases } from './indexed-databases.ts';

const databases = new IndexedDatabases();

const withIndexes: IndexedDatabases['use'] = (definitions, body) => databases.use(definitions, body);

const NAMES = definitionOf(
  'Names',
  "map('Orders', (o) => ({ n: o.n, name: load(o.company, 'Companies').name }))",
);

describe('an index whose map loads documents', () => {
  it('is made again for who loaded one that is changed, created or deleted', async () => {
    await withIndexes([NAMES], async (indexed) => {
      await indexed.put('orders/1', 'Orders', { n: 1, company: 'companies/1' });
      await indexed.put('orders/2', 'Orders', { n: 2, company: 'companies/2' });
      await indexed.put('companies/1', 'Companies', { name: 'one' });
      const entriesAfter = async (change: () => Promise<void>): Promise<readonly unknown[]> => {
        await change();
        expect(indexed.index('Names').isStale()).toBe(true);
        await indexed.catchUp();
        expect(indexed.index('Names').isStale()).toBe(false);
        return indexed.entries('Names').map((row) => JSON.parse(row)[1].name?.[0]);
      };
      await indexed.catchUp();
      const before = indexed.index('Names').state.references?.attempts ?? 0;
      expect(await entriesAfter(() => indexed.put('COMPANIES/1', 'Companies', { name: 'uno' }))).toEqual([
        'uno',
        undefined,
      ]);
      expect(await entriesAfter(() => indexed.put('companies/2', 'Companies', { name: 'two' }))).toEqual([
        'uno',
        'two',
      ]);
      expect(await entriesAfter(() => indexed.delete('companies/1'))).toEqual([undefined, 'two']);
      expect(indexed.index('Names').state.references).toMatchObject({ attempts: before + 3, errors: 0 });
      await indexed.put('orders/1', 'Orders', { n: 1, company: 'companies/2' });
      await indexed.delete('orders/2');
      await indexed.catchUp();
      await indexed.put('companies/1', 'Companies', { name: 'nobody loads it any more' });
      await indexed.put('companies/2', 'Companies', { name: 'only one does' });
      await indexed.catchUp();
      expect(indexed.index('Names').state.references?.attempts).toBe(before + 4);
    });
  });

  it('maps all of the many documents that loaded one', async () => {
    await withIndexes([NAMES], async (indexed) => {
      const ids = Array.from({ length: 400 }, (_, at) => `orders/${at}`);
      await Promise.all(ids.map((id) => indexed.put(id, 'Orders', { n: 1, company: 'companies/1' })));
      await indexed.catchUp();
      await indexed.put('companies/1', 'Companies', { name: 'one' });
      await indexed.catchUp();
      expect(indexed.entries('Names').filter((row) => row.includes('"one"'))).toHaveLength(ids.length);
      expect(indexed.index('Names').state.references?.attempts).toBe(ids.length);
    });
  });

  it('does not load a document of another collection, and sees it once it is there', async () => {
    await withIndexes([NAMES], async (indexed) => {
      await indexed.put('orders/1', 'Orders', { n: 1, company: 'companies/1' });
      await indexed.put('companies/1', 'People', { name: 'a person' });
      await indexed.catchUp();
      expect(indexed.entries('Names')).toEqual([
        JSON.stringify(['orders/1', { 'id()': ['orders/1'], n: [1] }]),
      ]);
      await indexed.delete('companies/1');
      await indexed.put('companies/1', 'Companies', { name: 'a company' });
      await indexed.catchUp();
      expect(indexed.entries('Names').join()).toContain('a company');
    });
  });

  it('maps documents again that failed because of what they loaded', async () => {
    const failing = definitionOf(
      'Failing',
      "map('Orders', (o) => { const c = load(o.company, 'Companies'); if (c.bad) throw new Error('bad'); return { name: c.name }; })",
    );
    await withIndexes([failing], async (indexed) => {
      await indexed.put('companies/1', 'Companies', { name: 'one', bad: true });
      await indexed.put('orders/1', 'Orders', { company: 'companies/1' });
      await indexed.catchUp();
      expect(indexed.entries('Failing')).toEqual([]);
      await indexed.put('companies/1', 'Companies', { name: 'one' });
      await indexed.catchUp();
      expect(indexed.entries('Failing')).toHaveLength(1);
    });
  });

  it('follows a collection that only the running map names', async () => {
    const byVariable = definitionOf(
      'ByVariable',
      "map('Orders', (o) => { const from = 'Compan' + 'ies'; return { name: load(o.company, from).name }; })",
    );
    await withIndexes([byVariable], async (indexed) => {
      await indexed.put('orders/1', 'Orders', { company: 'companies/1' });
      await indexed.put('companies/1', 'Companies', { name: 'one' });
      await indexed.catchUp();
      await indexed.put('companies/1', 'Companies', { name: 'uno' });
      await indexed.catchUp();
      expect(indexed.entries('ByVariable').join()).toContain('uno');
    });
  });

  it('does not follow what is loaded without tracking', async () => {
    const untracked = definitionOf(
      'Untracked',
      "map('Orders', (o) => ({ name: noTracking.load(o.company, 'Companies').name }))",
    );
    await withIndexes([untracked], async (indexed) => {
      await indexed.put('companies/1', 'Companies', { name: 'one' });
      await indexed.put('orders/1', 'Orders', { company: 'companies/1' });
      await indexed.catchUp();
      await indexed.put('companies/1', 'Companies', { name: 'uno' });
      await indexed.catchUp();
      expect(indexed.entries('Untracked').join()).toContain('one');
      expect(indexed.index('Untracked').state.references).toBeUndefined();
    });
  });
});

describe('a map that can not load', () => {
  it.each([
    ["map('Orders', (o) => ({ name: load(o.company).name }))", 'load takes two values'],
    ["map('Orders', (o) => ({ name: loadVector(o.company) }))", 'loadVector() in maps is not built yet'],
  ])('is refused: %s', (map, why) => {
    expect(() => staticIndexSpec(definitionOf('Refused', map), databases.scripts)).toThrow(why);
  });

  it('may have a function of its own by the name of one that is not built', () => {
    const own = definitionOf('Own', "map('Orders', (o) => ({ name: loadVector(o.company) }))", {
      AdditionalSources: { own: 'function loadVector(key) { return key; }' },
    });
    expect(staticIndexSpec(own, databases.scripts).loads).toBeUndefined();
  });

  it.each([
    ['5', 'takes the id of a document, or a list of them, but got 5'],
    ["'companies/1', o.nope", 'takes the name of a collection'],
  ])(
    'fails for the document when it is given what is no id, or no collection: load(%s)',
    async (values, why) => {
      const failing = definitionOf(
        'Failing',
        `map('Orders', (o) => ({ name: load(${values}${values === '5' ? ", 'Companies'" : ''}) }))`,
      );
      await withIndexes([failing], async (indexed) => {
        await indexed.put('orders/1', 'Orders', {});
        await indexed.catchUp();
        expect(indexed.index('Failing').state.errors[0]?.error).toContain(why);
      });
    },
  );
});

const DEFINITIONS = [
  definitionOf('One', "map('A', (a) => ({ v: a.v, other: load(a.to, 'B').v }))"),
  definitionOf(
    'Lists',
    'from a in docs.A from b in LoadDocument(a.all, "B") select new { a.v, other = b.v }',
  ),
  definitionOf('Chain', "map('A', (a) => ({ v: load(load(a.to, 'B').to, 'A').v, self: load(a.to, 'A').v }))"),
  definitionOf('Several', [
    "map('A', (a) => ({ v: load(a.to, '@all_docs').v }))",
    "map('B', (b) => ({ v: load(b.to, 'A').v }))",
  ]),
  definitionOf('Sums', "map('A', (a) => ({ key: load(a.to, 'B').v, n: 1 }))", {
    Reduce:
      'groupBy((x) => ({ key: x.key })).aggregate((g) => ({ key: g.key.key, n: g.values.reduce((n, x) => n + x.n, 0) }))',
  }),
];

const id = fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'b/3');
const document = fc.record(
  { v: fc.integer({ min: 0, max: 3 }), to: id, all: fc.array(id, { maxLength: 3 }) },
  { requiredKeys: [] },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('put' as const), id, document) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('delete' as const), id) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('index' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('remember' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('crash' as const)) },
);

describe('whatever is written in whatever order, and whatever a crash takes', () => {
  it('indexes that load documents are in the end as if they were made anew', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) =>
        withIndexes(DEFINITIONS, async (indexed) => {
          let crash = async (): Promise<void> => undefined;
          for (const [kind, one, body] of steps) {
            if (kind === 'put') await indexed.put(one, one.startsWith('a') ? 'A' : 'B', body);
            else if (kind === 'delete') await indexed.delete(one);
            else if (kind === 'index') await indexed.step();
            else if (kind === 'remember') crash = await indexed.remember();
            else await crash();
          }
          await indexed.catchUp();
          const rebuilt = await indexed.rebuilt();
          for (const { Name } of DEFINITIONS) {
            expect([Name, indexed.entries(Name)]).toEqual([Name, rebuilt.get(Name)]);
            expect(indexed.index(Name).isStale()).toBe(false);
          }
        }),
      ),
      { numRuns: 10 },
    );
  });
});
