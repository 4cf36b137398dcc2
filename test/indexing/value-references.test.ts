import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { staticIndexSpec } from '../../node/indexing/static/static-index-spec.ts';
import { definitionOf, type IndexedDatabase } from './indexed-database.ts';
import { IndexedDatabases } from './indexed-databases.ts';

const databases = new IndexedDatabases();

const withIndexes: IndexedDatabases['use'] = (definitions, body) => databases.use(definitions, body);

const RATES = definitionOf('Rates', "map('Orders', (o) => ({ rate: cmpxchg(o.key).rate }))");

function shownBy(indexed: IndexedDatabase, name: string): Readonly<Record<string, unknown>> {
  const rows = indexed.entries(name).map((row) => JSON.parse(row) as [string, Record<string, unknown[]>]);
  return Object.fromEntries(rows.map(([id, { rate }]) => [id, rate?.[0] ?? null]));
}

describe('an index whose map looks up compare-exchange values', () => {
  it('is made again for who looked up one that is changed, created or deleted, and is stale until then', async () => {
    await withIndexes([RATES], async (indexed) => {
      await indexed.put('orders/1', 'Orders', { key: 'EUR' });
      await indexed.put('orders/2', 'Orders', { key: 'usd' });
      indexed.values.set('eur', { rate: 1 });
      await indexed.catchUp();
      const ratesAfter = async (key: string, value: unknown): Promise<unknown> => {
        indexed.values.set(key, value);
        expect(indexed.index('Rates').isStale()).toBe(true);
        await indexed.catchUp();
        expect(indexed.index('Rates').isStale()).toBe(false);
        return shownBy(indexed, 'Rates');
      };
      expect(shownBy(indexed, 'Rates')).toEqual({ 'orders/1': 1, 'orders/2': null });
      expect(await ratesAfter('eur', { rate: 2 })).toEqual({ 'orders/1': 2, 'orders/2': null });
      expect(await ratesAfter('usd', { rate: 3 })).toEqual({ 'orders/1': 2, 'orders/2': 3 });
      expect(await ratesAfter('eur', undefined)).toEqual({ 'orders/1': null, 'orders/2': 3 });
    });
  });

  it('does not care for values that nobody looked up, or looks up any more', async () => {
    await withIndexes(
      [RATES, definitionOf('Others', "map('Orders', (o) => ({ key: o.key }))")],
      async (indexed) => {
        await indexed.put('orders/1', 'Orders', { key: 'eur' });
        await indexed.put('orders/2', 'Orders', { key: 'usd' });
        await indexed.catchUp();
        indexed.values.set('chf', { rate: 1 });
        indexed.values.set('rvn-atomic/orders/1', {});
        expect(indexed.index('Rates').isStale()).toBe(false);
        await indexed.put('orders/1', 'Orders', {});
        await indexed.delete('orders/2');
        await indexed.catchUp();
        for (const key of ['eur', 'usd']) indexed.values.set(key, { rate: 1 });
        await indexed.catchUp();
        const { reads } = indexed.values;
        for (const key of ['eur', 'usd']) indexed.values.set(key, { rate: 2 });
        expect(indexed.index('Rates').isStale()).toBe(false);
        expect(indexed.index('Others').isStale()).toBe(false);
        await indexed.catchUp();
        expect(indexed.values.reads).toBe(reads);
      },
    );
  });

  it('maps all of the many documents that looked one up', async () => {
    await withIndexes([RATES], async (indexed) => {
      const ids = Array.from({ length: 300 }, (_, at) => `orders/${at}`);
      await Promise.all(ids.map((id) => indexed.put(id, 'Orders', { key: 'eur' })));
      await indexed.catchUp();
      indexed.values.set('eur', { rate: 7 });
      await indexed.catchUp();
      expect(Object.values(shownBy(indexed, 'Rates')).filter((rate) => rate === 7)).toHaveLength(ids.length);
    });
  });

  it('finds out after a start what has changed while nobody told it', async () => {
    await withIndexes([RATES], async (indexed) => {
      await indexed.put('orders/1', 'Orders', { key: 'eur' });
      await indexed.put('orders/2', 'Orders', { key: 'usd' });
      for (const key of ['eur', 'usd']) indexed.values.set(key, { rate: 1 });
      await indexed.catchUp();
      await indexed.restart([]);
      indexed.values.set('eur', { rate: 2 });
      indexed.values.set('usd', undefined);
      await indexed.restart([RATES]);
      expect(indexed.index('Rates').isStale()).toBe(true);
      await indexed.catchUp();
      expect(shownBy(indexed, 'Rates')).toEqual({ 'orders/1': 2, 'orders/2': null });
    });
  });

  it('compares all values when any of them may have changed', async () => {
    await withIndexes([RATES], async (indexed) => {
      await indexed.put('orders/1', 'Orders', { key: 'eur' });
      await indexed.catchUp();
      indexed.indexes.valuesChanged(null, 9);
      expect(indexed.index('Rates').isStale()).toBe(true);
      await indexed.catchUp();
      expect(indexed.index('Rates').isStale()).toBe(false);
    });
  });

  it('maps those again that were there when a new one came with a value that had just changed', async () => {
    await withIndexes([RATES], async (indexed) => {
      for (const key of ['eur', 'usd']) {
        indexed.values.set(key, { rate: 1 });
        await indexed.put(`orders/${key}`, 'Orders', { key });
      }
      await indexed.catchUp();
      // New orders are next.
      indexed.values.set('usd', { rate: 3 });
      await indexed.catchUp();
      await indexed.put('orders/new', 'Orders', { key: 'eur' });
      indexed.values.set('usd', { rate: 2 });
      // While usd is compared, before the new order is mapped.
      indexed.values.setAfterNextRead('eur', { rate: 2 });
      await indexed.catchUp();
      expect(shownBy(indexed, 'Rates')).toEqual({ 'orders/eur': 2, 'orders/new': 2, 'orders/usd': 2 });
    });
  });

  it('who waits does not wait for what changes later', async () => {
    await withIndexes([RATES], async (indexed) => {
      await indexed.put('orders/1', 'Orders', { key: 'eur' });
      await indexed.catchUp();
      indexed.values.set('eur', { rate: 1 });
      const upTo = indexed.index('Rates').upTo(indexed.documents.lastEtag(null));
      indexed.values.setAfterNextRead('eur', { rate: 2 });
      while (indexed.index('Rates').isStale(upTo)) await indexed.step();
      expect(indexed.index('Rates').isStale()).toBe(true);
      await indexed.catchUp();
      expect(shownBy(indexed, 'Rates')).toEqual({ 'orders/1': 2 });
    });
  });

  it('fails for the document only whose values lead to others without end', async () => {
    const chain = definitionOf(
      'Chain',
      "map('Orders', (o) => { let key = o.key; for (let n = 0; n < 20; n++) key = cmpxchg(key).next ?? key; return { rate: key }; })",
    );
    await withIndexes([chain], async (indexed) => {
      for (let n = 0; n < 20; n++) indexed.values.set(`k${n}`, { next: `k${n + 1}` });
      await indexed.put('orders/1', 'Orders', { key: 'k0' });
      await indexed.put('orders/2', 'Orders', { key: 'k15' });
      await indexed.catchUp();
      expect(shownBy(indexed, 'Chain')).toEqual({ 'orders/2': 'k20' });
      expect(indexed.index('Chain').state.errors.map(({ document }) => document)).toEqual(['orders/1']);
      indexed.values.set('k1', { next: 'k18' });
      await indexed.catchUp();
      expect(shownBy(indexed, 'Chain')).toEqual({ 'orders/1': 'k20', 'orders/2': 'k20' });
    });
  });

  it('takes more values than fit at once, document by document', async () => {
    const lengths = definitionOf('Lengths', "map('Orders', (o) => ({ rate: cmpxchg(o.key).length }))");
    const text = 'x'.repeat(4_000_000);
    await withIndexes([lengths], async (indexed) => {
      const ids = Array.from({ length: 17 }, (_, at) => String(at));
      for (const at of ids) indexed.values.set(at, `${text}${at}`);
      await Promise.all(ids.map((at) => indexed.put(`orders/${at}`, 'Orders', { key: at })));
      await indexed.catchUp();
      expect(indexed.index('Lengths').state.errors).toEqual([]);
      expect(
        Object.values(shownBy(indexed, 'Lengths')).filter((length) => Number(length) > 4_000_000),
      ).toHaveLength(17);
    });
  });
});

