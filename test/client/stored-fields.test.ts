import { CreateDatabaseOperation, DocumentStore, IndexDefinition, PutIndexesOperation } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'stored-fields');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'stored-fields' }));
  const session = store.openSession();
  await session.store(
    { total: 10.5, city: 'Oslo', ship: { zip: '0150' }, '@metadata': { '@collection': 'Orders' } },
    'orders/1',
  );
  await session.saveChanges();
  await put('Stored', [
    "map('Orders', (o) => ({ total: o.total * 100, lines: [1, [2, 'x']], none: [], nothing: null, ship: o.ship, kept: true, loose: 'x' }))",
  ]);
  await put('Created', [
    `map('Orders', (o) => ({ city: o.city, _: [
      createField('kept', 'Some Text', { indexing: 'Search', storage: true, termVector: 'Yes' }),
      createField('loose', 'Some Text', { indexing: 'Exact', storage: false }),
      createField('shown', 'Some Text', { indexing: 'No', storage: true }),
      createField('plain', 'Some Text'),
    ] }))`,
  ]);
  await put('CreatedInLinq', [
    `from o in docs.Orders select new { o.city,
      _ = CreateField("kept", "Some Text", true, true),
      __ = CreateField("loose", "Some Text", false, false),
      ___ = CreateField("shown", "Some Text", new CreateFieldOptions { Indexing = FieldIndexing.No, Storage = FieldStorage.Yes }) }`,
  ]);
  await put('Odd', [
    "map('Orders', (o) => ({ city: o.city, _: createField('a', o.city, { indexing: o.city === 'Rome' ? 'Search' : 'Exact' }) }))",
  ]);
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

async function put(name: string, maps: readonly string[]): Promise<void> {
  const index = new IndexDefinition();
  index.name = name;
  index.maps = new Set(maps);
  if (name === 'Stored') {
    for (const field of ['total', 'lines', 'none', 'nothing', 'kept'])
      index.fields[field] = { storage: 'Yes' };
    index.fields.ship = { storage: 'Yes', indexing: 'No' };
  }
  await store.maintenance.send(new PutIndexesOperation(index));
}

/** Rows without metadata, or the message of the error. */
async function rows(query: string, behavior?: string): Promise<unknown> {
  const response = await fetch(`${cluster.node(0).url}/databases/stored-fields/queries`, {
    method: 'POST',
    body: JSON.stringify({ Query: query, WaitForNonStaleResults: true, ProjectionBehavior: behavior }),
  });
  const body = (await response.json()) as { Results?: Record<string, unknown>[]; Message?: string };
  return body.Results?.map(({ '@metadata': _, ...row }) => row) ?? body.Message?.split('\n')[0];
}

const FIELDS = "from index 'Stored' select total, lines, none, nothing, ship, kept, city, loose";
const SCRIPT =
  "from index 'Stored' as o select { total: o.total, zip: o.ship.zip, kept: o.kept, city: o.city, id: id(o) }";

describe('fields that an index keeps', () => {
  it('are shown in place of the document, as the map gave them', async () => {
    expect(await rows(FIELDS)).toEqual([
      {
        total: 1050,
        lines: [1, [2, 'x']],
        none: [],
        nothing: null,
        ship: { zip: '0150' },
        kept: true,
        city: 'Oslo',
        loose: null,
      },
    ]);
    expect(await rows(SCRIPT)).toEqual([
      { total: 1050, zip: '0150', kept: true, city: 'Oslo', id: 'orders/1' },
    ]);
  });

  it.each([
    [
      'FromIndex',
      { total: 1050, lines: [1, [2, 'x']], none: [], nothing: null, ship: { zip: '0150' }, kept: true },
      { total: 1050, zip: '0150', kept: true, city: null, id: 'orders/1' },
    ],
    [
      'FromIndexOrThrow',
      "Could not extract field 'city' from index 'Stored'",
      "Could not extract field 'city' from index 'Stored'",
    ],
    [
      'FromDocument',
      {
        total: 10.5,
        lines: null,
        none: null,
        nothing: null,
        ship: { zip: '0150' },
        kept: null,
        city: 'Oslo',
        loose: null,
      },
      { total: 10.5, zip: '0150', kept: null, city: 'Oslo', id: 'orders/1' },
    ],
    [
      'FromDocumentOrThrow',
      "Could not extract field 'lines' from document 'orders/1'",
      "Could not extract field 'kept' from document 'orders/1'",
    ],
  ])('are taken as the query wants them: %s', async (behavior, fields, script) => {
    const matches = (expected: unknown) =>
      typeof expected === 'string' ? expect.stringContaining(expected) : [expected];
    expect(await rows(FIELDS, behavior)).toEqual(matches(fields));
    expect(await rows(SCRIPT, behavior)).toEqual(matches(script));
  });

  it('are what the official client asks for', async () => {
    const session = store.openSession();
    const query = session
      .query<{ total: number; city: string }>({ indexName: 'Stored' })
      .waitForNonStaleResults();
    const found = await query.selectFields(['total', 'city'], Object, 'FromIndex').all();
    expect(found).toMatchObject([{ total: 1050 }]);
    expect((found[0] as { city?: string }).city).toBeUndefined();
  });

  it('have nothing to do with collections, auto indexes and groups', async () => {
    expect(await rows('from Orders select city', 'FromIndexOrThrow')).toEqual([{ city: 'Oslo' }]);
    expect(await rows("from Orders where city = 'Oslo' select city", 'FromIndex')).toEqual([{}]);
    expect(await rows('from Orders group by city select key()', 'FromDocument')).toContain(
      "Invalid projection behavior 'FromDocument'",
    );
    expect(await rows('from Orders select city', 'FromHere')).toContain(
      "'ProjectionBehavior' must be one of",
    );
  });
});

describe.each(['Created', 'CreatedInLinq'])('fields that the map of %s creates', (name) => {
  it('are indexed and kept as it says', async () => {
    const found = async (where: string) =>
      ((await rows(`from index '${name}' where ${where}`)) as unknown[]).length;
    expect(await found("search(kept, 'text')")).toBe(1);
    expect(await found("exact(loose = 'Some Text')")).toBe(1);
    expect(await found("exact(loose = 'some text')")).toBe(0);
    expect(await rows(`from index '${name}' select kept, loose, shown`, 'FromIndex')).toEqual([
      { kept: 'Some Text', shown: 'Some Text' },
    ]);
  });
});

describe('a field that documents create with different options', () => {
  it('is an error of those that come later', async () => {
    expect(await rows("from index 'Odd'")).toHaveLength(1);
    const session = store.openSession();
    await session.store({ city: 'Rome', '@metadata': { '@collection': 'Orders' } }, 'orders/2');
    await session.saveChanges();
    expect(await rows("from index 'Odd'")).toHaveLength(1);
    const response = await fetch(`${cluster.node(0).url}/databases/stored-fields/indexes/errors?name=Odd`);
    expect(await response.text()).toContain('Inconsistent dynamic field creation options');
    await session.delete('orders/2');
    await session.saveChanges();
  });
});
