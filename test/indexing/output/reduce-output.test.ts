import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFlags } from '../../../node/documents/document-flags.ts';
import { definitionOf, type IndexedDatabase } from '../indexed-database.ts';
import { IndexedDatabases } from '../indexed-databases.ts';

const databases = new IndexedDatabases();

const SUMS = definitionOf('Sums', "map('Orders', (o) => ({ city: o.city, size: o.size, total: o.total }))", {
  Reduce:
    'groupBy((x) => ({ city: x.city })).aggregate((g) => ({ city: g.key.city, size: g.values[0].size, total: g.values.reduce((n, x) => n + x.total, 0) }))',
  OutputReduceToCollection: 'CitySums',
  ReduceOutputIndex: 7,
  PatternForOutputReduceToCollectionReferences: 'sums/{total}',
});

async function withIndex(body: (indexed: IndexedDatabase) => Promise<void>): Promise<void> {
  await databases.use([SUMS], body);
}

/** Documents of a collection by id. */
function documents({ database }: IndexedDatabase, collection: string) {
  return database.read((reader) =>
    [...reader.byCollection(collection)].map(({ id, body, flags }) => ({
      id,
      flags: formatFlags(flags),
      body: JSON.parse(body.toString('utf8')) as Record<string, unknown>,
    })),
  );
}

/** What there should be, from the orders that there are. */
function expected(indexed: IndexedDatabase): readonly unknown[] {
  const sums = new Map<string, number>();
  for (const { body } of documents(indexed, 'Orders')) {
    const { city, total } = body as { city: string; total: number };
    sums.set(city, (sums.get(city) ?? 0) + total);
  }
  return [...sums].sort();
}

const city = fc.constantFrom('Oslo', 'Rome', 'Bonn');
const id = fc.constantFrom('orders/1', 'orders/2', 'orders/3', 'orders/4');
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('put' as const), id, city, fc.integer({ min: 0, max: 2 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('delete' as const), id) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('index' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('remember' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('crash' as const)) },
);

describe('the documents that an index writes of its groups', () => {
  it('are those of the groups that there are, and are named by what is in them, whatever a crash takes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), (steps) =>
        withIndex(async (indexed) => {
          let crash = async (): Promise<void> => undefined;
          for (const [kind, one, where, total] of steps) {
            if (kind === 'put') await indexed.put(one, 'Orders', { city: where, total });
            else if (kind === 'delete') await indexed.delete(one);
            else if (kind === 'index') await indexed.step();
            else if (kind === 'remember') crash = await indexed.remember();
            else await crash();
          }
          await indexed.catchUp();
          const written = documents(indexed, 'CitySums');
          expect(written.map(({ body }) => [body.city, body.total]).sort()).toEqual(expected(indexed));
          const named = documents(indexed, 'CitySums/References').flatMap(({ id: name, body }) =>
            (body.ReduceOutputs as string[]).map((output) => [output, name]),
          );
          const names = written.map(({ id: output, body }) => [output, `sums/${body.total}`]);
          expect(named.sort()).toEqual(names.sort());
        }),
      ),
      { numRuns: 8 },
    );
  });

  it('are not left over when the index has lost that it wrote them, and nothing gives their groups any more', async () => {
    await withIndex(async (indexed) => {
      await indexed.put('orders/1', 'Orders', { city: 'Bonn', total: 1 });
      await indexed.catchUp();
      const crash = await indexed.remember();
      await indexed.put('orders/2', 'Orders', { city: 'Oslo', total: 2 });
      await indexed.catchUp();
      await indexed.put('orders/2', 'Orders', { city: 'Rome', total: 3 });
      await crash();
      await indexed.catchUp();
      expect(documents(indexed, 'CitySums').map(({ body }) => body.city)).toEqual(['Bonn', 'Rome']);
      expect(documents(indexed, 'CitySums/References').map(({ id: name }) => name)).toEqual([
        'sums/1',
        'sums/3',
      ]);
    });
  });

  it('bear the number of the definition, and say that an index has written them', async () => {
    await withIndex(async (indexed) => {
      await indexed.put('orders/1', 'Orders', { city: 'Oslo', size: 'big', total: 2.5 });
      await indexed.catchUp();
      const [sum] = documents(indexed, 'CitySums');
      expect(sum?.id).toMatch(/^CitySums\/7\/\d+$/);
      expect(sum).toMatchObject({
        flags: 'Artificial, FromIndex',
        body: { city: 'Oslo', size: 'big', total: 2.5 },
      });
      expect(documents(indexed, 'CitySums/References')).toEqual([
        { id: 'sums/2.5', flags: 'Artificial, FromIndex', body: { ReduceOutputs: [sum?.id] } },
      ]);
    });
  });

  it('are not written again when they are the same', async () => {
    await withIndex(async (indexed) => {
      await indexed.put('orders/1', 'Orders', { city: 'Oslo', total: 2 });
      await indexed.catchUp();
      const before = indexed.database.lastEtag;
      await indexed.put('orders/1', 'Orders', { city: 'Oslo', total: 2, note: 'nothing of the sum' });
      await indexed.catchUp();
      expect(indexed.database.lastEtag).toBe(before + 1);
    });
  });

  it('leave what others have written under the same id alone, and say so', async () => {
    await withIndex(async (indexed) => {
      await indexed.put('orders/1', 'Orders', { city: 'Oslo', total: 2 });
      await indexed.catchUp();
      const [sum] = documents(indexed, 'CitySums');
      await indexed.delete(sum?.id ?? '');
      await indexed.put(sum?.id ?? '', 'Others', { mine: true });
      await indexed.put('orders/1', 'Orders', { city: 'Oslo', total: 3 });
      await indexed.put('orders/2', 'Orders', { city: 'Rome', total: 4 });
      await indexed.catchUp();
      expect(documents(indexed, 'Others')).toMatchObject([{ body: { mine: true } }]);
      expect(documents(indexed, 'CitySums')).toMatchObject([{ body: { city: 'Rome' } }]);
      expect(indexed.index('Sums').state.errors).toMatchObject([{ document: sum?.id, action: 'Reduce' }]);
    });
  });
});