describe('what a map gets of a value', () => {
  it.each([
    ["map('Orders', (o) => ({ rate: cmpxchg('missing') === null ? 'null' : 'other' }))", 'null'],
    ["map('Orders', (o) => ({ rate: cmpxchg(o.nope) === null ? 'null' : 'other' }))", 'null'],
    ["map('Orders', (o) => ({ rate: JSON.stringify(cmpxchg(['NUM', 'missing'])) }))", '[7,null]'],
    ["map('Orders', (o) => ({ rate: cmpxchg('x'.repeat(513)) === null ? 'null' : 'other' }))", 'null'],
    ['from o in docs.Orders select new { rate = LoadCompareExchangeValue("num") }', 7],
    ['from o in docs.Orders select new { rate = LoadCompareExchangeValue<int>("num") + 1 }', 8],
    ['from o in docs.Orders select new { rate = this.LoadCompareExchangeValue<int>(o.key) }', 7],
    ['from o in docs.Orders select new { rate = LoadCompareExchangeValue<Rate>("missing").v ?? 5 }', 5],
    ['from o in docs.Orders select new { rate = LoadCompareExchangeValue<int>(o.keys).Sum(x => x) }', 10],
  ])('%s', async (map, rate) => {
    await withIndexes([definitionOf('Got', map)], async (indexed) => {
      indexed.values.set('num', 7);
      indexed.values.set('three', 3);
      await indexed.put('orders/1', 'Orders', { key: 'Num', keys: ['num', 'three'] });
      await indexed.catchUp();
      expect(shownBy(indexed, 'Got')).toEqual({ 'orders/1': rate });
    });
  });

  it.each([
    ["map('Orders', (o) => ({ rate: cmpxchg(5) }))", 'takes the key of a compare-exchange value'],
    [
      "map('Orders', (o) => ({ rate: globalThis['cmp' + 'xchg']('num') }))",
      'by this name in the maps of indexes',
    ],
    [
      'from o in docs.Orders select new { rate = LoadCompareExchangeValue(5) }',
      'takes a text or a list of texts',
    ],
  ])('fails for the document where it can not be looked up: %s', async (map, why) => {
    await withIndexes([definitionOf('Failing', map)], async (indexed) => {
      await indexed.put('orders/1', 'Orders', {});
      await indexed.catchUp();
      expect(indexed.index('Failing').state.errors[0]?.error).toContain(why);
    });
  });

  it('a reduce looks up nothing', async () => {
    const reduce = definitionOf('Reduce', "map('Orders', (o) => ({ key: o.key }))", {
      Reduce: "groupBy((x) => x.key).aggregate((g) => ({ key: g.key, rate: cmpxchg('num') }))",
    });
    await withIndexes([reduce], async (indexed) => {
      await indexed.put('orders/1', 'Orders', { key: 'a' });
      await indexed.catchUp();
      expect(indexed.index('Reduce').state.errors[0]?.error).toContain('can be looked up in a map only');
    });
    const linq = definitionOf('Linq', 'from o in docs.Orders select new { o.key, n = 1 }', {
      Reduce:
        'from r in results group r by r.key into g select new { key = g.Key, n = LoadCompareExchangeValue<int>("num") }',
    });
    expect(() => staticIndexSpec(linq, databases.scripts)).toThrow('can be called in a map only');
  });

  it('the maps may have a function of their own by that name', async () => {
    const own = definitionOf('Own', "map('Orders', (o) => ({ rate: cmpxchg(o.key) }))", {
      AdditionalSources: { own: 'function cmpxchg(key) { return key; }' },
    });
    await withIndexes([own], async (indexed) => {
      await indexed.put('orders/1', 'Orders', { key: 'own' });
      await indexed.catchUp();
      expect(shownBy(indexed, 'Own')).toEqual({ 'orders/1': 'own' });
    });
  });
});

