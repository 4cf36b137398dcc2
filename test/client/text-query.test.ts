import { CreateDatabaseOperation, DocumentStore, IndexDefinition, PutIndexesOperation } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

interface Article {
  id?: string;
  title: string;
  body: string;
  shirts: { color: string; size: string }[];
}

const ARTICLES: readonly Article[] = [
  {
    title: 'Foxes',
    body: 'The quick brown fox jumps over the lazy dog',
    shirts: [
      { color: 'red', size: 'S' },
      { color: 'blue', size: 'M' },
    ],
  },
  {
    title: 'Dogs',
    body: 'A lazy brown dog sleeps, quick!',
    shirts: [
      { color: 'red', size: 'M' },
      { color: 'blue', size: 'S' },
    ],
  },
  { title: 'Trees', body: 'Apples and pears', shirts: [] },
];

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'text-query');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'text-query' }));
  const session = store.openSession();
  for (const [at, article] of ARTICLES.entries()) {
    await session.store({ ...article, '@metadata': { '@collection': 'Articles' } }, `articles/${at}`);
  }
  await session.saveChanges();
  const shirts = new IndexDefinition();
  shirts.name = 'Shirts';
  shirts.maps = new Set(["map('Articles', a => a.shirts.map(s => ({ color: s.color, size: s.size })))"]);
  const bodies = new IndexDefinition();
  bodies.name = 'Bodies';
  bodies.maps = new Set(["map('Articles', a => ({ body: a.body, title: a.title }))"]);
  bodies.fields = { body: { indexing: 'Search', termVector: 'WithPositionsAndOffsets' } as never };
  await store.maintenance.send(new PutIndexesOperation(shirts, bodies));
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

const articles = () =>
  store.openSession().query<Article>({ collection: 'Articles' }).waitForNonStaleResults();
const titles = async (query: { all(): Promise<Article[]> }) => (await query.all()).map(({ title }) => title);

describe('a text query of the official client', () => {
  it('may be in the syntax of Lucene', async () => {
    expect(await titles(articles().whereLucene('body', '(fox OR pears) AND NOT dog'))).toEqual(['Trees']);
    expect(await titles(articles().whereLucene('body', 'appl* title:dogs~'))).toEqual(['Dogs', 'Trees']);
    await expect(titles(articles().whereLucene('body', 'fox AND'))).rejects.toThrow(
      "Cannot parse 'fox AND' as a Lucene query",
    );
  });

  it('may be fuzzy, exact and boosted', async () => {
    expect(await titles(articles().whereEquals('title', 'foxs').fuzzy(0.6))).toEqual(['Foxes']);
    expect(await titles(articles().whereEquals('title', 'foxs').fuzzy(0.9))).toEqual([]);
    expect(await titles(articles().whereEquals('title', 'Trees', true))).toEqual(['Trees']);
    expect(await titles(articles().whereEquals('title', 'trees', true))).toEqual([]);
    const boosted = articles().search('body', 'fox').orElse().search('body', 'pears').boost(9);
    expect(await titles(boosted)).toEqual(['Trees', 'Foxes']);
  });

  it('may ask for words near one another', async () => {
    expect(await titles(articles().search('body', 'brown quick').proximity(2))).toEqual(['Foxes', 'Dogs']);
    expect(await titles(articles().search('body', 'quick fox').proximity(1))).toEqual(['Foxes']);
    expect(await titles(articles().search('body', '"brown fox"'))).toEqual(['Foxes']);
  });

  it('may ask for documents of which different entries match', async () => {
    const intersected = store
      .openSession()
      .query<Article>({ indexName: 'Shirts' })
      .waitForNonStaleResults()
      .whereEquals('color' as never, 'red')
      .andAlso()
      .whereEquals('size' as never, 'S')
      .intersect()
      .whereEquals('color' as never, 'blue')
      .andAlso()
      .whereEquals('size' as never, 'M');
    expect(await titles(intersected)).toEqual(['Foxes']);
  });

  it('may ask for documents like another one', async () => {
    const bodies = () => store.openSession().query<Article>({ indexName: 'Bodies' }).waitForNonStaleResults();
    const likeFound = bodies().moreLikeThis((like) =>
      like
        .usingDocument((builder) => builder.whereEquals('id()' as never, 'articles/0'))
        .withOptions({ fields: ['body'], minimumTermFrequency: 1, minimumDocumentFrequency: 1 }),
    );
    expect(await titles(likeFound)).toEqual(['Dogs']);
    const likeGiven = bodies().moreLikeThis((like) =>
      like.usingDocument(JSON.stringify({ body: 'pears, foxes and apples' })),
    );
    expect(await titles(likeGiven)).toEqual(['Trees']);
  });
});