const DEFINITIONS = [
  definitionOf('One', "map('A', (a) => ({ v: a.v, other: cmpxchg(a.key).v }))"),
  definitionOf('Lists', [
    'from a in docs.A from k in LoadCompareExchangeValue(a.keys) select new { a.v, other = k.v }',
    'from b in docs.B select new { b.v, other = LoadCompareExchangeValue<X>(b.key).v }',
  ]),
  definitionOf('Chain', "map('A', (a) => ({ v: cmpxchg(cmpxchg(a.key).next).v, self: cmpxchg(a.key).v }))"),
  definitionOf(
    'Both',
    "map('A', (a) => ({ v: cmpxchg(load(a.to, 'B').key).v, own: load(cmpxchg(a.key).to, 'B').v }))",
  ),
  definitionOf('Sums', "map('A', (a) => ({ key: cmpxchg(a.key).v, n: 1 }))", {
    Reduce:
      'groupBy((x) => ({ key: x.key })).aggregate((g) => ({ key: g.key.key, n: g.values.reduce((n, x) => n + x.n, 0) }))',
  }),
  definitionOf(
    'Failing',
    "map('A', (a) => { if (cmpxchg(a.key).v > 1) throw new Error('high'); return { v: a.v }; })",
  ),
];

const id = fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'b/2');
const key = fc.constantFrom('k1', 'k2', 'k3');
const v = fc.integer({ min: 0, max: 3 });
const document = fc.record({ v, key, keys: fc.array(key, { maxLength: 3 }), to: id }, { requiredKeys: [] });
const value = fc.option(fc.record({ v, next: key, to: id }, { requiredKeys: [] }), { nil: undefined });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant('put' as const), id, document) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('delete' as const), id) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('set' as const), key, value) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('race' as const), key, value) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('index' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('remember' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('crash' as const)) },
);

describe('whatever is written in whatever order, and whatever a crash takes', () => {
  it('indexes that look up values are in the end as if they were made anew', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) =>
        withIndexes(DEFINITIONS, async (indexed) => {
          let crash = async (): Promise<void> => undefined;
          for (const one of steps) {
            if (one[0] === 'put') await indexed.put(one[1], one[1].startsWith('a') ? 'A' : 'B', one[2]);
            else if (one[0] === 'delete') await indexed.delete(one[1]);
            else if (one[0] === 'set') indexed.values.set(one[1], one[2]);
            else if (one[0] === 'race') indexed.values.setAfterNextRead(one[1], one[2]);
            else if (one[0] === 'index') await indexed.step();
            else if (one[0] === 'remember') crash = await indexed.remember();
            else await crash();
          }
          await indexed.catchUp();
          for (const { Name } of DEFINITIONS) expect(indexed.index(Name).isStale()).toBe(false);
          indexed.values.endRaces();
          const rebuilt = await indexed.rebuilt();
          for (const { Name } of DEFINITIONS) {
            expect([Name, indexed.entries(Name)]).toEqual([Name, rebuilt.get(Name)]);
          }
        }),
      ),
      { numRuns: 8 },
    );
  });
});
